"""Which one company of a group a wish is about: only where it plainly names one; in doubt, all of them."""

from __future__ import annotations

import pytest

from optout_daemon.core.model import Wish
from optout_daemon.core.reading.companies import Companies, Company
from optout_daemon.core.reading.folding import Folded
from optout_daemon.core.reading.quoting import segments
from optout_daemon.core.reading.wish import Judgement, classify
from tests.core.wishes import SETTINGS, parts, shown

GROUP_OF_TWO = Companies(
    [
        Company("Aozora Travel", ("Aozora Travel", "あおぞらトラベル", "あおぞら旅行")),
        Company("Hikari Wine", ("Hikari Wine", "ひかりワイン")),
    ]
)


def judged(text: str, subject: str = "") -> Judgement:
    languages, finder = parts()
    folded = Folded(text)
    cut = segments(text, languages, folded, finder.states_number)
    found = finder.find(subject, text, cut, folded)
    return classify(subject, folded, found, languages, SETTINGS.channels, GROUP_OF_TWO)


def scope(wish: Wish) -> str:
    return wish.company or ("all of them" if wish.every_company else "not said")


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("あおぞらトラベルからのメールを停止してください。", "Aozora Travel"),
        ("ひかりワインのカタログの送付を停止してください。", "Hikari Wine"),
        ("ひかりワインさんからのご案内は一切不要です。", "Hikari Wine"),
        ("Please stop all e-mail from Aozora Travel.", "Aozora Travel"),
        ("Please unsubscribe me from the Hikari Wine newsletter.", "Hikari Wine"),
        ("I do not want Aozora Travel's catalogues any more. Please stop sending them.", "Aozora Travel"),
    ],
)
def test_one_company_named_as_the_sender_is_meant(text: str, company: str) -> None:
    """Who reads one company's newsletter and not the other's says so like this."""
    wish = judged(text).wish

    assert (company, "stop") == (wish.company, shown(wish).split()[0])


@pytest.mark.parametrize(
    "text",
    [
        "メールを停止してください。",
        "あおぞらトラベル様 メールを停止してください。",
        "あおぞらトラベルの会員です。メールを停止してください。",
        "あおぞらトラベルをよく利用しますが、メールは停止してください。",
        "あおぞらトラベルのメールを停止してください。ほかのご案内も一切不要です。",
        "Dear Aozora Travel, please stop your e-mail.",
        "I booked with Aozora Travel. Please stop all e-mail.",
        "Please stop the e-mails from Aozora Travel. Stop everything.",
        "Please stop the newsletter from Aozora Travelling Ltd.",
    ],
)
def test_otherwise_no_company_is_meant_and_the_block_is_for_all(text: str) -> None:
    """A block that is too narrow sends mail to somebody who has asked for none."""
    assert "" == judged(text).wish.company


@pytest.mark.parametrize(
    "text",
    [
        "あおぞらトラベルとひかりワインのメールを停止してください。",
        "あおぞらトラベルだけでなく、グループ各社のメールを停止してください。",
        "あおぞらトラベルなどのメールを停止してください。",
        "Please stop the e-mail from Aozora Travel and its group.",
        "Please stop e-mail from all companies of the group.",
        "Stop the newsletter from Aozora Travel, and from Hikari Wine too.",
    ],
)
def test_the_group_or_several_companies_are_all_of_them(text: str) -> None:
    """It holds against the company that the mailbox belongs to as well."""
    assert "all of them" == scope(judged(text).wish)


def test_a_companys_name_is_no_subject_of_the_mails_and_is_shown_as_written() -> None:
    """`travel` in a name is not "only what is about travel", and the evidence is read by people."""
    found = judged("あおぞら旅行のメールを停止してください。").wish

    assert not found.conditional
    assert any("Aozora Travelのめーる" in hit.detail for hit in found.hits)
