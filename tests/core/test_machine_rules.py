"""The rules of the machine gate one by one: what makes each fire, and the nearest mail that does not.

The phrases are this file's own, so that they can be counted; test_machine.py asks with those of words/*.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from optout_daemon.core.model import Category, Field, FieldName, Machine, Origin, Reason, Segment, SegmentKind, Wish
from optout_daemon.core.reading import machine, mime
from optout_daemon.core.reading.settings import ReaderSettings

SETTINGS = ReaderSettings(
    own_addresses=("desk@example.jp",),
    spam_headers=(("X-Spam-Flag", "YES"), ("X-Spam-Status", "Yes"), ("X-Verdict", "Spam+")),
)
NUMBER = (Field(FieldName.CUSTOMER_NUMBER, "12345678", Origin.PROSE),)
LABELLED = (
    Field(FieldName.NAME, "Anna Berg", Origin.LABEL),
    Field(FieldName.ADDRESS, "5 Kirby Isle", Origin.LABEL),
)
OUT = Wish(Category.OPT_OUT, stated=True)
NOTHING = Wish()
ANSWER = "In-Reply-To: <1@example.jp>"


@dataclass(frozen=True)
class Speech:
    machine: Mapping[str, tuple[str, ...]]


ENGLISH = Speech(
    {
        "bounce_subject": ("came back",),
        "bounce_text": ("no box", "no host", "no route", "no quota"),
        "auto_reply_subject": ("robot says",),
        "auto_reply_text": ("written by itself",),
        "vacation_subject": ("on a trip",),
        "vacation_text": ("am away", "desk is empty"),
        "vacation_return": ("once home", "when back"),
        "newsletter_text": ("leave here", "see online", "our partners", "read on"),
        "advert_text": ("you won", "act today", "dear heir", "be first"),
        "form_text": ("from the form",),
        "attachment_text": ("as enclosed",),
    }
)
SILENT = Speech({})
"""A language without any phrase: a kind that it lacks is no error."""


@dataclass(frozen=True)
class Written:
    """A mail, judged only when a test asks; `quoted` stands below `text` as a quotation."""

    text: str = "hello"
    headers: tuple[str, ...] = ()
    subject: str = "hello"
    author: str = "anna@example.com"
    fields: tuple[Field, ...] = ()
    wish: Wish = NOTHING
    quoted: str = ""
    attached: tuple[str, ...] = ()
    """Content types."""

    def parsed(self) -> mime.Mail:
        plain = f"Content-Type: text/plain; charset=utf-8\n\n{self.text}{self.quoted}"
        if self.attached:
            parts = [plain, *(f"Content-Type: {kind}\n\nSubject: x\n\nx" for kind in self.attached)]
            plain = (
                "Content-Type: multipart/mixed; boundary=b\n\n" + "".join(f"--b\n{one}\n" for one in parts) + "--b--"
            )
        head = "\n".join([f"From: {self.author}", f"Subject: {self.subject}", *self.headers])
        return mime.parse(f"{head}\n{plain}".encode(), SETTINGS)

    def judged(self) -> Machine:
        mail = self.parsed()
        own = len(mail.text) - len(self.quoted)
        segments = (Segment(SegmentKind.OWN, 0, own), Segment(SegmentKind.QUOTATION, own, len(mail.text)))
        return machine.gate(
            mail,
            fields=self.fields,
            wish=self.wish,
            segments=segments,
            language=ENGLISH,
            all_languages=(SILENT, ENGLISH),
            settings=SETTINGS,
        )


def expected(rule: str, *, for_a_person: bool = False, own_address: bool = False, spam: bool = False) -> Machine:
    """The verdict, hits aside, where this rule fires; "" where none does."""
    kind = rule.partition(".")[0]
    if kind in ("", "machine"):
        return Machine(for_a_person=rule == "machine.form", unsolicited=rule == "machine.unsolicited")
    return Machine(Reason(kind), for_a_person=for_a_person, own_address=own_address, spam=spam)


def head(*headers: str, text: str = "hello") -> Written:
    return Written(text, headers)


def subject(said: str, text: str = "hello", *headers: str) -> Written:
    return Written(text, headers, said)


def author(said: str, text: str = "hello", title: str = "hello") -> Written:
    return Written(text, author=said, subject=title)


LONG = "a" * 120
LOOP = [
    ("loop.own_address_in_x_loop", head("X-Loop: desk@example.jp")),
    ("loop.own_address_in_x_loop", head("X-Loop: yes", "X-Loop:  Desk@Example.JP ")),
    ("", head("X-Loop: anna@example.com")),
    ("", head("X-Looped: desk@example.jp")),
    ("", author("desk@example.com")),
    ("", author("")),
]
BOUNCE = [
    ("bounce.delivery_report", head("Content-Type: multipart/report; report-type=delivery-status; boundary=b")),
    ("bounce.delivery_report", head("Content-Type: Multipart/Report; boundary=b")),
    ("", head("Content-Type: multipart/mixed; report-type=delivery-status; boundary=b")),
    *(
        ("bounce.delivery_report", Written(attached=(kind,)))
        for kind in (
            "message/delivery-status",
            "message/global-delivery-status",
            "message/feedback-report",
            "message/disposition-notification",
        )
    ),
    ("", Written(attached=("text/rfc822-headers",))),
    ("bounce.failed_recipients", head("X-Failed-Recipients: a@example.com")),
    ("", head("X-Recipients: a@example.com")),
    ("bounce.mail_system_is_author", author("MAILER-DAEMON@example.net")),
    ("bounce.mail_system_is_author", author("mail-daemon@example.net")),
    ("bounce.mail_system_is_author", author("<>")),
    ("bounce.mail_system_is_author", author("Mail Delivery System <>")),
    ("bounce.mail_system_is_author", author("Mailer-Daemon <>")),
    ("", author("Anna Berg <>")),
    ("", author("Mail Delivery <anna@example.com>")),
    ("", author("daemon@example.net")),
    ("bounce.mail_system_is_author", replace(author("MAILER-DAEMON@a.example", "no box"), fields=LABELLED)),
    ("bounce.mail_system_is_author", replace(author("MAILER-DAEMON@a.example", title="came back"), fields=LABELLED)),
    ("", replace(author("MAILER-DAEMON@a.example"), fields=LABELLED)),
    ("bounce.mail_system_is_author", author("postmaster@a.example", "no box")),
    ("bounce.mail_system_is_author", author("post-master@a.example", title="it came back")),
    ("", author("postmaster@a.example")),
    ("", author("postmistress@a.example", "no box")),
    ("", author("anna@example.com", title="it came back")),
    ("bounce.failure_text", subject("it came back", "no box")),
    ("bounce.failure_text", subject("hello", "no box, no host, no route")),
    ("", subject("hello", "no box, no host")),
    ("", subject("it came back", "what is that?")),
    ("", replace(subject("it came back", "no box, no host, no route"), wish=OUT)),
    ("", replace(subject("it came back", "no box, no host, no route"), fields=LABELLED)),
    ("bounce.failure_text", Written("", subject="it came back", attached=("message/rfc822",))),
    ("", Written("", subject="hello", attached=("message/rfc822",))),
    ("", Written("Why?", subject="it came back", attached=("message/rfc822",))),
    ("", Written("", subject="Fwd: it came back", attached=("message/rfc822",))),
    ("", Written("", subject="Re: it came back", attached=("message/rfc822",))),
    ("", Written("", subject="it came back", attached=("application/pdf",))),
    ("", Written("", subject="it came back")),
    ("bounce.failure_text", Written("see", subject="it came back", quoted="\n> no box")),
    ("bounce.failure_text", Written("see", subject="Fwd: it came back", quoted="\n> no box")),
    ("bounce.failure_text", Written(LONG, subject="Fwd: it came back", quoted="\n> no box")),
    ("bounce.failure_text", Written(LONG + "a", subject="it came back", quoted="\n> no box")),
    ("bounce.failure_text", Written(LONG + "no box", subject="Fwd: it came back")),
    ("", Written(LONG + "a", subject="Fwd: it came back", quoted="\n> no box")),
    ("", Written(LONG + "a", (ANSWER,), subject="it came back", quoted="\n> no box")),
    ("bounce.aggregate_report", subject("Report Domain: example.jp Submitter: mx.example Report-ID: 1")),
    ("bounce.aggregate_report", subject("[Preview] Report-Domain:example.jp Submitter: mx.example")),
    ("", subject("Report domain: example.jp is down")),
    ("", subject("Who is submitter: mx.example?")),
    ("", subject("Your report domain: example.jp submitter: mx.example")),
    ("bounce.null_return_path", head("Return-Path: <>")),
    ("bounce.null_return_path", head("Return-Path:  <> ", "Return-Path: <anna@example.com>")),
    ("", head("Return-Path: <anna@example.com>", "Return-Path: <>")),
]
AUTO_HEADERS = (
    *("X-Autoreply", "X-Auto-Reply", "X-Autorespond", "X-Autoresponder", "X-Auto-Generated", "X-Autogenerated"),
    *("X-Mail-Autoreply", "X-Autoreply-From", "X-Vacation", "X-Out-Of-Office", "X-MS-Exchange-Inbox-Rules-Loop"),
)
AUTO_VALUES = (
    *("X-FC-Machinegenerated: True", "X-Loop: yes", "X-Loop: TRUE", "Delivered-To: Autoresponder@a.example"),
    *("Content-Identifier: Auto-Replied x", "Content-Identifier: Auto reply", "X400-Content-Identifier: AUTO REPLY"),
    *("X-Apple-Action: VACATION", "X-POST-MessageClass: 9; Autoresponder", "X-Precedence: auto_reply"),
    *("Precedence: Auto_Reply", "Precedence: auto-reply"),
)
SUPPRESS = "X-Auto-Response-Suppress: "
AUTO_REPLY = [
    ("auto_reply.auto_submitted", head("Auto-Submitted: Auto-Generated; owner-email=x")),
    ("auto_reply.auto_submitted", head("Auto-Submitted: auto-replied (vacation)")),
    ("auto_reply.auto_submitted", head("Auto-Submitted: none")),
    *(("", head(f"Auto-Submitted: {said}")) for said in ("no", "NO", "no; x=auto", "no (a person)", "")),
    *(("auto_reply.automatic_header", head(f"{name}: x")) for name in AUTO_HEADERS),
    *(("", head(f"X-Autoreply: {said}")) for said in ("no", "No", "false", "FALSE", "0")),
    ("auto_reply.automatic_header", head("X-Autoreply: no", "X-Vacation: yes")),
    *(("auto_reply.automatic_header", head(one)) for one in AUTO_VALUES),
    *(
        ("", head(one))
        for one in (
            "X-FC-Machinegenerated: false",
            "X-Loop: no",
            "Delivered-To: anna@example.com",
            "Content-Identifier: Re: auto reply",
            "X-Apple-Action: x",
            "X-POST-MessageClass: 9",
            "Precedence: auto",
        )
    ),
    *(
        ("auto_reply.suppressed_answer", head(SUPPRESS + said, ANSWER))
        for said in ("All", "DR", "OOF", "AutoReply", "NRN, DR", "NRN;OOF", "NRN DR")
    ),
    ("auto_reply.suppressed_answer", subject("Re: x", "hello", SUPPRESS + "NRN, All")),
    ("", head(SUPPRESS + "All")),
    ("", head(SUPPRESS + "None", ANSWER)),
    ("", head(SUPPRESS + "overall", ANSWER)),
    ("", head(SUPPRESS + "x" * 197 + ",all", ANSWER)),
    ("", head(ANSWER)),
    ("", replace(head(SUPPRESS + "All", ANSWER), fields=LABELLED)),
    ("", replace(head(SUPPRESS + "All", ANSWER), fields=NUMBER)),
]
VACATION = [
    (True, subject("Robot says hello")),
    (True, subject("[Robot says] hello")),
    (True, replace(subject("Robot says stop"), wish=OUT)),
    (True, subject("Robot says Re: x", "hello", ANSWER)),
    (False, replace(subject("Robot says stop", "written by itself"), fields=LABELLED)),
    (True, Written("This was written by itself.")),
    (True, Written("This was written by itself.", wish=OUT)),
    (False, Written("What is this?", quoted="\n> This was written by itself.")),
    (True, subject("The robot says", "I am away")),
    (False, subject("The robot says", "hello")),
    (True, subject("We are on a trip", "I am away")),
    (True, subject("We are on a trip", "I am away", ANSWER)),
    (False, subject("We are on a trip", "hello")),
    (False, subject("We are on a trip", "hello", ANSWER)),
    (False, Written("hello", subject="We are on a trip", quoted="\n> I am away")),
    (False, Written("I am away. The desk is empty.")),
    (True, subject("On a trip")),
    (True, subject("On a trip", "I am away")),
    (False, subject("On a trip", "hello", ANSWER)),
    (True, subject("On a trip", "I am away", ANSWER)),
    (True, replace(subject("On a trip", "I answer once home"), wish=OUT)),
    (True, replace(subject("On a trip", "I answer once home", ANSWER), wish=OUT)),
    (False, replace(subject("On a trip", "I am away"), wish=OUT)),
    (False, replace(subject("On a trip"), wish=OUT)),
    (False, replace(subject("We are on a trip", "I answer once home"), wish=OUT)),
    (False, replace(subject("On a trip", "I am away"), fields=LABELLED)),
    (False, Written("no more", subject="On a trip", wish=OUT, quoted="\n> once home")),
]
TWO, THREE = "leave here, see online", "leave here, see online, our partners"
NEWSLETTER = [
    (True, Written(f"{TWO} http://x.example")),
    (True, Written(f"{TWO} www.x.example")),
    (True, Written(THREE)),
    (True, Written(f"{THREE} http://x.example", wish=OUT)),
    (True, Written(f"{THREE} www.x.example", wish=OUT)),
    (True, Written(f"{TWO} http://x.example", (ANSWER,))),
    (True, Written(f"{TWO} http://x.example", fields=LABELLED)),
    (False, Written(TWO)),
    (False, Written("leave here http://www.x.example")),
    (False, Written(f"{TWO} http://x.example", wish=OUT)),
    (False, Written(THREE, wish=OUT)),
    (False, Written(f"{THREE} http://x.example", (ANSWER,), wish=OUT)),
    (False, Written(f"{THREE} http://x.example", subject="Re: tea", wish=OUT)),
    (False, Written(f"{THREE} http://x.example", fields=LABELLED, wish=OUT)),
    (False, Written(f"{THREE} http://x.example", fields=NUMBER)),
    (False, Written("no more", quoted=f"\n> {THREE} http://x.example")),
    (False, Written(TWO, quoted="\n> http://x.example")),
]
BULK = [
    *(
        ("bulk.list_header", head(f"List-{name}: <x>"))
        for name in ("Id", "Unsubscribe", "Post", "Help", "Subscribe", "Owner", "Archive")
    ),
    ("", head("List-Price: 5")),
    *(("bulk.list_header", head(f"{name}: x")) for name in ("X-ML-Name", "X-MLServer", "X-ML-Server")),
    *(
        ("bulk.precedence", head(f"{name}: {said}"))
        for name in ("Precedence", "X-Precedence")
        for said in ("bulk", "List", "JUNK", "bulk; x=1", "junk (x)", "list,x")
    ),
    ("bulk.precedence", head("Precedence: first-class", "X-Precedence: bulk")),
    *(("", head(f"Precedence: {said}")) for said in ("first-class", "bulky", "no bulk", "normal", "")),
]
SPAM = [
    ("spam.spam_header", head("X-Spam-Flag: YES")),
    ("spam.spam_header", head("x-spam-flag:  yes ")),
    ("spam.spam_header", head("X-Spam-Flag: NO", "X-Spam-Flag: YES")),
    ("spam.spam_header", head("X-Spam-Status: Yes, score=17")),
    ("spam.spam_header", head("X-Spam-Status: yes;score=17")),
    ("spam.spam_header", head("X-Spam-Status: YES score=17")),
    ("spam.spam_header", head("X-Verdict: spam+")),
    ("spam.spam_header", head("X-Verdict: SPAM+, sure")),
    ("", head("X-Verdict: spamm, sure")),
    ("", head("X-Spam-Flag: NO")),
    ("", head("X-Spam-Status: No, yes")),
    ("", head("X-Spam-Status: Yesterday")),
    ("", head("X-Spam: YES")),
]
FORM = [
    ("machine.form", author("No-Reply@forms.example")),
    ("machine.form", author("do.not.reply@forms.example")),
    ("machine.form", author("desk.never_reply@forms.example")),
    *(
        ("machine.form", author(f"{local}@forms.example"))
        for local in ("www-data", "apache", "wordpress", "nobody", "webform", "contactform", "mailform")
    ),
    ("machine.form", author("anna@example.com, no-reply@forms.example")),
    ("", author("reply@forms.example")),
    ("", author("webforms@forms.example")),
    ("", author("no-reply-wanted <anna@example.com>")),
    ("machine.form", subject("A mail from the form")),
    ("machine.form", Written("A mail from the form")),
    ("", Written("What is this?", quoted="\n> A mail from the form")),
]
UNSOLICITED = [
    ("machine.unsolicited", Written("you won, act today http://x.example")),
    ("machine.unsolicited", Written("you won, act today www.x.example")),
    ("machine.unsolicited", Written("you won, act today, dear heir")),
    ("machine.unsolicited", Written("act today http://x.example", subject="You won")),
    ("machine.unsolicited", Written("act today, dear heir", subject="You won")),
    ("", Written("you won, act today")),
    ("", Written("you won http://www.x.example")),
    ("", Written("http://www.x.example")),
    ("", Written("you won, act today http://x.example", wish=OUT)),
    ("machine.unsolicited", Written("you won, act today, dear heir http://x.example", wish=OUT)),
    ("", Written("you won, act today, dear heir", wish=OUT)),
    ("", Written("you won, act today, dear heir http://x.example", fields=LABELLED)),
    ("", Written("What is this?", quoted="\n> you won, act today, dear heir http://x.example")),
    ("", Written("you won, act today", quoted="\n> http://x.example")),
]
ALL_RULES = [
    *LOOP,
    *BOUNCE,
    *AUTO_REPLY,
    *(("auto_reply.vacation_notice" if fires else "", one) for fires, one in VACATION),
    *BULK,
    *(("bulk.newsletter" if fires else "", one) for fires, one in NEWSLETTER),
    *FORM,
    *UNSOLICITED,
]


@pytest.mark.parametrize(("rule", "mail"), ALL_RULES)
def test_a_rule_fires_on_its_evidence_and_on_nothing_near_it(rule: str, mail: Written) -> None:
    """A rule too wide loses a person's mail; one too narrow answers a machine."""
    verdict = mail.judged()

    assert expected(rule) == replace(verdict, hits=())
    assert ([rule] if rule else []) == [hit.rule for hit in verdict.hits]


@pytest.mark.parametrize(("rule", "mail"), SPAM)
def test_the_mail_hosts_verdict_is_taken_by_its_first_word(rule: str, mail: Written) -> None:
    """The settings name header and value; scores may follow (policy, section 1)."""
    verdict = mail.judged()

    assert expected(rule, spam=bool(rule)) == replace(verdict, hits=())
    assert ([rule] if rule else []) == [hit.rule for hit in verdict.hits]


@pytest.mark.parametrize("own", ["desk@example.jp", "Desk <DESK@example.jp>"])
@pytest.mark.parametrize("fields", [(), NUMBER])
def test_our_own_address_as_author_is_a_loop_and_is_told(own: str, fields: tuple[Field, ...]) -> None:
    """decision.py has to tell a forgery from our own mail."""
    verdict = Written(author=own, fields=fields).judged()

    assert expected("loop.own_address_is_author", own_address=True) == replace(verdict, hits=())
    assert ["loop.own_address_is_author"] == [hit.rule for hit in verdict.hits]


@pytest.mark.parametrize(
    ("for_a_person", "mail"),
    [
        (True, head("Return-Path: <>")),
        (False, head("Return-Path: <>", text="no box")),
        (False, head("X-Failed-Recipients: a@example.com")),
        (False, head("X-Failed-Recipients: a@example.com", text="no box")),
        (False, Written(headers=("Return-Path: <>",), attached=("message/delivery-status",))),
        (False, author("MAILER-DAEMON@a.example", "no box")),
        (True, head("Auto-Submitted: auto-generated")),
        (True, head("X-Autoreply: yes")),
        (True, head("Precedence: bulk")),
        (True, head("List-Id: <x>")),
        (False, head("List-Id: <x>", text="leave here")),
        (True, Written("no more", ("List-Id: <x>",), quoted="\n> leave here")),
        (False, head("X-Spam-Flag: YES")),
        (True, head("X-Loop: desk@example.jp")),
    ],
)
@pytest.mark.parametrize("numbered", [True, False])
def test_a_machine_may_write_for_a_person_only_with_a_number(for_a_person: bool, mail: Written, numbered: bool) -> None:
    """Such mail is held, never ignored; what only comes back or advertises carries nobody's wish."""
    verdict = replace(mail, fields=NUMBER if numbered else LABELLED).judged()

    assert (for_a_person and numbered) == verdict.for_a_person
    assert verdict.reason is not None


REPORTED = Written(attached=("message/delivery-status",))


@pytest.mark.parametrize(
    ("reason", "mail"),
    [
        (None, replace(REPORTED, wish=OUT)),
        (None, replace(REPORTED, fields=NUMBER)),
        (Reason.BOUNCE, replace(REPORTED, wish=OUT, headers=("Return-Path: <>",))),
        (Reason.BOUNCE, replace(REPORTED, wish=OUT, headers=("X-Failed-Recipients: a@example.com",))),
        (Reason.BOUNCE, REPORTED),
        (Reason.BOUNCE, Written(headers=("Content-Type: message/delivery-status",), fields=NUMBER, wish=OUT)),
    ],
)
def test_a_person_may_attach_a_delivery_report(reason: Reason | None, mail: Written) -> None:
    """`My mail came back, see attached; please stop the catalogue`: no wish is lost to a part that somebody attached."""

    assert reason == mail.judged().reason


IN_ORDER = [
    ("loop.own_address_is_author", author("desk@example.jp")),
    ("loop.own_address_in_x_loop", head("X-Loop: desk@example.jp")),
    ("bounce.delivery_report", Written(attached=("message/delivery-status",))),
    ("bounce.failed_recipients", head("X-Failed-Recipients: a@example.com")),
    ("bounce.mail_system_is_author", author("mailer-daemon@example.net")),
    ("bounce.failure_text", Written("no box, no host, no route")),
    ("bounce.null_return_path", head("Return-Path: <>")),
    ("auto_reply.auto_submitted", head("Auto-Submitted: auto-replied")),
    ("auto_reply.automatic_header", head("X-Autoreply: yes")),
    ("auto_reply.suppressed_answer", head(SUPPRESS + "All", ANSWER)),
    ("auto_reply.vacation_notice", subject("Robot says")),
    ("bulk.list_header", head("List-Id: <x>")),
    ("bulk.precedence", head("Precedence: bulk")),
    ("bulk.newsletter", Written(THREE)),
    ("spam.spam_header", head("X-Spam-Flag: YES")),
    ("machine.form", author("no-reply@forms.example")),
    ("machine.unsolicited", Written("you won, act today, dear heir")),
]


@pytest.mark.parametrize("first", range(len(IN_ORDER)))
def test_of_all_evidence_the_first_in_the_policys_order_is_given(first: int) -> None:
    """One reason is given, and within it the surest evidence: on it hangs whether a number saves the mail."""
    mails = [mail for _, mail in IN_ORDER[first:]]
    all_at_once = Written(
        " ".join(one.text for one in mails),
        tuple(header for one in mails for header in one.headers),
        subject=next((one.subject for one in mails if one.subject != "hello"), "hello"),
        author=next((one.author for one in mails if one.author != "anna@example.com"), "anna@example.com"),
        attached=tuple(kind for one in mails for kind in one.attached),
    )

    assert [IN_ORDER[first][0]] == [hit.rule for hit in all_at_once.judged().hits]


@pytest.mark.parametrize(
    ("detail", "mail"),
    [
        ("", head("X-Failed-Recipients: a@example.com")),
        ("auto-replied", head("Auto-Submitted: auto-replied")),
        ("x" * 100, head("Auto-Submitted: " + "x" * 101)),
        ("", author("desk@example.jp")),
        ("", head("X-Loop: desk@example.jp")),
        ("multipart/report", head("Content-Type: multipart/report; boundary=b")),
        ("feedback-report", head("Content-Type: multipart/report; report-type=feedback-report; boundary=b")),
        ("mailer-daemon", author("MAILER-DAEMON@example.net")),
        ("<>", author("Mail Delivery System <>")),
        ("came back, no box, no host", subject("it came back", "no box, no host, no route")),
        ("", subject("Report Domain: example.jp Submitter: mx.example Report-ID: 1")),
        ("", head("Return-Path: <>")),
        ("x-auto-response-suppress", head(SUPPRESS + "All", ANSWER)),
        ("on a trip, am away", subject("We are on a trip", "I am away. The desk is empty.")),
        ("on a trip, once home", replace(subject("On a trip", "I answer once home, when back"), wish=OUT)),
        ("bulk; " + "x" * 14, head("Precedence: bulk; " + "x" * 20)),
        ("leave here, see online, our partners", Written(f"{THREE}, read on")),
        ("www-data", author("www-data@forms.example")),
        ("no-reply author", author("no-reply@forms.example")),
        ("from the form", Written("from the form")),
        ("you won, act today, dear heir", Written("you won, act today, dear heir, be first")),
    ],
)
def test_a_hit_says_in_short_what_was_seen(detail: str, mail: Written) -> None:
    """Staff read it at the review desk."""

    assert [detail] == [hit.detail for hit in mail.judged().hits]


@pytest.mark.parametrize(
    ("points", "mail"),
    [
        (True, Written("as enclosed".rjust(120, "a"), attached=("application/pdf",))),
        (False, Written("as enclosed".rjust(121, "a"), attached=("application/pdf",))),
        (False, Written("as agreed", attached=("application/pdf",))),
        (False, Written("as enclosed")),
    ],
)
def test_a_short_text_that_only_points_at_what_is_attached_says_nothing(points: bool, mail: Written) -> None:
    """A longer one says something of its own and is read (policy, section 2)."""

    assert points == machine.refers_to_attachment(mail.parsed(), (SILENT, ENGLISH), ())
