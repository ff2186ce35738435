"""Recognise a list of opt-outs by its header line: our own, SES, SendGrid, Mailchimp, listmonk, or mapped columns.

Says which column holds what, and which rows of the file are opt-outs at all. Raises ImportRefused. Where the header
lines are from, each found in public documentation or source:

- SES: the members of ListSuppressedDestinations' answer, of which people make their files; SES writes none itself
  (docs.aws.amazon.com/goto/WebAPI/sesv2-2019-09-27/ListSuppressedDestinations).
- SendGrid: the members of the answers for global unsubscribes, `created` in seconds since 1970
  (docs.sendgrid.com/api-reference/suppressions-global-suppressions/retrieve-all-global-suppressions); its files of
  bounces, and of blocks, begin `status,reason,email,created`, as public programs that read them have it.
- Mailchimp: capital letters, UNSUB_TIME or CLEAN_TIME by file, `YYYY-MM-DD HH:MM:SS`; not documented by Mailchimp, as
  public programs that read the audience export have it. Its status is in the name of the file, not in a column.
- listmonk: `uuid,email,name,attributes,status,created_at,updated_at`, times as Go prints them
  (github.com/knadh/listmonk, cmd/subscribers.go).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from optout_daemon.errors import ImportRefused

FIELDS: Final = ("email", "customer_number", "email_sha256", "address", "reason", "since")
"""What `--column FIELD=NAME` maps."""
SUBJECTS: Final = FIELDS[:4]


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a file: `columns` by what they hold, `reason` where no column does."""

    name: str
    columns: Mapping[str, int] = field(default_factory=dict)
    reason: str = "opt_out"
    width: int = 0
    stops: frozenset[str] = frozenset()
    """Where the file has a status: those that are opt-outs."""
    others: frozenset[str] = frozenset()
    """The statuses that are none; any other is a bad line."""


def recognise(header: Sequence[str], mapped: Mapping[str, str]) -> Shape:
    """The shape of the file with this header line; `mapped` names columns by FIELDS and wins over recognition."""
    names = [name.strip() for name in header]
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        raise ImportRefused("the file's columns are not divided by commas", ("line 1: divide the columns by commas",))
    if mapped:
        return _mapped(names, mapped)
    folded = [re.sub(r"[\s_-]", "", name).lower() for name in names]
    known = set(folded)

    def at(**columns: str) -> dict[str, int]:
        return {what: folded.index(name) for what, name in columns.items() if name in known}

    width = len(names)
    if {"subjectkind", "subject", "channel", "scope", "action"} <= known:
        own = at(kind="subjectkind", subject="subject", channel="channel", scope="scope", since="since")
        columns = own | at(status="action", provisional="provisional", until="mayarriveuntil")
        return Shape("optout-daemon", columns, width=width, stops=frozenset({"stop"}), others=frozenset({"resume"}))
    if {"uuid", "email", "status"} <= known:
        stops, others = frozenset({"blocklisted", "blacklisted"}), frozenset({"enabled", "disabled"})
        columns = at(email="email", status="status", since="updatedat")
        return Shape("listmonk", columns, width=width, stops=stops, others=others)
    if {"emailaddress", "unsubtime"} <= known:
        return Shape("Mailchimp", at(email="emailaddress", since="unsubtime"), width=width)
    if {"emailaddress", "cleantime"} <= known:
        return Shape("Mailchimp", at(email="emailaddress", since="cleantime"), "bounce", width)
    if "emailaddress" in known and known & {"memberrating", "optintime", "confirmtime"}:
        raise ImportRefused("these are Mailchimp's subscribers, not those who unsubscribed", ("line 1: no UNSUB_TIME",))
    if {"email", "created"} <= known:
        reason = "bounce" if "status" in known else "complaint" if "ip" in known else "opt_out"
        return Shape("SendGrid", at(email="email", since="created"), reason, width)
    if "emailaddress" in known and known & {"reason", "suppressionreason"}:
        columns = (
            at(email="emailaddress", since="lastupdatetime") | at(reason="suppressionreason") | at(reason="reason")
        )
        return Shape("SES", columns, width=width)
    plain: dict[str, str] = {one: one for one in FIELDS if one in names}
    if plain.keys() & set(SUBJECTS):
        return _mapped(names, plain)
    raise ImportRefused(
        "the file's first line is none that is known",
        (f"line 1: name the columns with --column; at least one of {', '.join(f'{one}=NAME' for one in SUBJECTS)}",),
    )


def _mapped(names: Sequence[str], mapped: Mapping[str, str]) -> Shape:
    problems = [f'line 1: the column "{name}" is missing' for name in mapped.values() if name not in names]
    problems += [f'line 1: the column "{name}" stands there twice' for name in mapped.values() if names.count(name) > 1]
    if not mapped.keys() & set(SUBJECTS):
        problems.append(f"line 1: map at least one of {', '.join(SUBJECTS)}")
    if problems:
        raise ImportRefused("the file's first line does not name the columns that are needed", tuple(problems))
    return Shape("mapped", {what: names.index(name) for what, name in mapped.items()}, width=len(names))
