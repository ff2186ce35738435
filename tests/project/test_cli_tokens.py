"""`tokens unsubscribe`: a mailing list gets the headers of RFC 8058, and each of its tokens works."""

from __future__ import annotations

import csv
import io
import re

import pytest

from optout_daemon.config import load, one_click
from optout_daemon.store import one_click_targets
from optout_daemon.store.database import Database
from tests.project.desk import SETTINGS, Desk

URL = '[web]\npublic_url = "https://desk.shop.example"\n'


@pytest.fixture
def stocked(tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("desk"), capsys)
    desk.settings(SETTINGS + URL)
    return desk.stocked()


def rows(text: bytes, encoding: str = "utf-8") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode(encoding), newline="")))


def test_each_recipient_gets_both_headers_and_the_rest_stays_as_it_was(stocked: Desk) -> None:
    """The list goes into the sender's own program; a changed byte there is a changed name in a letter."""
    file = stocked.file("list.csv", '名前,email\r\n"山田, 太郎",Taro@Mail.example\r\n花子,\r\n'.encode("cp932"))
    done = stocked("tokens", "unsubscribe", file, "--output", stocked.folder / "out.csv")
    written = (stocked.folder / "out.csv").read_bytes()
    first, second = rows(written, "cp932")
    found = re.fullmatch(
        r"<https://desk\.shop\.example/u/([a-z2-7]{32})>, <mailto:desk@shop\.example\?subject=([a-z2-7]{32})>",
        first["List-Unsubscribe"],
    )

    assert (0, "2 rows: 1 with headers, 1 without a name\n") == (done.code, done.out)
    assert written.startswith('名前,email,List-Unsubscribe,List-Unsubscribe-Post\r\n"山田, 太郎",Taro@'.encode("cp932"))
    assert "List-Unsubscribe=One-Click" == first["List-Unsubscribe-Post"]
    assert ("花子", "", "") == (second["名前"], second["List-Unsubscribe"], second["List-Unsubscribe-Post"])
    assert found is not None
    assert found.group(1) == found.group(2)
    handle = one_click(load(stocked.config)).handle(found.group(1))
    database = Database(f"sqlite:///{stocked.folder / 'desk.db'}")
    with database.reading() as tx:
        target = one_click_targets.find(tx, handle or "")
    database.close()
    assert target is not None
    assert ("email", "taro@mail.example", "email", "group") == (
        target.kind, target.subject, target.channel, target.scope,
    )  # fmt: skip


def test_the_token_can_stand_in_the_address_and_the_https_link_be_left_out(stocked: Desk) -> None:
    """For a desk without a web part; List-Unsubscribe-Post is for HTTPS only (RFC 8058, section 3.1)."""
    file = stocked.file("list.csv", "number\n10000002\n")
    options = ("--column", "number", "--kind", "customer_number", "--company", "travel", "--mailto", "plus")
    done = stocked("tokens", "unsubscribe", file, "--output", stocked.folder / "out.csv", "--no-https", *options)
    (row,) = rows((stocked.folder / "out.csv").read_bytes())

    assert 0 == done.code
    assert re.fullmatch(r"<mailto:desk\+[a-z2-7]{32}@shop\.example\?subject=unsubscribe>", row["List-Unsubscribe"])
    assert "" == row["List-Unsubscribe-Post"]


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("email\nno address\n", (), "line 2: email"),
        ("mail\na@b.example\n", (), 'the column "email"'),
        ("email,List-Unsubscribe\na@b.example,\n", (), "remove them first"),
        ("email\na@b.example\n", ("--no-https", "--mailto", "none"), "no way left"),
        ("email\na@b.example\n", ("--channel", "fax"), "fax"),
    ],
)
def test_what_would_leave_somebody_without_a_way_out_is_refused(
    stocked: Desk, text: str, options: tuple[str, ...], says: str
) -> None:
    """A mail whose link does not work is worse than a list that is not made."""
    file = stocked.file("list.csv", text)
    done = stocked("tokens", "unsubscribe", file, "--output", stocked.folder / "out.csv", *options)

    assert done.code in (1, 2)
    assert says in done.err
    assert not (stocked.folder / "out.csv").exists()
