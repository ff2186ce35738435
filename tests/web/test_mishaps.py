"""What nobody meant to happen: the answer is a page that says what to do, and the log says nothing of anybody."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import httpx
import pytest

from optout_daemon.web import evidence
from tests.web.site import WebDesk, web_desk
from tests.web.staff import arrived, without_address

LARGE = str(10**30)
SOMEBODY = "山田 太郎"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDesk]:
    with web_desk(tmp_path_factory.mktemp("mishaps")) as served:
        yield served


@pytest.fixture
def supervisor(desk: WebDesk) -> httpx.Client:
    return desk.sign_in("supervisor")


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/inquiries/abc",
        "/inquiries/-1",
        f"/inquiries/{LARGE}",
        f"/inquiries/{LARGE}/evidence",
        f"/inquiries/{LARGE}/raw",
        f"/inquiries/1/attachments/{LARGE}",
    ],
)
def test_an_address_that_leads_nowhere_is_a_page(supervisor: httpx.Client, path: str) -> None:
    """A number beyond the database's own is no defect, and no clerk reads JSON."""
    answered = supervisor.get(path)

    assert (404, "text/html; charset=utf-8") == (answered.status_code, answered.headers["content-type"])


@pytest.mark.parametrize("path", [f"/queue?done={LARGE}", "/queue?bulk_done=x", "/desk?month=never"])
def test_a_query_of_another_shape_is_a_page(supervisor: httpx.Client, path: str) -> None:
    """Nothing is repeated of what stood in it."""
    answered = supervisor.get(path)

    assert 422 == answered.status_code
    assert "<h1>Not understood</h1>" in answered.text


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/suppressions/person", "/suppressions"),
        ("/suppressions/find", "/suppressions"),
        ("/inquiries/7/decide", "/inquiries/7"),
        ("/queue/bulk", "/queue"),
        ("/staff/1", "/staff"),
        ("/account/authenticator/confirm", "/account"),
        ("/sign-out", "/"),
    ],
)
def test_the_address_of_a_form_leads_to_the_page_that_has_it(supervisor: httpx.Client, path: str, page: str) -> None:
    """The switch of the language goes back to the address in the bar, and that is a form's after a refusal."""
    answered = supervisor.get(path)

    assert (303, page) == (answered.status_code, answered.headers["location"])


@pytest.mark.parametrize("chosen", ["1.²", "²", f"{LARGE}.1", f"1.{LARGE}", f"{'9' * 5_000}.1", "1"])
def test_what_no_page_of_ours_chose_is_left_alone(supervisor: httpx.Client, chosen: str) -> None:
    """Python takes more for a digit than it takes for a number."""
    answered = supervisor.post("/queue/bulk", data={"action": "spam", "ids": chosen})

    assert 303 == answered.status_code
    assert answered.headers["location"].startswith("/queue?bulk_done=0")


def test_a_defect_is_told_to_the_log_without_what_it_was_about(
    desk: WebDesk, supervisor: httpx.Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's own log would print the error's text, and that may be somebody's name."""
    [found] = arrived(desk, without_address(1))

    def broken(*_: object) -> None:
        raise ValueError(SOMEBODY)

    monkeypatch.setattr(evidence, "story", broken)
    with caplog.at_level(logging.INFO):
        answered = supervisor.get(f"/inquiries/{found}/evidence")
        deadline = time.monotonic() + 10
        while "ValueError" not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.01)  # the answer goes first

    assert (500, True) == (answered.status_code, "defect of the program" in answered.text)
    assert "ValueError" in caplog.text
    assert SOMEBODY not in caplog.text
