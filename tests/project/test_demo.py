"""The demo is the first thing anybody runs: it must work, and it must be able to fail."""

from __future__ import annotations

import os
import re
import resource
import signal
import smtplib
import socket
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from optout_daemon.core.model import Category, Disposition, Reason, ReplyKind
from optout_daemon.core.reading.mime import parse
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.demo import checks, sample
from optout_daemon.demo.progress import Progress, Seen
from optout_daemon.demo.sample import Sample
from optout_daemon.demo.servers import LOOPBACK, CourierServer, MailboxServer, Received
from optout_daemon.demo.service import program

SAMPLES = sample.load()


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of the test's own: another demo on this machine may run at the same time."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def worked() -> float:
    """Seconds of a processor that ended children have taken: what else the machine does is not in them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.slow
def test_the_demo_ends_well_and_leaves_nothing_behind(room: Path) -> None:
    """As a newcomer runs it: the installed command, exit 0, every check ticked, less than a minute's work, no file left."""
    began = worked()
    done = subprocess.run([*program(), "demo"], capture_output=True, text=True, check=False, timeout=400)

    assert (0, "") == (done.returncode, done.stderr), done.stdout
    assert "✗" not in done.stdout
    assert 7 == done.stdout.count("✓")
    assert re.search(r"email: may be sent\n.*email: blocked since .*\n.*\"allowed\" is false\n", done.stdout, re.DOTALL)
    assert [] == [mail.file for mail in SAMPLES if mail.shows.split("; ")[0][:40] not in done.stdout]
    assert "ご案内の停止を承りました" in done.stdout
    assert [] == list(room.glob("optout-demo-*"))
    assert 60 > worked() - began


@contextmanager
def serving(until: str = "What the daemon does meanwhile") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`demo --serve`, once it has printed `until`; with what it has printed."""
    process = subprocess.Popen(
        # A shell's background job ignores Ctrl-C, and so does everything that it starts.
        ["env", "--default-signal=INT", *program(), "demo", "--serve"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    try:
        printed = read_on(process, until)
        assert until in printed, printed
        yield process, printed
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def read_on(process: subprocess.Popen[str], *words: str) -> str:
    """What it prints until each of the words has come, or it has ended."""
    assert process.stdout is not None
    printed = ""
    while not all(word in printed for word in words):
        line = process.stdout.readline()
        if not line:
            break
        printed += line
    return printed


def to_its_end(process: subprocess.Popen[str], number: int) -> str:
    """Send a signal and read until everything that writes there has ended; what was printed."""
    process.send_signal(number)
    rest = read_on(process, "never printed")
    process.wait()
    return rest


def children(pid: int) -> list[int]:
    """Processes whose parent is `pid`."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except (OSError, ValueError):
            continue
    return found


@pytest.mark.slow
def test_the_served_demo_takes_mail_and_ends_with_ctrl_c(room: Path) -> None:
    """It stays open, answers what is handed to its SMTP server, and takes daemon, web part, servers and files with it."""
    with serving() as (process, printed):
        found = re.search(r"SMTP +127\.0\.0\.1:(\d+)", printed)
        web = re.search(r"export DESK=http://127\.0\.0\.1:(\d+)", printed)
        assert found is not None, printed
        assert web is not None, printed
        services = children(process.pid)
        port = int(found[1])
        head = (
            "From: Ann <ann@home.example>",
            "To: desk@kiku.example",
            "Subject: hello",
            "Message-ID: <1@home.example>",
        )
        mail = "\r\n".join((*head, "", "When are you open?", ""))
        with smtplib.SMTP(LOOPBACK, port) as smtp:
            smtp.sendmail("ann@home.example", ["desk@kiku.example"], mail)
        heard = read_on(process, "event=sent", "event=held")  # the reply may leave before its decision is logged
        rest = to_its_end(process, signal.SIGINT)

    assert "event=held" in heard
    assert 0 == process.returncode, heard + rest
    assert 2 == len(services)
    assert [] == [pid for pid in services if Path(f"/proc/{pid}").exists()]
    assert [] == list(room.glob("optout-demo-*"))
    for closed in (port, int(web[1])):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((LOOPBACK, closed))


@pytest.mark.slow
def test_sigterm_takes_everything_with_it(room: Path) -> None:
    """Closing the terminal's session, at whatever moment, must not leave a daemon and a folder of mail behind."""
    with serving(until="01 applied") as (process, _printed):
        services = children(process.pid)
        to_its_end(process, signal.SIGTERM)

    assert 130 == process.returncode
    assert 2 <= len(services)
    assert [] == [pid for pid in services if Path(f"/proc/{pid}").exists()]
    assert [] == list(room.glob("optout-demo-*"))
    assert os.getpid() not in services


def test_every_sample_is_listed_and_every_listed_sample_is_there() -> None:
    """A mail without an expected outcome would prove nothing."""
    here = sample.folder()
    files = sorted(entry.name for entry in here.iterdir() if entry.name.endswith(".eml"))

    assert files == [mail.file for mail in SAMPLES]
    assert 20 <= len(files)


def test_the_samples_show_every_disposition_and_most_reasons() -> None:
    """The demo is also the shortest tour of the policy; what it leaves out is named here."""
    reasons = {reason for mail in SAMPLES for reason in _list(mail, "reasons")}

    assert set(Disposition) == {mail.expected["disposition"] for mail in SAMPLES}
    by_people = {ReplyKind.ANSWER, ReplyKind.HAND_OVER}
    assert set(ReplyKind) - by_people == {mail.expected["reply"] for mail in SAMPLES}
    assert {
        Reason.MISSING_CUSTOMER_NUMBER,
        Reason.MISSING_NAME,
        Reason.MISSING_INQUIRY,
        Reason.NO_SINGLE_AUTHOR,
        Reason.UNCLEAR_INTENT,
    } == set(Reason) - {Reason(reason) for reason in reasons}


def test_every_expectation_is_in_the_policys_words() -> None:
    """A misspelled reason would be a difference that nobody understands."""
    for mail in SAMPLES:
        Disposition(str(mail.expected["disposition"]))
        ReplyKind(str(mail.expected["reply"]))
        assert set(_list(mail, "reasons")) <= set(Reason)
        assert set(_list(mail, "channels")) <= {"email", "print"}
        assert mail.expected.get("category", Category.OTHER) in set(Category)
        assert mail.shows


def test_the_sample_customers_are_invented_and_well_formed() -> None:
    """Some forty people of both languages, on example domains, with numbers of eight digits, none twice."""
    numbers = checks.customer_numbers()
    text = (sample.folder() / "customers.csv").read_text(encoding="utf-8")

    assert 40 == len(numbers) == len(set(numbers))
    assert all(re.fullmatch(r"\d{8}", number) for number in numbers)
    assert set() == {domain for domain in re.findall(r"@([\w.]+)", text) if not domain.endswith(".example")}


def test_the_samples_use_example_domains_only() -> None:
    """A demo mail must never reach, or name, anybody real."""
    texts = [parse(mail.raw, ReaderSettings()).text for mail in SAMPLES]
    heads = [mail.raw.partition(b"\r\n\r\n")[0].decode("ascii") for mail in SAMPLES]
    found = {domain for text in (*texts, *heads) for domain in re.findall(r"@([\w.-]+)", text)}

    assert set() == {domain for domain in found if not domain.endswith((".example", ".invalid"))}


def test_a_sample_mail_ends_its_lines_as_mail_does() -> None:
    """CRLF in the file, whatever a checkout makes of text."""
    assert [] == [mail.file for mail in SAMPLES if mail.raw.count(b"\n") != mail.raw.count(b"\r\n")]


def test_a_difference_is_named_with_file_and_values() -> None:
    """The demo is a test of an installation: it has to be able to fail, and to say at what."""
    mail = SAMPLES[0]
    found = {**mail.expected, "disposition": "held"}

    assert ["01-labelled.eml: disposition: expected 'applied', got 'held'"] == sample.differences(mail, found)
    assert len(mail.expected) == len(sample.differences(mail, {}))
    assert [] == sample.differences(mail, dict(mail.expected))


def test_a_mail_in_the_wrong_folder_is_a_difference() -> None:
    """Left in the inbox, filed twice, or filed elsewhere."""
    mail = SAMPLES[0]

    def lines(folders: dict[str, list[bytes]]) -> int:
        return len(checks.filing([mail], folders).differences)

    assert 0 == lines({"INBOX": [], "Desk/Done/2026-11": [mail.raw]})
    assert 1 == lines({"INBOX": [mail.raw]})
    assert 1 == lines({"Desk/Done/2026-11": [mail.raw, mail.raw]})
    assert 1 == lines({"Desk/Review": [mail.raw]})
    assert 1 == lines({"Desk/Done/2026-11": [mail.raw + b"changed"]})


def test_a_missing_and_a_stray_reply_are_differences() -> None:
    """One reply where one is due, and not one more."""
    due, silent = SAMPLES[0], next(mail for mail in SAMPLES if mail.expected["reply"] == "none")
    its_id = re.search(rb"Message-ID: (<[^>]+>)", due.raw)
    assert its_id is not None
    reply = Received("", ("a@post.example",), b"In-Reply-To: " + its_id[1] + b"\r\n\r\nx\r\n")

    assert 0 == len(checks.replies([due, silent], [reply]).differences)
    assert 2 == len(checks.replies([due, silent], []).differences)
    assert 1 == len(checks.replies([due, silent], [reply, reply]).differences)


def test_a_check_that_did_not_turn_and_a_wrong_count_are_differences() -> None:
    """The demo promises that both are compared: each way in which they can fail is a line."""

    def lines(*, before: bool, after: bool, by_api: bool) -> int:
        return len(checks.turned("a@post.example", before=before, after=after, by_api=by_api).differences)

    assert 0 == lines(before=True, after=False, by_api=False)
    assert [1, 1, 1] == [
        lines(before=False, after=False, by_api=False),
        lines(before=True, after=True, by_api=False),
        lines(before=True, after=False, by_api=True),
    ]
    assert [] == checks.queue_page(shown=13, held=13).differences
    assert 1 == len(checks.queue_page(shown=12, held=13).differences)


def test_an_answer_names_our_reply_in_its_headers() -> None:
    """The placeholder stands in the file only; what is delivered threads to the real reply."""
    answer = next(mail for mail in SAMPLES if mail.answers is not None)
    raw = answer.answering("<optout.8.abc@kiku.example>").raw

    assert sample.PLACEHOLDER not in raw
    assert b"In-Reply-To: <optout.8.abc@kiku.example>\r\n" in raw
    assert answer.answers in {mail.file for mail in SAMPLES}


def test_a_mail_is_done_when_it_is_decided_filed_and_answered() -> None:
    """The line on the screen is printed once, when all of it is true."""
    progress = Progress({101: Seen(Sample("01.eml", b"", "", None))})
    seen = progress.by_uid[101]
    assert progress.hear({"event": "stored", "inquiry": 7, "uid": 101}) is seen
    progress.hear({"event": "held", "inquiry": 7, "reasons": "conditional", "reply": "received"})
    progress.hear({"event": "filed", "inquiry": 7, "folder": "Desk/Review"})

    assert not seen.done
    assert progress.hear({"event": "sent", "inquiry": 8}) is None
    progress.hear({"event": "sent", "inquiry": 7})

    assert seen.done
    assert ("held", "conditional", "Desk/Review") == (seen.disposition, seen.reasons, seen.folder)


def test_the_embedded_servers_keep_the_bytes_and_give_their_ports_back() -> None:
    """What is compared at the end of the demo is what went in."""
    raw = b"Subject: =?utf-8?B?44Gf?=\r\n\r\n\x1b$B$?\x1b(B\r\n"
    handed: list[Received] = []
    with MailboxServer(username="desk", password="demo") as mailbox, CourierServer(handed.append) as courier:
        uids = mailbox.append([raw, raw], datetime.now(UTC))
        folders = mailbox.folders()
        with smtplib.SMTP(LOOPBACK, courier.port, timeout=10) as smtp:
            smtp.sendmail("<>", ["a@post.example"], raw)
        ports = mailbox.port, courier.port

    assert 2 == len(set(uids))
    assert {"INBOX": [raw, raw]} == folders
    assert [Received("", ("a@post.example",), raw)] == handed
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((LOOPBACK, port), timeout=2)


def test_the_expected_outcomes_are_valid_toml_with_known_keys() -> None:
    """A key that nobody compares would look like a check."""
    table = tomllib.loads((sample.folder() / "expected.toml").read_text(encoding="utf-8"))
    known = {*sample.COMPARED, "shows", "answers"}

    assert set() == {key for entry in table.values() for key in entry} - known


def _list(mail: Sample, key: str) -> list[str]:
    value = mail.expected.get(key, [])
    assert isinstance(value, list)
    return value
