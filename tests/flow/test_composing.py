"""Replies as they leave: marked, threaded, and silent about everything that the plan does not hold."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from optout_daemon.composing import Composer
from optout_daemon.config import DeskSettings
from optout_daemon.core import outgoing
from optout_daemon.core.keys import Keys
from optout_daemon.core.model import FieldName, OutgoingMessage, ReplyKind
from optout_daemon.core.reading.envelope import MARKER_HEADER
from optout_daemon.core.reply import NoReply, ReplyPlan
from optout_daemon.errors import SettingsError

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
KEYS = Keys(b"k" * 32)
DESK = DeskSettings(address="desk@example.org", name="サンプル商事 お客様窓口")
LONG_ID = f"<TYCPR01MB{'A' * 70}@TYCPR01MB1234.jpnprd01.prod.outlook.example>"


def composer(
    *, templates: Path | None = None, envelope_from: str = "<>", desk: DeskSettings = DESK, keys: Keys = KEYS
) -> Composer:
    return Composer(templates=templates, desk=desk, keys=keys, envelope_from=envelope_from)


def plan(
    kind: ReplyKind = ReplyKind.RECEIVED,
    *,
    recipient: str = "hanako@example.com",
    languages: tuple[str, ...] = ("ja",),
    in_reply_to: str | None = "<first@example.com>",
    references: tuple[str, ...] = ("<first@example.com>",),
) -> ReplyPlan:
    confirmed = kind is ReplyKind.CONFIRMED
    return ReplyPlan(
        kind=kind,
        recipient=recipient,
        languages=languages,
        channels=("email", "print") if confirmed else (),
        customer_number="12345678" if confirmed else None,
        missing=(FieldName.NAME,) if kind is ReplyKind.MISSING else (),
        in_reply_to=in_reply_to,
        references=references,
    )


def composed(a_plan: ReplyPlan, *, by: Composer | None = None) -> OutgoingMessage:
    message = (by or composer()).compose(a_plan, inquiry_id=42, now=NOW)
    assert isinstance(message, OutgoingMessage)
    return message


def parsed(message: OutgoingMessage) -> EmailMessage:
    return email.message_from_bytes(message.raw, policy=email.policy.default)


def test_a_reply_is_marked_as_automatic_for_every_robot_that_asks() -> None:
    """RFC 3834, section 5.1; Exchange asks for its own header. Without these two desks answer each other."""
    mail = parsed(composed(plan()))

    assert ("auto-replied", "All") == (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"])


def test_a_reply_is_not_bulk_mail() -> None:
    """Confirmations marked as bulk were dropped by mail hosts."""
    assert parsed(composed(plan()))["Precedence"] is None


def test_the_loop_marker_is_bound_to_the_message_id() -> None:
    """Somebody who copies the header onto another mail must not silence the desk for it."""
    message = composed(plan())
    marker = parsed(message)[MARKER_HEADER]

    assert KEYS.is_ours(message.message_id, marker)
    assert not KEYS.is_ours("<another@example.org>", marker)


def test_the_message_id_in_the_mail_is_the_one_that_is_stored() -> None:
    """A retry after a lost answer, a follow-up and a loop are all recognised by it."""
    message = composed(plan())

    assert message.message_id == parsed(message)["Message-ID"]
    assert message.message_id.startswith("<optout.42.")
    assert message.message_id.endswith("@example.org>")


def test_two_replies_to_one_inquiry_have_different_message_ids() -> None:
    """A held inquiry may be answered `missing` and later `confirmed`."""
    by = composer()

    assert composed(plan(), by=by).message_id != composed(plan(), by=by).message_id


def test_from_to_date_and_subject_are_the_desks_own() -> None:
    """Threading is by headers; the customer's subject never comes back."""
    mail = parsed(composed(plan()))

    assert "サンプル商事 お客様窓口 <desk@example.org>" == mail["From"]
    assert "hanako@example.com" == mail["To"]
    assert NOW == mail["Date"].datetime
    assert "お問い合わせを受け付けました" == mail["Subject"]


def test_the_body_is_plain_utf8_text_in_base64() -> None:
    """It must survive any relay; ISO-2022-JP cannot hold ① or 髙."""
    mail = parsed(composed(plan()))

    assert ("text/plain", "utf-8", "base64") == (
        mail.get_content_type(),
        mail.get_content_charset(),
        mail["Content-Transfer-Encoding"],
    )
    assert composed(plan()).raw.isascii()


def test_every_line_ends_in_crlf_and_is_short_enough() -> None:
    """RFC 5321, section 2.3.8, and RFC 5322, section 2.1.1: 998 octets at most."""
    raw = composed(plan(in_reply_to=LONG_ID, references=(*["<a@example.com>"], LONG_ID))).raw

    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert 998 >= max(len(line) for line in raw.split(b"\r\n"))


def test_a_long_message_id_survives_verbatim() -> None:
    """Outlook's are over 78 characters; encoded as a word they no longer thread (seen on 3.11 and 3.13)."""
    message = composed(plan(in_reply_to=LONG_ID, references=("<first@example.com>", LONG_ID)))

    assert f"\r\nIn-Reply-To: {LONG_ID}\r\n".encode() in message.raw
    assert f"\r\nReferences: <first@example.com>\r\n {LONG_ID}\r\n".encode() in message.raw


def test_references_are_cut_below_four_kilobytes_and_keep_first_and_last() -> None:
    """Relays refuse headers over 4096 bytes."""
    ids = [f"<{n}@{'x' * 60}.example>" for n in range(200)]
    value = outgoing.references(ids)

    assert 4096 > len(f"References: {value}")
    assert (ids[0], ids[-1]) == (value.split()[0], value.split()[-1])
    assert value.split()[1:] == ids[-len(value.split()) + 1 :]


@pytest.mark.parametrize(
    "forged",
    [
        "<a@b>\r\nBcc: victim@example.net",
        "no brackets",
        "<日本@example.jp>",
        "<two words@example.com>",
        f"<{'x' * 2000}>",
    ],
)
def test_a_message_id_that_cannot_be_repeated_verbatim_is_left_out(forged: str) -> None:
    """A header of ours is never made of what could be another header."""
    mail = parsed(composed(plan(in_reply_to=forged, references=(forged, "<good@example.com>"))))

    assert mail["In-Reply-To"] is None
    assert "<good@example.com>" == mail["References"]
    assert mail["Bcc"] is None


def test_a_mail_without_a_message_id_gets_an_unthreaded_reply() -> None:
    """There is nothing to thread to; an empty header would be malformed."""
    mail = parsed(composed(plan(in_reply_to=None, references=())))

    assert (None, None) == (mail["In-Reply-To"], mail["References"])


def test_an_old_carrier_address_is_written_to_as_it_stands() -> None:
    """Double dots and a dot before the @ are against RFC 5321, were sold for years, and work."""
    mail = composed(plan(recipient="abc..def.@docomo.example.jp"))

    assert b"\r\nTo: abc..def.@docomo.example.jp\r\n" in mail.raw


@pytest.mark.parametrize(
    "address",
    [
        "花子@example.com",
        "hanako@例え.example",
        "a,b@example.com",
        '"a b"@example.com',
        "a@example.com>",
        "a@b@example.com",
        "a@example..com",
        "",
        "a@example.com\r\nBcc: b@example.com",
    ],
)
def test_an_address_that_cannot_be_written_to_is_a_value_not_a_mail(address: str) -> None:
    """A non-ASCII address would become an encoded word that no server delivers; a comma would be two addresses."""
    assert NoReply("the author's address cannot be written to") == composer().compose(
        plan(recipient=address), inquiry_id=42, now=NOW
    )


def test_the_default_envelope_is_the_null_reverse_path() -> None:
    """RFC 3834, section 3.3: what cannot be answered cannot loop."""
    assert "" == composed(plan()).envelope_from


def test_a_configured_envelope_carries_a_token_of_this_item() -> None:
    """A bounce then comes back to the desk and names the reply that bounced."""
    message = composed(plan(), by=composer(envelope_from="desk+bounce@example.org"))

    assert f"desk+bounce={KEYS.bounce_token(message.message_id)}@example.org" == message.envelope_from


def test_the_bounce_address_is_in_the_form_that_addresses_are_compared_in() -> None:
    """The mail host may have changed its case on the way back; the store finds the item by the whole address."""
    assert "desk+bounce=abc234@example.org" == outgoing.bounce_address("Desk+Bounce@Example.org", "abc234")


def test_a_bounce_address_without_detail_stays_as_it_is() -> None:
    """`desk=abc234@` delivers nowhere: the bounce would be lost on every server."""
    assert "desk@example.org" == outgoing.bounce_address("Desk@example.org", "abc234")


def test_a_desk_writes_its_own_templates_over_the_packaged_ones(tmp_path: Path) -> None:
    """One file is enough; all that is not in the desk's folder comes from the package."""
    own = tmp_path / "received" / "ja"
    own.mkdir(parents=True)
    (own / "body.txt").write_text("{{ desk_name }}より\n", encoding="utf-8")
    by = composer(templates=tmp_path)

    assert "サンプル商事 お客様窓口より" == parsed(composed(plan(), by=by)).get_content().strip()
    assert "お問い合わせを受け付けました" == parsed(composed(plan(), by=by))["Subject"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ customer_number }}", "received/ja/body.txt: UndefinedError"),
        ("{{ subject }}", "received/ja/body.txt: UndefinedError"),
        ("{{ desk_name.__class__.__mro__ }}", "received/ja/body.txt: SecurityError"),
        ("{% for %}", "received/ja/body.txt: TemplateSyntaxError"),
        ("  \n", "received/ja/body.txt: it renders to nothing"),
        ("{% include '/etc/hostname' %}", "received/ja/body.txt: TemplateNotFound"),
    ],
)
def test_a_broken_template_stops_the_start_and_not_the_first_customer(tmp_path: Path, text: str, said: str) -> None:
    """Also one that asks for more than its kind may tell: `received` knows no customer number."""
    own = tmp_path / "received" / "ja"
    own.mkdir(parents=True)
    (own / "body.txt").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        composer(templates=tmp_path)

    assert said in str(caught.value)


def test_a_subject_of_two_lines_is_refused(tmp_path: Path) -> None:
    """It would be two headers, or an error at the first reply."""
    own = tmp_path / "received" / "ja"
    own.mkdir(parents=True)
    (own / "subject.txt").write_text("one\ntwo\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="a subject is one line"):
        composer(templates=tmp_path)


def test_a_language_without_templates_stops_the_start() -> None:
    """A desk that cannot answer in its own first language must not begin."""
    with pytest.raises(SettingsError, match="there is no labels/tlh"):
        composer(desk=DESK.model_copy(update={"languages": ("tlh",)}))


def test_an_envelope_that_no_token_fits_into_stops_the_start() -> None:
    """A local part has 64 octets (RFC 5321, section 4.5.3.1.1)."""
    with pytest.raises(SettingsError, match="envelope_from"):
        composer(envelope_from=f"{'x' * 38}+b@example.org")


def test_another_language_than_the_desks_gets_both_texts_in_one_mail() -> None:
    """Policy, section 5: the desk's first language and English."""
    mail = parsed(composed(plan(languages=("ja", "en"))))

    assert "お問い合わせを受け付けました / We have received your message" == mail["Subject"]
    assert mail.get_content().index("お客様") < mail.get_content().index("Dear customer")
    assert "ja, en" == mail["Content-Language"]
