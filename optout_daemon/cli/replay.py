"""`optout-daemon replay`: decide stored mail again by today's rules, and print what would come out otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer

from optout_daemon import replaying
from optout_daemon.cli.output import AsJson, json_line, line, message
from optout_daemon.cli.session import desk_of, settings_of, who
from optout_daemon.core.model import Disposition
from optout_daemon.replaying import Counts, Replayed


def add_to(app: typer.Typer) -> None:
    app.command()(replay)


def replay(
    context: typer.Context,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only mail received since then (UTC)."),
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Decide anew what the machine held; everything else only prints.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Decide stored mail again by today's rules and customers, and print what would come out otherwise.

    With --apply held mail is decided anew, unless a person has decided or taken it. Closed mail never changes.
    """
    counts = Counts()
    with desk_of(settings_of(context)) as built:
        found = replaying.replay(
            built.parts,
            counts,
            now=datetime.now(UTC),
            by=who(),
            since=since.replace(tzinfo=UTC) if since else None,
            apply=apply,
        )
        differing, applied = _print(found, json=json)
    for inquiry, error in counts.errors.items():
        message(f"inquiry {inquiry}: not replayed, the program failed at it: {error}")
    if not json:
        line(summary(counts, differing, applied, apply=apply))
    if counts.errors:
        raise typer.Exit(1)


def _print(found: Iterable[Replayed], *, json: bool) -> tuple[int, int]:
    differing = applied = 0
    for one in found:
        differing += 1
        applied += one.applied
        if json:
            json_line(as_json(one))
        else:
            line(as_text(one))
    return differing, applied


def as_json(one: Replayed) -> dict[str, object]:
    """One difference: what was decided and what would be, with the same keys."""
    names = ("disposition", "reasons", "category", "customer_number", "channels", "follow_up", "reply")
    return {
        "inquiry": one.inquiry.id,
        "state": one.inquiry.state,
        "decided_by": "staff" if one.by_staff else "machine",
        "rules_version": one.inquiry.rules_version,
        "changed": one.changed,
        "was": {name: getattr(one.inquiry, name) for name in names},
        "now": {name: getattr(one.decision, name) for name in names},
        "applied": one.applied,
    }


def as_text(one: Replayed) -> str:
    """One difference on one line."""
    row, decision = one.inquiry, one.decision
    was = outcome(row.disposition, row.reasons, row.category, row.channels)
    now = outcome(decision.disposition, decision.reasons, decision.category, decision.channels)
    if was == now:
        now = ", ".join(one.changed) + " differs"
    parts = [f"inquiry {row.id}: {was} -> {now}"]
    if one.by_staff:
        parts.append("decided by staff")
    if one.applied:
        parts.append("done")
    return "; ".join(parts)


def outcome(
    disposition: Disposition | None, reasons: Iterable[str], category: str | None, channels: Iterable[str]
) -> str:
    """`applied (email, print)`, `held (missing_name; opt_out)`."""
    inside = ", ".join(channels) if disposition is Disposition.APPLIED else f"{', '.join(reasons)}; {category}"
    return f"{disposition} ({inside})"


def summary(counts: Counts, differing: int, applied: int, *, apply: bool) -> str:
    """The last line for people."""
    told = [f"{counts.replayed} mails decided again, {differing} with another outcome"]
    if apply:
        told.append(f"{applied} decided anew")
    if counts.moved:
        told.append(f"{counts.moved} moved by somebody meanwhile and left alone")
    if counts.gone:
        told.append(f"{counts.gone} whose raw mail is kept no longer")
    return "; ".join(told)
