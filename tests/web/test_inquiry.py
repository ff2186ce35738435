"""The page of one inquiry and what its buttons do, asked for as a browser without JavaScript does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from optout_daemon.core.roles import Role
from optout_daemon.previewing import texts_of
from optout_daemon.store import audit, inquiries, outbox, suppressions
from optout_daemon.store.inquiry_values import Inquiry
from optout_daemon.web.headers import CSP
from tests.web.site import WebDesk, web_desk
from tests.web.staff import arrived, browser, complete, held, without_address, written

HTML = (
    '<p onclick="x()">Stop <b>it</b><img src="https://evil.example/a.png"><a href="https://evil.example">here</a></p>'
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDesk]:
    """One desk for all tests here: each takes in a mail of its own."""
    folder = tmp_path_factory.mktemp("inquiry")
    with web_desk(folder, review='hand_over_to = ["shop@shop.example"]') as desk:
        yield desk


@pytest.fixture
def clerk(served: WebDesk) -> Iterator[httpx.Client]:
    with browser(served) as client:
        yield client


def row(desk: WebDesk, inquiry_id: int) -> Inquiry:
    with desk.database.reading() as tx:
        found = inquiries.get(tx, inquiry_id)
    assert found is not None
    return found


def form(page: str) -> dict[str, Any]:
    """What the form sends as it stands; an action is still to be chosen."""
    values: dict[str, Any] = dict(
        re.findall(r'<input id="(?:customer_number|name|address)" name="(\w+)" value="([^"]*)"', page)
    )
    values["version"] = re.findall(r'name="version" value="(\d+)"', page)[0]
    values["channels"] = re.findall(r'name="channels" value="(\w+)" checked', page)
    return values


def decide(client: httpx.Client, inquiry_id: int, **changes: Any) -> httpx.Response:
    values = form(client.get(f"/inquiries/{inquiry_id}").text)
    return client.post(f"/inquiries/{inquiry_id}/decide", data=values | changes)


def sent(desk: WebDesk, inquiry_id: int) -> list[tuple[str, str, str]]:
    """Kind, recipient and text of what is queued for it."""
    with desk.database.reading() as tx:
        return [(item.kind, item.recipient, texts_of(item.raw)[1]) for item in outbox.of_inquiry(tx, inquiry_id)]


def blocked(desk: WebDesk) -> bool:
    with desk.database.reading() as tx:
        return bool(suppressions.check(tx, customer_number="10000001", channel="print"))


def test_the_fields_are_marked_where_they_stand(served: WebDesk, clerk: httpx.Client) -> None:
    """A clerk sees at a glance what was read where, and what the machine did not find."""
    [found] = arrived(served, without_address(1))
    page = clerk.get(f"/inquiries/{found}").text

    assert '<mark class="f-customer_number" title="Customer number">10000001</mark>' in page
    assert '<mark class="f-name" title="Name">山田 太郎</mark>' in page
    assert 'value="10000001" checked' in page, "the customer is picked"
    assert "not found in the mail" in page


def test_the_reply_is_shown_before_it_goes_out(served: WebDesk, clerk: httpx.Client) -> None:
    """The whole text, for the decision that is chosen, and nothing is written for it."""
    [found] = arrived(served, without_address(2))
    values = form(clerk.get(f"/inquiries/{found}").text) | {"action": "apply"}
    shown = clerk.post(f"/inquiries/{found}/preview", data=values, headers={"HX-Request": "true"}).text

    assert "taro2@mail.example" in shown
    assert "10000001" in shown
    assert [found] == held(served, found)


def test_a_clerk_applies_what_the_machine_held(served: WebDesk, clerk: httpx.Client) -> None:
    """The one purpose of the page: state, block and reply in one step."""
    [found] = arrived(served, without_address(3))
    answered = decide(clerk, found, action="apply", channels=["print"])

    assert (303, f"/queue?done={found}") == (answered.status_code, answered.headers["location"])
    assert ("applied", "sato", ("print",)) == (
        row(served, found).disposition,
        row(served, found).decided_by,
        row(served, found).channels,
    )
    assert blocked(served)
    assert [("missing", "taro3@mail.example"), ("confirmed", "taro3@mail.example")] == [
        one[:2] for one in sent(served, found)
    ]


def test_the_second_clerk_is_told_and_keeps_what_they_typed(served: WebDesk, clerk: httpx.Client) -> None:
    """Two clerks at one inquiry: one decision counts, and nobody types a letter twice."""
    [found] = arrived(served, without_address(4))
    values = form(clerk.get(f"/inquiries/{found}").text)
    with browser(served, "tanaka") as other:
        decide(other, found, action="spam")
    answered = clerk.post(f"/inquiries/{found}/decide", data=values | {"action": "answer", "answer": "よく考えた回答"})

    assert 409 == answered.status_code
    assert "A colleague was faster" in answered.text
    assert "よく考えた回答" in answered.text
    assert "tanaka" == row(served, found).decided_by


def test_an_inquiry_that_moved_and_waits_again_is_refused_too(served: WebDesk, clerk: httpx.Client) -> None:
    """Still in the queue is not still the same."""
    [found] = arrived(served, without_address(5))
    values = form(clerk.get(f"/inquiries/{found}").text)
    with browser(served, "tanaka") as other:
        decide(other, found, action="ask")
    answered = clerk.post(f"/inquiries/{found}/decide", data=values | {"action": "apply", "note": "mine"})

    assert 409 == answered.status_code
    assert 'value="mine"' in answered.text
    assert [found] == held(served, found)


def test_own_words_go_out_and_close_it(served: WebDesk, clerk: httpx.Client) -> None:
    """An answer is a reply like every other: through the gate, rendered, stored, with the decision."""
    [found] = arrived(served, written("Where is my order?", subject="Order 6", author="eve6@mail.example"))
    decide(clerk, found, action="answer", answer="It left yesterday.")

    kind, recipient, text = sent(served, found)[-1]
    assert ("answer", "eve6@mail.example") == (kind, recipient)
    assert text.startswith("It left yesterday.\n")
    assert [] == held(served, found)


def test_a_ready_text_goes_out_where_nothing_was_typed(served: WebDesk, clerk: httpx.Client) -> None:
    """The same five sentences every day are a template."""
    [found] = arrived(served, written("Where is my order?", subject="Order 7", author="eve7@mail.example"))
    decide(clerk, found, action="answer", template="passed-on")

    assert "passed your message on" in sent(served, found)[-1][2]


def test_an_answer_that_cannot_go_out_closes_nothing(served: WebDesk, clerk: httpx.Client) -> None:
    """Whoever wrote an answer believes that it was sent."""
    mail = without_address(8).replace(b"From: taro8@mail.example", b"From: noreply@mail.example")
    [found] = arrived(served, mail)
    answered = decide(clerk, found, action="answer", answer="Thank you.")

    assert 422 == answered.status_code
    assert "Nobody can be answered from here" in answered.text
    assert [found] == held(served, found)


def test_a_number_that_nobody_has_applies_nothing(served: WebDesk, clerk: httpx.Client) -> None:
    """A block for nobody would be a promise to nobody."""
    [found] = arrived(served, without_address(9))
    answered = decide(clerk, found, action="apply", customer_number="77777777")

    assert (422, [found]) == (answered.status_code, held(served, found))
    assert 'value="77777777"' in answered.text


def test_no_opt_out_is_handed_over_to_a_colleague_of_the_settings_alone(served: WebDesk, clerk: httpx.Client) -> None:
    """With the mail as it came, and an answer that goes to the customer; any other address is no colleague."""
    first, second = arrived(
        served,
        written("Where is my order?", subject="Order 10", author="eve10@mail.example"),
        written("Where is my order?", subject="Order 11", author="eve11@mail.example"),
    )
    decide(clerk, first, action="not_an_opt_out", hand_over_to="shop@shop.example")
    decide(clerk, second, action="not_an_opt_out", hand_over_to="thief@evil.example")

    kind, recipient, text = sent(served, first)[-1]
    assert ("hand_over", "shop@shop.example") == (kind, recipient)
    assert "Where is my order?" in text
    assert "hand_over" not in [one[0] for one in sent(served, second)]
    assert [] == held(served, first, second)


def test_applying_is_taken_back_by_an_entry_of_its_own(tmp_path: Path) -> None:
    """Within reach and on record: the block is lifted, never deleted, and the inquiry waits again."""
    with web_desk(tmp_path) as desk, browser(desk) as client:
        [found] = arrived(desk, complete())
        before = blocked(desk)
        version = re.findall(r'name="version" value="(\d+)"', client.get(f"/inquiries/{found}").text)[0]
        client.post(f"/inquiries/{found}/reopen", data={"version": version, "undo": "yes"})
        with desk.database.reading() as tx:
            history = [one.entry.action for one in suppressions.history(tx, customer_number="10000001")]
        [again] = arrived(desk, without_address(1))
        decide(client, again, action="apply")
        decide(client, found, action="apply")
        version = re.findall(r'name="version" value="(\d+)"', client.get(f"/inquiries/{again}").text)[0]
        refused = client.post(f"/inquiries/{again}/reopen", data={"version": version, "undo": "yes"})

        assert (True, True) == (before, blocked(desk)), "asked for twice, taken back once: it stays"
        assert ["resume", "stop"] == sorted(history)
        assert 409 == refused.status_code


def test_notes_and_assignment_stand_at_the_inquiry(served: WebDesk, clerk: httpx.Client) -> None:
    """What one clerk knows, the next one reads."""
    [found] = arrived(served, without_address(12))
    clerk.post(f"/inquiries/{found}/note", data={"text": "called her"})
    clerk.post(f"/inquiries/{found}/note", data={"text": "calls back"})
    served.account("clerk", name="tanaka")
    clerk.post(f"/inquiries/{found}/assign", data={"to": "tanaka"})

    assert "2026-04-01 09:30 sato: called her\n2026-04-01 09:30 sato: calls back" == row(served, found).note
    assert "tanaka" == row(served, found).assigned_to


def test_an_inquiry_is_given_to_accounts_that_decide_and_to_nobody_else(served: WebDesk, clerk: httpx.Client) -> None:
    """A slip of the pen would give it to nobody who looks; a customer's name would stand in the audit chain for ever."""
    [found] = arrived(served, without_address(17))
    served.account("auditor", name="watanabe")
    refused = [clerk.post(f"/inquiries/{found}/assign", data={"to": name}) for name in ("山田 太郎", "watanabe")]
    nobody = clerk.post(f"/inquiries/{found}/assign", data={"to": ""})

    assert [422, 422, 303] == [each.status_code for each in (*refused, nobody)]
    assert row(served, found).assigned_to is None
    assert 'value="watanabe"' not in refused[0].text


def test_a_look_at_another_customers_record_is_in_the_audit_chain(served: WebDesk, clerk: httpx.Client) -> None:
    """The preview shows the record of whatever number somebody types; the mail's own is on the page anyway."""
    [found] = arrived(served, without_address(18))
    values = form(clerk.get(f"/inquiries/{found}").text) | {"action": "apply"}
    for number in ("10000001", "10000002"):
        clerk.post(
            f"/inquiries/{found}/preview", data=values | {"customer_number": number}, headers={"HX-Request": "true"}
        )
    with served.database.reading() as tx:
        looks = [json.loads(one.data)["what"] for one in audit.of_inquiry(tx, found) if one.event == "viewed"]

    assert ["inquiry", "preview"] == looks


def test_html_is_shown_where_nothing_acts(served: WebDesk, clerk: httpx.Client) -> None:
    """In an answer of its own whose policy allows nothing, cleaned beforehand."""
    [found] = arrived(served, written("x", subject="html", author="h@mail.example", html=HTML))
    answered = clerk.get(f"/inquiries/{found}/html")

    assert "<p>Stop <b>it</b><a" in answered.text or "<p>Stop <b>it</b>here</p>" in answered.text
    assert [] == re.findall("onclick|src=|href=|evil", answered.text)
    assert "default-src 'none'; frame-ancestors 'self'; sandbox" == answered.headers["content-security-policy"]
    assert CSP != answered.headers["content-security-policy"]


def test_attachments_are_saved_and_never_opened(served: WebDesk, clerk: httpx.Client) -> None:
    """As bytes without a meaning, under a name without a path."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@mail.example", "desk@shop.example", "see attached"
    mail.set_content("Please stop your catalogues, see attachment.")
    mail.add_attachment(b"<script>", maintype="text", subtype="html", filename="../申込書.html")
    [found] = arrived(served, mail.as_bytes())
    answered = clerk.get(f"/inquiries/{found}/attachments/0")
    disposition = answered.headers["content-disposition"]

    assert (b"<script>", "application/octet-stream") == (answered.content, answered.headers["content-type"])
    assert disposition.startswith("attachment; filename=")
    assert "/" not in disposition
    assert 404 == clerk.get(f"/inquiries/{found}/attachments/1").status_code


def test_the_evidence_names_digest_entries_and_reply(served: WebDesk, clerk: httpx.Client) -> None:
    """Whoever is asked years later prints one page."""
    [found] = arrived(served, without_address(13))
    decide(clerk, found, action="apply")
    page = clerk.get(f"/inquiries/{found}/evidence").text

    assert row(served, found).digest in page
    assert "decided by sato: apply" in page
    assert "Opt-out confirmed: waits to be sent" in page


def test_every_look_at_an_inquiry_is_in_the_audit_chain(served: WebDesk, clerk: httpx.Client) -> None:
    """The page, the bytes and the evidence, each by whom."""
    [found] = arrived(served, without_address(14))
    for path in ("", "/raw", "/evidence"):
        clerk.get(f"/inquiries/{found}{path}")
    with served.database.reading() as tx:
        looks = [
            (one.actor, json.loads(one.data)["what"]) for one in audit.of_inquiry(tx, found) if one.event == "viewed"
        ]

    assert [("sato", what) for what in ("inquiry", "raw", "evidence")] == looks


def test_what_is_not_there_is_a_page_that_says_so(clerk: httpx.Client) -> None:
    """An old link is no defect."""
    assert [404] * 2 == [clerk.get(f"/inquiries/999999{tail}").status_code for tail in ("", "/evidence")]


def test_the_page_speaks_japanese(served: WebDesk) -> None:
    """The same page, in the language of whoever reads it."""
    [found] = arrived(served, without_address(15))
    with browser(served, language="ja") as client:
        page = client.get(f"/inquiries/{found}").text

    assert "住所がない" in page
    assert "どのお客様ですか" in page


def test_an_auditor_sees_it_and_finds_no_button(served: WebDesk) -> None:
    """Who only reads is not offered what they may not do."""
    [found] = arrived(served, without_address(16))
    with browser(served, "auditor", Role.AUDITOR) as client:
        page = client.get(f"/inquiries/{found}").text

    assert "/decide" not in page
    assert "山田 太郎" in page
