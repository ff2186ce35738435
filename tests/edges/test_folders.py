"""Folder paths of the settings under the namespaces of servers."""

from __future__ import annotations

import pytest

from optout_daemon.edges.folders import Namespace

SLASH = Namespace("", "/")
BELOW_INBOX = Namespace("INBOX.", ".")


@pytest.mark.parametrize(
    ("namespace", "path", "expected"),
    [
        (SLASH, "Review", ("Review",)),
        (SLASH, "Desk/Done/2026-11", ("Desk", "Desk/Done", "Desk/Done/2026-11")),
        (SLASH, "/Desk//Done/", ("Desk", "Desk/Done")),
        (BELOW_INBOX, "Desk/Done", ("INBOX.Desk", "INBOX.Desk.Done")),
        (BELOW_INBOX, "INBOX.Desk/Done", ("INBOX.Desk", "INBOX.Desk.Done")),
        (BELOW_INBOX, "Inbox/Desk", ("INBOX.Desk",)),
        (BELOW_INBOX, "Done/2026.11", ("INBOX.Done", "INBOX.Done.2026-11")),
        (Namespace("INBOX/", "/"), "INBOX/Desk/Done", ("INBOX/Desk", "INBOX/Desk/Done")),
        (Namespace("", ""), "Desk/Done", ("Desk-Done",)),
        (SLASH, "受付/済み", ("受付", "受付/済み")),
    ],
)
def test_a_path_becomes_the_servers_own_names(namespace: Namespace, path: str, expected: tuple[str, ...]) -> None:
    """The settings write "/" whatever the server writes, and a prefix is never doubled."""
    assert expected == namespace.levels(path)
