"""The machine gate: who wrote it, a machine or a person, and for whom."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import pytest

from optout_daemon.core.model import Category, Field, FieldName, Machine, Origin, Reason, Segment, SegmentKind, Wish
from optout_daemon.core.reading import machine, mime
from optout_daemon.core.reading.evidence import folded
from optout_daemon.core.reading.settings import ReaderSettings

SETTINGS = ReaderSettings(
    own_addresses=("desk@example.jp",), spam_headers=(("X-Spam-Flag", "YES"), ("X-Spam-Status", "Yes"))
)
NUMBER = (Field(FieldName.CUSTOMER_NUMBER, "12345678", Origin.PROSE),)
FORM = (
    *NUMBER,
    Field(FieldName.NAME, "Anna Berg", Origin.LABEL),
    Field(FieldName.ADDRESS, "5 Kirby Isle", Origin.LABEL),
)
OUT = Wish(Category.OPT_OUT, stated=True)
NOTHING = Wish()
STOP = "Please stop. 12345678, Anna Berg"


@dataclass(frozen=True)
class Speech:
    machine: Mapping[str, tuple[str, ...]]


def speech(language: str) -> Speech:
    data = tomllib.loads(
        resources.files("optout_daemon.core.reading").joinpath("words", f"{language}.toml").read_text("utf-8")
    )
    return Speech({kind: tuple(phrases) for kind, phrases in data["machine"].items()})


LANGUAGES = [speech("ja"), speech("en")]


def gate(
    text: str,
    *headers: str,
    subject: str = "hello",
    author: str = "anna@example.com",
    fields: tuple[Field, ...] = (),
    wish: Wish = NOTHING,
    quoted: str = "",
) -> Machine:
    """The verdict on one mail; `quoted` stands below `text` as a quotation."""
    head = "\n".join([f"From: {author}", f"Subject: {subject}", *headers, "Content-Type: text/plain; charset=utf-8"])
    mail = mime.parse(f"{head}\n\n{text}{quoted}".encode(), SETTINGS)
    own = len(mail.text) - len(quoted)
    segments = (Segment(SegmentKind.OWN, 0, own), Segment(SegmentKind.QUOTATION, own, len(mail.text)))
    return machine.gate(
        mail,
        fields=fields,
        wish=wish,
        segments=segments,
        language=LANGUAGES[1],
        all_languages=LANGUAGES,
        settings=SETTINGS,
    )


PERSONS = [
    ("a plain mail", gate(STOP, fields=NUMBER, wish=OUT)),
    ("Auto-Submitted: no", gate(STOP, "Auto-Submitted: No", fields=NUMBER, wish=OUT)),
    ("suppression asked for on a new mail", gate(STOP, "X-Auto-Response-Suppress: All", fields=NUMBER, wish=OUT)),
    (
        "an answer with fields, and suppression asked for",
        gate("I am Anna", "X-Auto-Response-Suppress: OOF", "In-Reply-To: <1@example.jp>", fields=FORM),
    ),
    (
        "out of office for good, with fields",
        gate(
            "I'm out of the office for good, please take me off your lists",
            subject="Out of office for good - please stop mailing me",
            fields=NUMBER,
            wish=OUT,
        ),
    ),
    (
        "out of office for good, without fields",
        gate("I have retired and am out of the office now. Stop!", subject="Out of office for good", wish=OUT),
    ),
    ("a holiday in the subject", gate("May I cancel?", subject="Question on the holiday on leave rates")),
    (
        "a quoted newsletter",
        gate("no more!", wish=OUT, quoted="\n> 送信専用 配信停止はこちら http://x.example\n> バックナンバーはこちら"),
    ),
    (
        "the words of a newsletter in a complaint",
        gate("I used 'unsubscribe here' and 'manage preferences' at http://x.example in vain", wish=OUT),
    ),
    ("postmaster writes", gate("We have moved to another host.", author="postmaster@example.com")),
    (
        "a person tells of a bounce",
        gate(
            "I got this answer when I wrote to you yesterday. Please tell me which address I should use for the form "
            "that you sent me by post, since I cannot reach you.",
            subject="Fwd: Undelivered mail",
            quoted="\n> 550 5.1.1 user unknown",
        ),
    ),
    ("a threat", gate("I will write to the regulator within 24 hours", subject="Complaint")),
    ("X-Spam-Flag: NO", gate(STOP, "X-Spam-Flag: NO", "X-Spam-Status: No, score=1", fields=NUMBER, wish=OUT)),
    ("a null marker of no meaning", gate(STOP, "X-Loop: no", "Precedence: first-class", "X-Autoreply: no")),
]


@pytest.mark.parametrize(("what", "verdict"), PERSONS)
def test_a_person_is_a_person(what: str, verdict: Machine) -> None:
    """What looks like a machine's mail and is not: ignoring it would lose an opt-out."""

    assert Machine() == verdict, what


MACHINES = [
    (Reason.LOOP, gate(STOP, author="Desk <Desk@Example.JP>")),
    (Reason.LOOP, gate(STOP, "X-Loop: desk@example.jp")),
    (Reason.BOUNCE, gate("x", "Return-Path: <>")),
    (Reason.BOUNCE, gate("x", "X-Failed-Recipients: a@example.com")),
    (Reason.BOUNCE, gate("x", "Content-Type: multipart/report; report-type=feedback-report; boundary=b")),
    (Reason.BOUNCE, gate("Unknown user: a@example.com", author="Postmaster@example.net")),
    (
        Reason.BOUNCE,
        gate("次のあて先へのメッセージはエラーのため送信できませんでした。", author="postmaster@example.net"),
    ),
    (Reason.BOUNCE, gate("x", author="MAILER-DAEMON@example.net")),
    (Reason.BOUNCE, gate("x", author="Mail Delivery System <>")),
    (
        Reason.BOUNCE,
        gate("次の宛先には届けることができませんでした", subject="配信エラーのお知らせ", author="system@example.net"),
    ),
    (Reason.BOUNCE, gate("550 5.1.1 user unknown. Message could not be delivered: mailbox unavailable")),
    (
        Reason.BOUNCE,
        gate("See below.", subject="Fwd: Returned mail", quoted="\n> permanent fatal errors: user unknown"),
    ),
    (Reason.BOUNCE, gate("x", subject="Report Domain: example.jp Submitter: mail.example Report-ID: 1")),
    (Reason.AUTO_REPLY, gate("x", "Auto-Submitted: Auto-Replied; owner-email=x")),
    (Reason.AUTO_REPLY, gate("x", "Auto-Submitted: auto-generated")),
    (Reason.AUTO_REPLY, gate("x", "X-Autoreply: yes")),
    (Reason.AUTO_REPLY, gate("x", "X-Autorespond: thanks")),
    (Reason.AUTO_REPLY, gate("x", "Precedence: auto_reply")),
    (Reason.AUTO_REPLY, gate("x", "X-Loop: yes")),
    (Reason.AUTO_REPLY, gate("x", "X-FC-Machinegenerated: true")),
    (Reason.AUTO_REPLY, gate("x", "Delivered-To: Autoresponder")),
    (Reason.AUTO_REPLY, gate("x", "X-Apple-Action: VACATION")),
    (Reason.AUTO_REPLY, gate("x", "X-Auto-Response-Suppress: DR, OOF", subject="Re: x")),
    (Reason.AUTO_REPLY, gate("x", "X-Auto-Response-Suppress: All", "References: <1@example.jp>")),
    (Reason.AUTO_REPLY, gate("メールありがとうございます。", subject="【自動応答】ただいま不在にしております")),
    (Reason.AUTO_REPLY, gate("お問い合わせを受け付けました。※このメールは自動で返信しています。", subject="受付")),
    (Reason.AUTO_REPLY, gate("I am out of the office until 1 October.", subject="Out of Office Re: x")),
    (Reason.AUTO_REPLY, gate("Please stop by, I will reply when I return.", subject="Out of Office: x", wish=OUT)),
    (Reason.AUTO_REPLY, gate("Only sleeping.", subject="Automatic reply: x")),
    (Reason.AUTO_REPLY, gate("9月30日まで出張のため、戻り次第ご連絡します", subject="Re: x（不在）")),
    (Reason.BULK, gate("x", "List-Id: <tea.lists.example>")),
    (Reason.BULK, gate("x", "List-Unsubscribe: <mailto:stop@example.net>")),
    (Reason.BULK, gate("x", "Precedence: Bulk")),
    (Reason.BULK, gate("x", "X-Precedence: list")),
    (Reason.BULK, gate("広告費ゼロ http://x.example ※本メールは送信専用です。配信不要の方はこちら")),
    (Reason.BULK, gate("You are receiving this because you signed up. Unsubscribe here: https://x.example")),
    (Reason.BULK, gate("送信専用 一斉送信 配信停止をご希望の方 http://x.example", wish=OUT)),
    (Reason.SPAM, gate("x", "X-Spam-Flag: yes")),
    (Reason.SPAM, gate("x", "X-Spam-Status: Yes, score=17")),
]


@pytest.mark.parametrize(("reason", "verdict"), MACHINES)
def test_a_machine_is_named(reason: Reason, verdict: Machine) -> None:
    """Each is evidence of the policy's section 1; a machine is never answered."""

    assert (reason, False) == (verdict.reason, verdict.for_a_person)
    assert [reason] == [Reason(hit.rule.partition(".")[0]) for hit in verdict.hits]


ALL = ["Precedence: bulk", "X-Spam-Flag: YES", "Auto-Submitted: auto-replied", "Return-Path: <>"]


@pytest.mark.parametrize(
    ("reason", "headers", "author"),
    [
        (Reason.LOOP, ALL, "desk@example.jp"),
        (Reason.BOUNCE, ALL, "a@example.com"),
        (Reason.AUTO_REPLY, ALL[:3], "a@example.com"),
        (Reason.BULK, ALL[:2], "a@example.com"),
    ],
)
def test_the_first_reason_in_the_policys_order_is_given(reason: Reason, headers: list[str], author: str) -> None:
    """One reason is given, and reports count by it."""
    verdict = gate("x", *headers, author=author)

    assert (reason, True) == (verdict.reason, verdict.spam)


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: auto-generated", "Return-Path: <>", "Precedence: bulk", "List-Id: <desk.example>"]
)
def test_a_machines_mail_with_a_number_may_be_a_persons(header: str) -> None:
    """Forms and gateways send so; an opt-out is never lost to a filter."""

    assert gate(STOP, header, fields=NUMBER, wish=OUT).for_a_person


@pytest.mark.parametrize(
    "verdict",
    [
        gate("550 5.1.1 user unknown\n\n" + STOP, "Return-Path: <>", fields=NUMBER, wish=OUT),
        gate(STOP, "X-Failed-Recipients: a@example.com", fields=FORM, wish=OUT),
        gate(
            "会員番号 12345678 配信停止をご希望の方はこちら",
            "List-Unsubscribe: <http://x.example>",
            fields=NUMBER,
            wish=OUT,
        ),
        gate(STOP, author="desk@example.jp", fields=FORM, wish=OUT),
        gate(STOP, "X-Spam-Flag: YES", fields=NUMBER, wish=OUT),
    ],
)
def test_what_a_machine_only_repeats_is_not_a_persons(verdict: Machine) -> None:
    """A returned copy and a newsletter that speaks of stopping state nothing; spam and forgeries are decided by
    what the directory knows."""

    assert (True, False) == (verdict.reason is not None, verdict.for_a_person)


@pytest.mark.parametrize(
    "verdict",
    [
        gate(STOP, author="Website <no-reply@forms.example>", fields=FORM, wish=OUT),
        gate(STOP, author="info-noreply@forms.example", fields=FORM, wish=OUT),
        gate(STOP, author="do_not_reply@forms.example"),
        gate("New submission\n" + STOP, fields=FORM, wish=OUT),
        gate("Webフォームから以下の内容が送信されました。", author="www-data@forms.example", fields=FORM, wish=OUT),
    ],
)
def test_a_form_writes_for_a_person(verdict: Machine) -> None:
    """No header says so; it is held, and the form is not answered."""

    assert (None, True) == (verdict.reason, verdict.for_a_person)


@pytest.mark.parametrize("local", ["anna.noreplyson", "snoreply", "northern.reply"])
def test_a_name_is_no_no_reply(local: str) -> None:
    """People are called all kinds of things."""

    assert Machine() == gate(STOP, author=f"{local}@example.com", fields=NUMBER, wish=OUT)


@pytest.mark.parametrize(
    "text",
    [
        "突然のご連絡失礼いたします。無料セミナーのご案内です。https://seo.example",
        "突然のメール失礼いたします。人件費のことでご紹介したくご連絡いたしました。",
        "Your account has been suspended. Click the link below: http://bank.example",
        "Dear Beneficiary, your unclaimed fund waits for a wire transfer",
    ],
)
def test_unsolicited_mail_is_told(text: str) -> None:
    """Held, and never answered: an answer would confirm the address (policy, section 5)."""

    assert (None, True) == (gate(text).reason, gate(text).unsolicited)
    assert not gate(text, wish=OUT).unsolicited


def test_own_address_is_told_apart() -> None:
    """Our own mail or a forgery: decision.py looks for the marker."""

    assert (True, False) == (gate("x", author="desk@example.jp").own_address, gate("x").own_address)


def test_phrases_are_written_as_they_are_compared() -> None:
    """A phrase in full width or capitals would never be found."""
    phrases = [one for language in LANGUAGES for kind in language.machine.values() for one in kind]

    assert phrases == [folded(one) for one in phrases]


def test_both_languages_know_the_same_kinds() -> None:
    """A kind that one language lacks is a rule that never fires in it."""

    assert set(LANGUAGES[0].machine) == set(LANGUAGES[1].machine)


def test_a_text_that_points_at_an_attachment_says_nothing() -> None:
    """All is in the scan: unreadable (policy, section 2)."""
    head = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n"
    raw = head + "{}\n--b\nContent-Type: application/pdf\n\nx\n--b--"
    points = mime.parse(raw.format("添付の書面のとおりです。よろしくお願いいたします。").encode(), SETTINGS)
    shows = mime.parse(raw.format("先月のツアーの集合写真を添付します。").encode(), SETTINGS)

    assert machine.refers_to_attachment(points, LANGUAGES, ())
    assert not machine.refers_to_attachment(points, LANGUAGES, NUMBER)
    assert not machine.refers_to_attachment(shows, LANGUAGES, ())


def withdraws(*pieces: tuple[str, SegmentKind]) -> bool:
    text, segments = "", []
    for piece, kind in pieces:
        segments.append(Segment(kind, len(text), len(text) + len(piece)))
        text += piece
    return machine.withdraws(text, segments, LANGUAGES)


@pytest.mark.parametrize(
    "said",
    [
        "Please DISREGARD my last mail.",
        "That wasn\u2019t me!",
        "メールは続けて送ってください。",
        "前回の依頼は撤回いたします。",
    ],
)
def test_an_answer_may_take_back_what_was_asked_for(said: str) -> None:
    """It completes nothing, in whichever language (policy, sections 3 and 6)."""
    assert withdraws((said, SegmentKind.OWN))


@pytest.mark.parametrize("kind", [one for one in SegmentKind if one is not SegmentKind.OWN])
def test_only_own_words_take_it_back(kind: SegmentKind) -> None:
    """Our own mail, quoted below, may speak of a mail sent by mistake."""
    assert not withdraws(("My address is 5 Kirby Isle.\n", SegmentKind.OWN), ("> sent by mistake\n", kind))


def test_own_words_around_a_quotation_are_read_one_line_at_a_time() -> None:
    """What stands below it counts; what a quotation parts is no phrase."""
    quoted = ("> hello\n", SegmentKind.QUOTATION)

    assert withdraws(("5 Kirby Isle\n", SegmentKind.OWN), quoted, ("Keep sending, please.", SegmentKind.OWN))
    assert not withdraws(("We keep ", SegmentKind.OWN), quoted, ("sending letters.", SegmentKind.OWN))
    assert not withdraws(("Never", SegmentKind.OWN), quoted, (" mind", SegmentKind.OWN))
    assert not withdraws(("My address is 5 Kirby Isle.", SegmentKind.OWN))


def test_a_language_without_such_phrases_takes_nothing_back() -> None:
    """A kind that a language lacks is no error."""
    assert not machine.withdraws("never mind", [Segment(SegmentKind.OWN, 0, 10)], [Speech({})])
