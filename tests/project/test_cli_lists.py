"""The suppression list as files: given out with a receipt, taken in, and mailing lists scrubbed by it."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from optout_daemon.core.digests import sha256
from tests.project.desk import SETTINGS, Desk

WHY = ("--reason", "asked", "--note", "letter of 1 April")
HEAD = "subject_kind,subject,channel,scope,action,since,provisional,entry,may_arrive_until"
COMPANIES = '\n[[company]]\nname = "Aozora"\n[[company]]\nname = "Hikari"\n'


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
    stopped("suppressions", "lift", "--email", "anna@mail.example", "--channel", "email", "--by", "A", *WHY)
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


def take_in(desk: Desk, content: str | bytes, *options: str) -> dict[str, Any]:
    said = desk("suppressions", "import", desk.file("theirs.csv", content), "--by", "Aki", "--json", *options)
    assert 0 == said.code, said.err
    [done] = said.objects
    return done


SHAPES = {
    "SES ": "EmailAddress,LastUpdateTime,Reason\nnew@mail.example,1772355600.25,COMPLAINT\n",
    "SES": "EmailAddress,Reason,LastUpdateTime\nNew@Mail.example,COMPLAINT,2026-03-01T09:00:00Z\n",
    "SendGrid": "email,created\nnew@mail.example,1772355600\n",
    "SendGrid ": 'status,reason,email,created\n5.1.1,"550 no such user, sorry",new@mail.example,1772355600\n',
    "Mailchimp ": (
        "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,LEID,EUID,TAGS\n"
        'new@mail.example,N,,2,2025-01-01 09:00:00,2026-03-01 09:00:00,Spring,1,ab12,"""a"",""b"""\n'
    ),
    "Mailchimp": "Email Address,First Name,UNSUB_TIME,UNSUB_REASON\nnew@mail.example,N,2026-03-01 09:00:00,x\n",
    "listmonk": (
        "uuid,email,name,attributes,status,created_at,updated_at\n"
        'a,new@mail.example,N,"{""city"": ""Bath""}",blocklisted,2026-01-01 00:00:00 +0000 UTC,2026-03-01 18:00:00.123456789 +0900 JST\n'
    ),
    "mapped": "email,since\nnew@mail.example,2026-03-01T18:00:00+09:00\n",
}


REASONS = {"SES": "complaint", "SES ": "complaint", "SendGrid ": "bounce", "Mailchimp ": "bounce"}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_lists_of_others_are_recognised(desk: Desk, shape: str) -> None:
    """Opt-outs that a sender's own tool has collected must not be lost by moving to another."""
    done = take_in(desk.stocked(), SHAPES[shape])
    [block] = desk("suppressions", "check", "--email", "new@mail.example", "--json").objects

    assert (shape.strip(), 1, 1, {}) == tuple(done[name] for name in ("shape", "rows", "added", "left_alone"))
    assert "2026-03-01T09:00:00" == block["blocks"][0]["since"][:19]
    [row] = desk("suppressions", "list", "--json").objects
    assert ("import", "Aki", REASONS.get(shape, "opt_out")) == (row["source"], row["by"], row["reason"])


def test_an_import_never_lifts_a_block(stopped: Desk) -> None:
    """The unsigned overwrite: a list in which the address is active again, as others' default import has it."""
    done = take_in(
        stopped,
        "uuid,email,status\na,anna@mail.example,enabled\nb,taro@mail.example,disabled\nc,x@mail.example,blocklisted\n",
    )
    assert (1, {"enabled": 1, "disabled": 1}) == (done["added"], done["left_alone"])
    done = take_in(stopped, f"{HEAD}\r\nemail,anna@mail.example,email,group,resume,,no,9,\r\n")
    assert (0, {"resume": 1}) == (done["added"], done["left_alone"])
    assert 1 == stopped("suppressions", "check", "--email", "anna@mail.example").code
    assert 0 == stopped("suppressions", "check", "--email", "taro@mail.example").code


def test_what_is_blocked_already_keeps_its_entry(stopped: Desk) -> None:
    """An import that put its own record in place of ours would lose date and cause."""
    done = take_in(stopped, "email,created\nANNA@mail.example,1\n")

    assert (0, 1, 1) == (done["added"], done["already"], done["version"])


def test_an_export_can_be_imported_elsewhere(stopped: Desk, tmp_path: Path) -> None:
    """A round trip without loss, the erased included where the key is the same."""
    stopped("customers", "erase", "10000002", "--by", "Bo")
    stopped("suppressions", "add", "--email", "b@mail.example", "--by", "Bo")
    _, data = export(stopped)
    (tmp_path / "desk.db").unlink()
    for rest in ("desk.db-wal", "desk.db-shm"):
        (tmp_path / rest).unlink(missing_ok=True)
    done = take_in(stopped.stocked(), data)

    assert (4, 4) == (done["rows"], done["added"])
    for who in (["--number", "10000002"], ["--email", "anna@mail.example"], ["--email", "b@mail.example"]):
        assert 1 == stopped("suppressions", "check", *who).code


def test_a_postal_key_comes_back_as_it_was_given(desk: Desk) -> None:
    """Every kind of line that our own export has can be imported, or part of the list could not be moved."""
    line = "postal,100-0001 1-1-1,print,group,stop,2026-03-01T09:00:00Z,no,9,2026-03-15\r\n"
    assert 1 == take_in(desk.stocked(), f"{HEAD}\r\n{line}")["added"]

    assert line.replace(",9,", ",1,").encode() in export(desk)[1]


def test_an_export_of_an_older_version_is_taken_as_well(desk: Desk) -> None:
    """It has no column for the last arrival; a sender's archive must not become unreadable by ours."""
    head = HEAD.removesuffix(",may_arrive_until")

    assert 1 == take_in(desk.stocked(), f"{head}\nemail,a@mail.example,email,group,stop,,no,9\n")["added"]


def test_matter_in_print_may_arrive_for_as_long_as_the_settings_say(desk: Desk) -> None:
    """It is under way on the day of the import, however old the opt-out is; a mailing house reads the day in the list."""
    desk.settings(SETTINGS + "[channels.print]\nlead_days = 14\n")
    take_in(desk.stocked(), "customer_number,since\n10000001,2020-01-01T00:00:00Z\n", "--channel", "print")
    [row] = rows(export(desk)[1])
    today = datetime.now(UTC).date()

    assert row["may_arrive_until"] in {str(today + timedelta(days=days)) for days in (13, 14, 15)}


@pytest.fixture
def group(stopped: Desk) -> Desk:
    """A group of two companies; Anna has stopped both, b@ one of them, c@ the other."""
    stopped.settings(stopped.config.read_text() + COMPANIES)
    for name, company in (("b", "Aozora"), ("c", "Hikari")):
        take_in(stopped, f"email\n{name}@mail.example\n", "--company", company)
    return stopped


def test_a_company_is_given_its_own_blocks_and_the_groups(group: Desk) -> None:
    """Another company's blocks are none of its business, and its receipt says that it asked for itself."""
    manifest, data = export(group, "--company", "Aozora")
    assert [("10000002", "group"), ("anna@mail.example", "group"), ("b@mail.example", "Aozora")] == [
        (row["subject"], row["scope"]) for row in rows(data)
    ]
    assert ("Aozora", 4) == (manifest["scope"], len(rows(export(group)[1])))
    assert ["", "Aozora"] == [one["scope"] for one in group("suppressions", "receipts", "--json").objects]


@pytest.mark.parametrize(("options", "left"), [((), ""), (("--company", "Hikari"), "b@mail.example\n")])
@pytest.mark.parametrize("digest", [(), ("--digest", "sha256")])
def test_a_companys_list_is_scrubbed_by_its_own_blocks_and_the_groups(
    group: Desk, options: tuple[str, ...], left: str, digest: tuple[str, ...]
) -> None:
    """Without the company every block counts: who does not say for whom they send must spare everybody."""
    names = [f"{name}@mail.example" for name in ("anna", "b", "c")]
    given = "".join(f"{sha256(name) if digest else name}\n" for name in names)
    wanted = f"{sha256(left.strip())}\n" if digest and left else left

    assert f"email\n{wanted}".encode() == scrub(group, f"email\n{given}", "--column", "email", *options, *digest)[1]


def test_a_scope_that_is_no_company_of_the_settings_is_a_bad_line(group: Desk) -> None:
    """A block for a company that nobody asks for would block nothing."""
    content = f"{HEAD}\nemail,d@mail.example,email,Aozora,stop,,no,9,\nemail,e@mail.example,email,Umi,stop,,no,9,\n"
    said = group("suppressions", "import", group.file("theirs.csv", content))

    assert 1 == said.code
    assert "  line 3: scope: neither group nor a [[company]] of the settings" in said.err.splitlines()
    assert 2 == group("suppressions", "import", group.file("x.csv", "email\n"), "--company", "Umi").code


def test_one_bad_line_refuses_the_whole_file_and_each_is_named(stopped: Desk) -> None:
    """Half a list would look like a whole one. No value is repeated: the text may be passed on."""
    content = "Adresse,Grund,Wann\na@mail.example,x,\nno address,x,\nb@mail.example,x,later\nc@mail.example\n"
    file = stopped.file("theirs.csv", content)
    columns = ("--column", "email=Adresse", "--column", "reason=Grund", "--column", "since=Wann")
    said = stopped("suppressions", "import", file, *columns)

    assert 1 == said.code
    assert [
        "optout-daemon: 3 lines are wrong; nothing was imported",
        "  line 3: email: not a mail address",
        "  line 4: time: neither ISO 8601 nor seconds since 1970",
        "  line 5: 1 columns, where the first line has 3",
    ] == said.err.splitlines()
    assert 0 == stopped("suppressions", "check", "--email", "a@mail.example").code


@pytest.mark.parametrize(
    "header", ["Email Address,First Name,MEMBER_RATING,OPTIN_TIME\n", "name,place\n", "email;created\n", ""]
)
def test_a_file_that_is_no_list_of_opt_outs_is_refused(desk: Desk, header: str) -> None:
    """Importing the subscribers would silence everybody."""
    said = desk.stocked()("suppressions", "import", desk.file("theirs.csv", header))

    assert (1, "") == (said.code, said.out)
    assert "line 1: " in said.err


def test_cp932_and_customer_numbers_are_read(desk: Desk) -> None:
    """A Japanese mailing house's list of returned letters."""
    content = "お客様番号,理由\n１０００-０００１,転居\n".encode("cp932")
    columns = ("--column", "customer_number=お客様番号", "--column", "reason=理由")
    assert 1 == take_in(desk.stocked(), content, *columns, "--channel", "print")["added"]

    assert 1 == desk("suppressions", "check", "--number", "10000001", "--channel", "print").code


def test_a_list_of_plain_digests_blocks(desk: Desk) -> None:
    """Partners may give no addresses; asked by the address, the list still answers."""
    take_in(desk.stocked(), f"email_sha256\n{sha256('new@mail.example').upper()}\n")

    assert 1 == desk("suppressions", "check", "--email", "New@mail.example").code


def scrub(desk: Desk, content: str | bytes, *options: str) -> tuple[dict[str, Any], bytes]:
    """What was said of the scrubbed list, and the list."""
    target = desk.folder / "clean.csv"
    given = ("--output", str(target), "--by", "Aki", "--json", *options)
    said = desk("suppressions", "filter", desk.file("mailing.csv", content), *given)
    assert 0 == said.code, said.err
    [done] = said.objects
    return done, target.read_bytes()


RAGGED = (
    b'\xef\xbb\xbfname,"email",note\r\n'
    b'"Weber, Anna",ANNA@Mail.example,x\r\n'
    b'Taro , taro@mail.example ,"two\nlines, ""quoted"""\n'
    b"\r\n"
    b'Nobody,,\r\n"B",anna@mail.example,\xe5\xb1\xb1'
)


def test_a_list_keeps_its_rows_and_columns_byte_for_byte(stopped: Desk) -> None:
    """Quotes, blanks, line ends and BOM are what the sender's next program expects."""
    done, data = scrub(stopped, RAGGED, "--column", "email")

    lines = RAGGED.split(b"\r\n")
    assert b"\r\n".join([lines[0], lines[2], lines[3], b""]) == data
    assert (1, 4, 2, 2, 1) == tuple(done[name] for name in ("version", "read", "kept", "blocked", "empty"))


def test_who_is_blocked_can_be_marked_instead(stopped: Desk) -> None:
    """Some programs want every row, with a reason beside it."""
    _, data = scrub(stopped, RAGGED, "--column", "email", "--mark", "optout")

    assert (
        RAGGED.replace(b"note\r", b"note,optout\r")
        .replace(b",x\r", b",x,blocked\r")
        .replace(b'"""\n', b'""",\n')
        .replace(b"Nobody,,\r", b"Nobody,,,\r")
        .replace(b"\xe5\xb1\xb1", b"\xe5\xb1\xb1,blocked")
    ) == data


def test_scrubbing_leaves_a_receipt(stopped: Desk) -> None:
    """That a sender had its list scrubbed, by which version and when, can be shown later."""
    done, data = scrub(stopped, RAGGED, "--column", "email", "--to", "Spring campaign")
    [receipt] = stopped("suppressions", "receipts", "--json").objects

    assert ("filter", "Spring campaign", 1, 2, 2, "sha256:" + hashlib.sha256(data).hexdigest()) == tuple(
        receipt[name] for name in ("act", "receiver", "version", "rows", "blocked", "checksum")
    )
    assert done["receipt"] == receipt["id"]


def test_the_erased_are_scrubbed_from_plain_lists_too(stopped: Desk) -> None:
    """The list outlives the person wherever it is asked."""
    stopped("customers", "erase", "10000002", "--by", "Bo")

    assert (
        b"email\ntaro@mail.example\n"
        == scrub(stopped, "email\nAnna@mail.example\ntaro@mail.example\n", "--column", "email")[1]
    )


def test_digested_columns_are_scrubbed(stopped: Desk) -> None:
    """A sender may keep its addresses to itself."""
    key = bytes.fromhex(stopped("suppressions", "partner-key", "House").out.strip())
    hashed = [sha256(f"{name}@mail.example") for name in ("anna", "taro")]
    theirs = [hmac.new(key, f"{name}@mail.example".encode(), "sha256").hexdigest() for name in ("anna", "taro")]

    for values, options in ((hashed, ["sha256"]), (theirs, ["hmac", "--partner", "House"])):
        content = f"h\n{values[0].upper()}\n{values[1]}\n"
        _, data = scrub(stopped, content, "--column", "h", "--digest", *options)
        assert f"h\n{values[1]}\n".encode() == data


def test_a_print_list_is_scrubbed_by_customer_number(stopped: Desk) -> None:
    """A mailing house has numbers and postal addresses; cp932 and tabs are its habit."""
    stopped("suppressions", "add", "--number", "10000001", "--channel", "print", "--by", "Aki")
    content = "番号\t住所\n１０００-０００１\t表示\n10000002\tソ\n".encode("cp932")
    options = ("--kind", "customer_number", "--channel", "print", "--delimiter", "tab")

    assert "番号\t住所\n10000002\tソ\n".encode("cp932") == scrub(stopped, content, "--column", "番号", *options)[1]


def test_a_print_list_is_scrubbed_by_postal_address(desk: Desk) -> None:
    """A letter box with a notice against advertising has no customer number, and no two lists write it alike."""
    take_in(desk.stocked(), "address\n千代田区千代田１丁目１番１号\n", "--channel", "print")
    add = ("suppressions", "add", "--channel", "print", "--by", "Aki")
    assert 0 == desk(*add, "--address", "12 Mill Street, Bath").code
    content = (
        "name,address\nA,〒100-0001 東京都千代田区千代田1-1-1\nB,東京都千代田区千代田1-1-2\nC,12 mill street BATH\nD,\n"
    )
    options = ("--kind", "postal", "--channel", "print", "--column", "address")

    assert "name,address\nB,東京都千代田区千代田1-1-2\nD,\n".encode() == scrub(desk, content, *options)[1]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('a,email\n1,b@mail.example\n2,"c@mail.example\n3,anna@mail.example\n', "line 3"),
        ("a,email\n1,2,anna@mail.example\n", "line 2"),
        ("a,email\n1,Anna <anna@mail.example>\n", "line 2"),
        ("a,e-mail\n1,anna@mail.example\n", "line 1"),
        ("a,email,email\n1,anna@mail.example,\n", "line 1"),
    ],
)
def test_what_cannot_be_read_is_never_passed_as_clean(stopped: Desk, content: str, line: str) -> None:
    """A quote left open, a column too many, a name around the address: each could hide somebody who is blocked."""
    target = stopped.folder / "clean.csv"
    file = stopped.file("mailing.csv", content)
    said = stopped("suppressions", "filter", file, "--column", "email", "--output", target)

    assert (1, False) == (said.code, target.exists())
    assert line in said.err
    assert "anna" not in said.err
    assert [] == stopped("suppressions", "receipts", "--json").objects


def test_unreadable_rows_can_be_given_up(stopped: Desk) -> None:
    """One typing mistake in a million rows need not stop a campaign; nobody is mailed for it."""
    done, data = scrub(stopped, "email\nno address\nb@mail.example\n", "--column", "email", "--drop-unreadable")

    assert (1, b"email\nb@mail.example\n") == (done["unreadable"], data)
