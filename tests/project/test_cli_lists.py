"""The suppression list as files: given out with a receipt, taken in, and mailing lists scrubbed by it."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
from pathlib import Path
from typing import Any

import pytest

from optout_daemon.core.digests import sha256
from tests.project.desk import Desk

HEAD = "subject_kind,subject,channel,scope,action,since,provisional,entry"


@pytest.fixture
def stopped(desk: Desk) -> Desk:
    """A desk on whose list Anna's number and address are."""
    desk.stocked()
    assert 0 == desk("suppressions", "add", "--number", "10000002", "--channel", "email", "--by", "Aki").code
    return desk


def export(desk: Desk, *options: str) -> tuple[dict[str, Any], bytes]:
    """The manifest beside the exported file, and the file."""
    file = desk.folder / "list.csv"
    said = desk("suppressions", "export", file, "--to", "Mailing House", "--by", "Aki", *options)
    assert 0 == said.code, said.err
    return json.loads(Path(f"{file}.json").read_text("utf-8")), file.read_bytes()


def rows(data: bytes, encoding: str = "utf-8") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(encoding), newline="")))


def test_a_full_export_has_every_line_and_says_what_it_is(stopped: Desk) -> None:
    """A sender must be able to tell whether the file is whole and how old it is."""
    manifest, data = export(stopped)

    assert HEAD == data.decode().split("\r\n")[0]
    assert [("customer_number", "10000002", "stop"), ("email", "anna@mail.example", "stop")] == [
        (row["subject_kind"], row["subject"], row["action"]) for row in rows(data)
    ]
    assert ("Mailing House", 1, None, 2, "sha256:" + hashlib.sha256(data).hexdigest()) == tuple(
        manifest[name] for name in ("receiver", "version", "since", "rows", "checksum")
    )
    assert 0o600 == (stopped.folder / "list.csv").stat().st_mode & 0o777


def test_an_export_leaves_a_receipt(stopped: Desk) -> None:
    """Which version had the sender? is what a regulator asks."""
    manifest, _ = export(stopped)
    [receipt] = stopped("suppressions", "receipts", "--to", "Mailing House", "--json").objects

    assert ("export", "Mailing House", "Aki", 1, 2, manifest["checksum"], manifest["receipt"]) == tuple(
        receipt[name] for name in ("act", "receiver", "recorded_by", "version", "rows", "checksum", "id")
    )
    assert [] == stopped("suppressions", "receipts", "--to", "nobody", "--json").objects


def test_a_delta_has_what_was_stopped_and_what_was_lifted_since(stopped: Desk) -> None:
    """A sender that asks every day must not read ten million lines for three."""
    stopped("suppressions", "add", "--email", "new@mail.example", "--channel", "email", "--by", "Aki")
    stopped("suppressions", "lift", "--email", "anna@mail.example", "--channel", "email", "--by", "A", "--reason", "r")
    manifest, data = export(stopped, "--since", "1")

    assert [("anna@mail.example", "resume", "", "3"), ("new@mail.example", "stop", "2")] == [
        tuple(row[name] for name in ("subject", "action", "entry"))
        if row["action"] == "stop"
        else tuple(row[name] for name in ("subject", "action", "since", "entry"))
        for row in rows(data)
    ]
    assert (3, 1) == (manifest["version"], manifest["since"])
    assert [] == rows(export(stopped, "--since", "3")[1])
    assert [] == rows(export(stopped, "--channel", "print")[1])


def test_a_version_that_is_not_yet_is_refused(stopped: Desk) -> None:
    """An empty delta would say that nothing has changed since."""
    said = stopped("suppressions", "export", stopped.folder / "list.csv", "--to", "x", "--since", "9")

    assert (1, False) == (said.code, (stopped.folder / "list.csv").exists())
    assert "version is 1" in said.err


def test_lines_of_json_hold_the_same(stopped: Desk) -> None:
    """For programs that would rather not read CSV."""
    _, data = export(stopped, "--format", "ndjson")

    assert ["10000002", "anna@mail.example"] == [json.loads(line)["subject"] for line in data.splitlines()]


def test_digests_can_be_given_instead_of_names(stopped: Desk) -> None:
    """A partner who has the address can compare; who has not learns none."""
    _, plain = export(stopped, "--digest", "sha256")
    _, theirs = export(stopped, "--digest", "hmac", "--partner", "House")
    key = bytes.fromhex(stopped("suppressions", "partner-key", "House").out.strip())
    expected = hmac.new(key, b"anna@mail.example", "sha256").hexdigest()

    assert ("email_sha256", sha256("anna@mail.example")) == (
        (row := rows(plain)[1])["subject_kind"],
        row["subject"],
    )
    assert ("email_hmac", expected) == ((row := rows(theirs)[1])["subject_kind"], row["subject"])
    assert key.hex() != stopped("suppressions", "partner-key", "Other").out.strip()
    assert b"anna" not in plain + theirs


def test_the_erased_are_in_every_export_that_can_hold_them_and_counted_in_the_others(stopped: Desk) -> None:
    """Nobody can make another digest of a name that is forgotten; that must not pass in silence."""
    stopped("customers", "erase", "10000002", "--by", "Bo")
    keyed, data = export(stopped, "--digest", "hmac")
    _, named = export(stopped)
    hashed, none = export(stopped, "--digest", "sha256")

    assert (2, 0, ["customer_number_digest", "email_digest"]) == (
        keyed["rows"],
        keyed["omitted"],
        [row["subject_kind"] for row in rows(data)],
    )
    assert rows(named) == rows(data)
    assert (0, 2, []) == (hashed["rows"], hashed["omitted"], rows(none))


def test_what_cp932_lacks_refuses_the_file_or_is_escaped(stopped: Desk) -> None:
    """A question mark in an address would be another address."""
    stopped("suppressions", "add", "--email", "한글@mail.example", "--channel", "email", "--by", "Aki")
    file = stopped.folder / "list.csv"
    said = stopped("suppressions", "export", file, "--to", "x", "--encoding", "cp932")
    assert (1, [], False) == (said.code, stopped("suppressions", "receipts", "--json").objects, file.exists())
    assert "entry 2" in said.err
    assert "mail.example" not in said.err

    manifest, data = export(stopped, "--encoding", "cp932", "--escape")
    assert (1, "\\ud55c\\uae00@mail.example") == (manifest["escaped"], rows(data, "cp932")[2]["subject"])
