"""`optout-daemon explain`: say what the desk would do with mails from files, changing nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from optout_daemon import parts
from optout_daemon.cli.output import AsJson, json_line, line, message
from optout_daemon.cli.session import database_of, settings_of
from optout_daemon.cli.telling import told
from optout_daemon.config import Settings, desk_key
from optout_daemon.core.keys import Keys
from optout_daemon.core.model import FieldName
from optout_daemon.explaining import Explained
from optout_daemon.explaining import explain as judge

CANNOT_OPEN = 2


def add_to(app: typer.Typer) -> None:
    app.command()(explain)


def explain(
    context: typer.Context,
    mails: Annotated[list[Path], typer.Argument(metavar="MAIL.eml...", help="Files of one raw mail each.")],
    json: AsJson = False,
) -> None:
    """Say what the desk would do with each mail, changing nothing.

    Each mail is judged by itself: earlier mail, the suppression list and the caps on replies are not looked at.
    """
    settings = settings_of(context)
    limit = min(mailbox.max_message_size for mailbox in settings.mailbox)
    files = _Files(mails, limit)
    with database_of(settings) as database, parts.reader_pool(settings) as readers:
        judged = judge(
            files,
            readers=readers,
            directory=parts.directory_of(settings, database),
            policy=parts.policy(settings),
            own_addresses=parts.own_addresses(settings),
            keys=_keys(settings),
            max_size=limit,
        )
        for number, explained in enumerate(judged):
            if json:
                json_line(as_json(str(files.opened[number]), explained))
            else:
                line(str(files.opened[number]))
                for text in told(explained):
                    line(text)
                line()
    if files.failed:
        raise typer.Exit(CANNOT_OPEN)


class _Files:
    """The bytes of each file in order; one that cannot be opened is said so and left out.

    Of a file that is longer than `limit` one byte more is given, which is enough to see that it is too long.
    """

    def __init__(self, paths: Sequence[Path], limit: int) -> None:
        self._paths = paths
        self._limit = limit
        self.opened: list[Path] = []
        self.failed = False

    def __iter__(self) -> Iterator[bytes]:
        for path in self._paths:
            try:
                with path.open("rb") as file:
                    raw = file.read(self._limit + 1)
            except OSError as error:
                message(f"{path}: the file cannot be opened: {error.strerror}")
                self.failed = True
                continue
            self.opened.append(path)
            yield raw


def _keys(settings: Settings) -> Keys | None:
    """The desk's keys where they are at hand: they tell our own mail by its marker, nothing else depends on them."""
    return Keys(desk_key(settings)) if settings.key_file.exists() else None


def as_json(file: str, explained: Explained) -> dict[str, object]:
    """The object of the `explain` contract; its keys are relied on from outside."""
    decision = explained.decision
    return {
        "file": file,
        "disposition": decision.disposition,
        "reasons": decision.reasons,
        "follow_up": decision.follow_up,
        "category": decision.category,
        "language": decision.language,
        "fields": {name.value: decision.fields.get(name) for name in FieldName},
        "customer_number": decision.customer_number,
        "channels": decision.channels,
        "reply": decision.reply,
        "evidence": decision.evidence,
    }
