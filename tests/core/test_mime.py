"""One raw mail to judged text, envelope facts and what cannot be read."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optout_daemon.core.reading import limits
from optout_daemon.core.reading.mime import Mail, parse
from optout_daemon.core.reading.settings import ReaderSettings

SETTINGS = ReaderSettings(own_addresses=("desk@example.jp",))
HTML = "<p>Please stop the catalogues.</p><p>No. 12345678</p>"


def mail(body: str | bytes, *headers: str, author: str = "Anna <anna@example.com>") -> Mail:
    head = "\n".join(["To: desk@example.jp", *([f"From: {author}"] if author else []), *headers])
    raw = body if isinstance(body, bytes) else body.encode()
    return parse(head.encode("utf-8", "surrogateescape") + b"\n\n" + raw, SETTINGS)


def multipart(kind: str, *parts: str, head: tuple[str, ...] = ()) -> Mail:
    body = "".join(f"--=b\n{part}\n" for part in parts) + "--=b--\n"
    return mail(body, "MIME-Version: 1.0", f'Content-Type: multipart/{kind}; boundary="=b"', *head)


def plain(text: str, more: str = "") -> str:
    return f"Content-Type: text/plain; charset=utf-8{more}\n\n{text}"


def rich(markup: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\n\n{markup}"


def test_a_plain_mail_is_read() -> None:
    """The ordinary case."""
    read = mail(
        "stop, please\r\n1\r2", "Subject: Stop", "Message-ID: <1@example.com>", "Date: Mon, 1 Sep 2025 09:00:00 +0900"
    )

    assert ("Stop", "stop, please\n1\n2", True, True) == (read.subject, read.text, read.readable, read.confident)
    assert ("<1@example.com>", "anna@example.com", "Anna") == (
        *(read.envelope.message_id, read.envelope.author, read.envelope.author_name),
    )


STUBS = [
    "",
    " \n",
    "This mail is HTML, open it in a browser.",
    "このメールはHTML形式です。HTML表示に対応したソフトでご覧ください。",
]


@pytest.mark.parametrize("stub", STUBS)
def test_html_is_judged_where_the_plain_version_is_a_stub(stub: str) -> None:
    """The wish would be lost, and the sender asked for what they had written."""

    assert "Please stop the catalogues.\n\nNo. 12345678" == multipart("alternative", plain(stub), rich(HTML)).text


def test_the_plain_version_is_judged_where_it_says_something() -> None:
    """It has no hidden text and no layout."""
    read = multipart("alternative", plain("Stop the catalogues. No. 12345678"), rich(HTML))

    assert "Stop the catalogues. No. 12345678" == read.text
    assert read.html is not None


def test_a_plain_version_that_lacks_most_of_it_is_a_stub() -> None:
    """Some mailers put a greeting there and all the rest into HTML."""

    assert "No. 12345678" in multipart("alternative", plain("Hello"), rich(f"<p>{'word ' * 60}</p>{HTML}")).text


def test_parts_that_are_shown_are_read_in_order() -> None:
    """Apple Mail splits a text around a picture."""
    read = multipart("mixed", plain("one"), "Content-Type: image/png\n\nxxxx", plain("two"), rich("<b>three</b>"))

    assert ("one\n\ntwo\n\nthree", ["image/png"]) == (read.text, [one.content_type for one in read.attachments])


def test_attachments_are_not_read() -> None:
    """What stands in a file is not the customer's statement (policy, section 2)."""
    disposition = "\nContent-Disposition: attachment; filename=x.txt"
    read = multipart("mixed", plain("mine"), plain("theirs", disposition), plain("also", "; name=y.txt"))

    assert ("mine", ["x.txt", "y.txt"]) == (read.text, [one.name for one in read.attachments])


def test_an_attached_message_is_not_the_customers() -> None:
    """Its fields are another mail's; but a report's Message-ID says which reply of ours came back."""
    returned = "Content-Type: message/rfc822\n\nMessage-ID: <r1@example.jp>\nSubject: x\n\nNo. 87654321"
    status = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed"
    read = multipart("report; report-type=delivery-status", plain("failed"), status, returned)

    assert ("failed", ("<r1@example.jp>",)) == (read.text, read.reports)
    assert ("multipart/report", "delivery-status") == (read.content_type, read.report_type)


def test_the_message_id_is_found_in_the_text_of_an_old_bounce() -> None:
    """qmail and Exim put the returned mail into the text."""
    text = "failed\n\n--- copy\n\nSubject: Re: x\nMessage-Id: <r2@example.jp>\n"

    assert ("<r2@example.jp>",) == mail(text, author="MAILER-DAEMON@example.net").reports
    assert () == mail(text).reports


def test_a_name_broken_over_two_words_has_no_blank_inside() -> None:
    """The standard library's newer parser puts one there."""
    words = " ".join(f"=?utf-8?B?{base64.b64encode(part.encode()).decode()}?=" for part in ("東京", "本社"))

    assert "東京本社" == mail("x", author=f"{words} <a@example.com>").envelope.author_name


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("victim@example.jp <attacker@evil.example>", "attacker@evil.example"),
        ("abc..def.@docomo.example", "abc..def.@docomo.example"),
        ("A@Example.COM", "a@example.com"),
        ("a@example.com, b@example.com", None),
        ("a@example.com\nFrom: b@example.com", None),
        ("a@example.com\nFrom: a@example.com", None),
        ("MAILER-DAEMON <>", None),
        ("", None),
    ],
)
def test_there_is_one_author_or_none(author: str, expected: str | None) -> None:
    """Only a single author can be answered, and only the address itself is one, never the name."""

    assert expected == mail("x", author=author).envelope.author


def test_headers_that_inject_others_are_told() -> None:
    """Such a sender is not answered (policy, section 5)."""
    word = base64.b64encode(b"hi\r\nBcc: all@example.com").decode()
    forged = mail("x", f"Subject: =?utf-8?B?{word}?=")

    assert ("hi Bcc: all@example.com", True) == (forged.subject, forged.envelope.forged_headers)
    assert mail("x", author=f"=?utf-8?B?{word}?= <a@example.com>").envelope.forged_headers
    assert not mail("x", "Subject: a long\n subject").envelope.forged_headers


def test_the_nearest_ancestor_comes_first() -> None:
    """A follow-up is found by the newest mail that it names (policy, section 6)."""
    read = mail("x", "In-Reply-To: <3@example.jp>", "References: <1@example.jp> <2@example.jp>\n <3@example.jp>")

    assert ("<3@example.jp>", "<2@example.jp>", "<1@example.jp>") == read.envelope.references


@pytest.mark.parametrize("header", ["Message-ID: 5C2A@example.jp", "Message-Id:\n <5C2A@example.jp>"])
def test_a_message_id_has_its_brackets(header: str) -> None:
    """It is written into our own headers, and compared."""

    assert "<5C2A@example.jp>" == mail("x", header).envelope.message_id


def test_several_reply_targets_are_no_target() -> None:
    """An answer to two would be an answer to one too many."""
    one = mail("x", "Reply-To: Momo <Momo@Example.com>").envelope
    two = mail("x", "Reply-To: a@example.com, b@example.com").envelope

    assert (("momo@example.com",), "Momo@Example.com") == (one.reply_to, one.reply_to_as_given)
    assert (("a@example.com", "b@example.com"), "") == (two.reply_to, two.reply_to_as_given)


def test_it_tells_whether_the_desk_was_addressed() -> None:
    """RFC 3834, section 2."""
    elsewhere = parse(b"To: else@example.jp\n\nx", SETTINGS).envelope.sent_to_desk

    assert (True, False) == (mail("x").envelope.sent_to_desk, elsewhere)


UNREADABLE = [
    ("empty", lambda: mail(" \n\u200b\n")),
    ("empty", lambda: mail("", "Subject: Re: ...")),
    ("encrypted", lambda: multipart("encrypted", "Content-Type: application/pgp-encrypted\n\nVersion: 1")),
    ("encrypted", lambda: mail("AAAA", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data")),
    ("encrypted", lambda: mail("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----")),
    ("attachment only", lambda: multipart("mixed", "Content-Type: application/ms-tnef; name=winmail.dat\n\neJ8")),
    (
        "attachment only",
        lambda: multipart("mixed", plain(" "), "Content-Type: image/jpeg\n\nx", head=("Subject: stop",)),
    ),
    ("garbled", lambda: mail("??????\n\n?????12345678\n????? ???\n?????????1252-6\n")),
    ("text over the limit", lambda: mail("word " * 50_000)),
    ("headers over the limit", lambda: mail("x", "X-Fill: " + "y\n " * 100_000)),
    ("markup over the limit", lambda: mail("<i>" * 600, "Content-Type: text/html")),
]


@pytest.mark.parametrize(("because", "make"), UNREADABLE)
def test_what_cannot_be_read_is_held_with_its_cause(because: str, make: object) -> None:
    """A person looks at it (policy, section 2, `unreadable`)."""
    assert callable(make)
    read = make()

    assert (False, because) == (read.readable, read.unreadable_because)


def test_a_subject_alone_is_something_to_read() -> None:
    """The subject is part of the customer's own words (policy, section 2)."""

    assert mail("", "Subject: unsubscribe 12345678").readable


def test_questions_are_not_garbled() -> None:
    """People who are angry write many question marks."""

    assert mail("Why???????? do you keep writing to me????? Stop it!").readable


FLOWED = "Content-Type: text/plain; charset=utf-8; format=flowed"


def test_flowed_lines_are_joined() -> None:
    """RFC 3676: an address broken by the mailer is one line again; the signature and quotations stay apart."""
    body = "I live at 5 Kirby \nIsle, Daybury.\n\n> quoted \n> text\n>> deeper\n From here\n-- \nAnna \nBerg"

    assert (
        "I live at 5 Kirby Isle, Daybury.\n\n> quoted text\n>> deeper\nFrom here\n-- \nAnna Berg"
        == mail(body, FLOWED).text
    )


def test_flowed_japanese_gets_no_blanks() -> None:
    """Its words have none between them, with DelSp or without."""
    body = "案内の \n停止を"

    assert ["案内の停止を"] * 2 == [mail(body, FLOWED + more).text for more in ("", "; delsp=yes")]


def test_damaged_base64_is_read_as_far_as_it_goes() -> None:
    """Wrong padding, and a footer that a list hung behind it."""
    code = base64.b64encode("案内の停止を".encode()).decode().rstrip("=")
    head = ("Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64")

    assert "案内の停止を" == mail(code, *head).text
    assert "案内の停止を\n\n-- \nsent through a list" == mail(f"{code}\n\n-- \nsent through a list\n", *head).text


def test_quoted_printable_is_read() -> None:
    """Soft line breaks vanish."""
    read = mail(
        "caf=C3=A9 st=\nop", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: Quoted-Printable "
    )

    assert "café stop" == read.text


def test_newlines_may_be_cr_alone() -> None:
    """Seen in real mail."""
    read = parse(b"From: a@example.com\rSubject: stop\r\rline 1\rline 2\r", SETTINGS)

    assert ("stop", "line 1\nline 2") == (read.subject, read.text)


def test_raw_jis_without_any_mime_header_is_read() -> None:
    """Old phones: no Content-Type, escapes in body and subject."""
    raw = b"From: a@docomo.example\nSubject: \x1b$BDd;_\x1b(B\n\n1.12345678\n2.\x1b$B;3ED\x1b(B\n"
    stripped = raw.replace(b"\x1b", b"")

    assert [("停止", "1.12345678\n2.山田")] * 2 == [
        (m.subject, m.text) for m in (parse(raw, SETTINGS), parse(stripped, SETTINGS))
    ]


def test_the_marker_of_our_replies_is_read() -> None:
    """composing.py puts it there; decision.py verifies it."""

    assert "abc" == mail("x", "X-Optout-Desk: abc").envelope.marker


def test_headers_have_no_case_and_keep_their_order() -> None:
    """Authentication-Results are judged from the top."""
    headers = mail("x", "X-A: 1", "x-a: =?utf-8?Q?2?=").headers

    assert ("1", ("1", "2"), None, ()) == (
        headers.get("X-a"),
        headers.get_all("x-A"),
        headers.get("y"),
        headers.get_all("y"),
    )


def test_the_second_opinion_confirms_and_never_chooses() -> None:
    """mail-parser is asked only where our own reading found nobody."""
    from optout_daemon.core.reading import opinion

    assert None is opinion.author(b"a@example.com, b@example.com")
    assert None is opinion.author(b"\xff(((")
    one = opinion.author(b"Anna <anna@example.com>")
    assert one is not None
    assert ("Anna", "anna@example.com") == (one.name, one.address)


def test_small_mail_is_parsed_as_it_came() -> None:
    """Cutting is for what no person sends."""
    raw = b"Subject: x\r\n\r\nbody\r\n--\r\nAnna"

    assert limits.Trimmed(raw) == limits.trim(raw)


@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise(noise: bytes) -> None:
    """Whatever arrives becomes a Mail that can be stored."""
    for raw in (noise, b"From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" + noise):
        read = parse(raw, SETTINGS)
        assert read.text == read.text.encode().decode()
        assert "\0" not in read.text + read.subject
        assert "broken" != read.unreadable_because
