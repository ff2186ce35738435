"""The ordered rules of the machine gate: what counts as evidence that a machine wrote a mail (policy, section 1).

Header evidence is that of RFC 2369, 3464, 3834 and of the systems in use; what machines say in words stands in
`[machine]` of words/<language>.toml, asked in every language of the reader, because machines do not write in the
desk's. A rule gives a short detail where it fires, else None. What follows from it is machine.py's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from optout_daemon.core.model import Reason
from optout_daemon.core.reading.evidence import Case

_SYSTEM: Final = frozenset(["mailer-daemon", "mail-daemon", "maildaemon", "mailer_daemon", "mdaemon", "mailerdaemon"])
_POSTMASTER: Final = frozenset(["postmaster", "post_master", "post-master"])
_SYSTEM_NAME: Final = re.compile(r"mail(?:er)?[ -]?(?:delivery|daemon)")
_AGGREGATE: Final = re.compile(r"(?:\[preview\] ?)?report[ -]domain: ?\S{1,255} ")

Detail = str | None
Rule = Callable[[Case], Detail]


# --- loop --------------------------------------------------------------------------------------------------------


def own_address_is_author(case: Case) -> Detail:
    """Our own mail come back, or our address forged; decision.py tells them apart by the marker."""
    return "" if case.mail.envelope.author in case.settings.own_addresses and case.mail.envelope.author else None


def own_address_in_x_loop(case: Case) -> Detail:
    """A forwarder marked the mail with our address: it has been here."""
    values = (value.strip().lower() for value in case.mail.headers.get_all("x-loop"))
    return "" if any(value in case.settings.own_addresses for value in values) else None


# --- bounce ------------------------------------------------------------------------------------------------------


def delivery_report(case: Case) -> Detail:
    """RFC 3464, 5965, 8098: multipart/report of any type, or such a report's machine part in another wrapping.

    A person may attach the report that came back: who states fields or wants out is one, unless a header says
    otherwise.
    """
    mail = case.mail
    if mail.content_type == "multipart/report":
        return mail.report_type or "multipart/report"
    kind = next((kind for kind in case.kinds if kind in _REPORT_PARTS), None)
    if kind is None or kind == mail.content_type or not (case.has_fields or case.wants_out):
        return kind
    marked = (failed_recipients(case), mail_system_is_author(case), null_return_path(case))
    return None if marked == (None, None, None) else kind


_REPORT_PARTS: Final = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/feedback-report",
        "message/disposition-notification",
    }
)


def failed_recipients(case: Case) -> Detail:
    """Exim's header."""
    return "" if "x-failed-recipients" in case.mail.headers else None


def mail_system_is_author(case: Case) -> Detail:
    """MAILER-DAEMON (or the null address) as author, unless a form is filled in below; postmaster with a failure."""
    for author in case.authors:
        local = author.local_part
        if local in _SYSTEM or (not author.address and (not author.name or _SYSTEM_NAME.search(author.name.lower()))):
            return None if case.has_fields and not _failure(case, case.text) else local or "<>"
        if local in _POSTMASTER and _failure(case, case.text):
            return local
    return None


def _failure(case: Case, text: str) -> list[str]:
    return case.phrases("bounce_subject", case.subject) + case.phrases("bounce_text", text)


def failure_text(case: Case) -> Detail:
    """The old non-standard ones: subject and text of a bounce, under whatever author, without fields of its own.

    A forwarded one is a person's where the person wrote something to it.
    """
    if case.has_fields or case.wants_out:
        return None
    subject, text = case.phrases("bounce_subject", case.subject), case.phrases("bounce_text", case.text)
    if subject and not case.text.strip() and not case.passed_on and "message/rfc822" in case.kinds:
        return subject[0]
    if len(text) < (1 if subject else 3):
        return None
    if case.passed_on and len(case.own.strip()) > 120 and case.own != case.text:
        return None
    return ", ".join([*subject, *text][:3])


def aggregate_report(case: Case) -> Detail:
    """DMARC's daily reports (RFC 7489, section 7.2.1.1)."""
    return "" if _AGGREGATE.match(case.subject) and "submitter:" in case.subject else None


def null_return_path(case: Case) -> Detail:
    """RFC 5321, section 4.5.5. The topmost one is our own host's."""
    values = case.mail.headers.raw("return-path")
    return "" if values and values[0].strip() == "<>" else None


# --- auto_reply --------------------------------------------------------------------------------------------------


def auto_submitted(case: Case) -> Detail:
    """RFC 3834, section 5: anything but `no`."""
    said = case.mail.headers.token("auto-submitted")
    return said if said and said != "no" else None


_AUTO_HEADERS: Final = (
    *("x-autoreply", "x-auto-reply", "x-autorespond", "x-autoresponder", "x-auto-generated", "x-autogenerated"),
    *("x-mail-autoreply", "x-autoreply-from", "x-vacation", "x-out-of-office", "x-ms-exchange-inbox-rules-loop"),
)
_AUTO_VALUES: Final = (
    ("x-fc-machinegenerated", "true"),
    ("x-loop", "yes"),
    ("x-loop", "true"),
    ("delivered-to", "autoresponder"),
    ("content-identifier", "auto-replied"),
    ("content-identifier", "auto reply"),
    ("x400-content-identifier", "auto reply"),
    ("x-apple-action", "vacation"),
    ("x-post-messageclass", "9; autoresponder"),
    ("x-precedence", "auto_reply"),
    ("precedence", "auto_reply"),
    ("precedence", "auto-reply"),
)


def automatic_header(case: Case) -> Detail:
    """What answering systems write that do not know RFC 3834."""
    for name in _AUTO_HEADERS:
        if name in case.mail.headers and case.header(name) not in ("no", "false", "0"):
            return name
    return next((name for name, value in _AUTO_VALUES if case.header(name).startswith(value)), None)


_SUPPRESS: Final = frozenset(["all", "autoreply", "oof", "dr"])


def suppressed_answer(case: Case) -> Detail:
    """X-Auto-Response-Suppress on a reply that has no fields of its own; a person's new mail may carry it too."""
    asked = set(re.split(r"[,;\s]+", case.header("x-auto-response-suppress")[:200]))
    return "x-auto-response-suppress" if asked & _SUPPRESS and case.answers and not case.has_fields else None


def vacation_notice(case: Case) -> Detail:
    """Subject and text of an answering robot; never where the text has fields of its own.

    A subject that only mentions an absence counts with a text that does, or alone where nothing is wanted.
    """
    if case.has_fields_outside_quotations:
        return None
    if strong := case.opens("auto_reply_subject"):
        return strong
    if text := case.phrases("auto_reply_text", case.own):
        return text[0]
    subject = case.phrases("auto_reply_subject", case.subject) or case.phrases("vacation_subject", case.subject)
    if not subject:
        return None
    text = case.phrases("vacation_text", case.own)
    opens = bool(case.opens("vacation_subject"))
    if case.wants_out:
        # A word like "stop" in a robot's text ("stop by at the front desk") makes no opt-out of it.
        text = case.phrases("vacation_return", case.own) if opens else []
        return ", ".join([*subject, *text][:2]) if text else None
    return ", ".join([*subject, *text][:2]) if text or (opens and not case.answers) else None


# --- bulk, spam --------------------------------------------------------------------------------------------------


def list_header(case: Case) -> Detail:
    """RFC 2369, 2919: a mailing list or newsletter; the list servers of Japan (fml) name themselves in X-ML headers."""
    return next((name for name in _LIST_HEADERS if name in case.mail.headers), None)


_LIST_HEADERS: Final = (
    *("list-id", "list-unsubscribe", "list-post", "list-help", "list-subscribe", "list-owner", "list-archive"),
    *("x-ml-name", "x-mlserver", "x-ml-server"),
)


def precedence(case: Case) -> Detail:
    """`Precedence` bulk, list or junk."""
    for name in ("precedence", "x-precedence"):
        if (value := case.header(name)) and re.split(r"[^a-z]", value)[0] in ("bulk", "list", "junk"):
            return value[:20]
    return None


def newsletter(case: Case) -> Detail:
    """Without any header: a text that speaks as newsletters do, to nobody in particular, and states no number."""
    if case.has_number or (case.has_fields and case.wants_out):
        return None
    found = case.phrases("newsletter_text", case.said)
    link = "http" in case.said or "www." in case.said
    if len(found) < 2 or (case.wants_out and (len(found) < 3 or not link or case.answers)):
        return None
    return ", ".join(found[:3]) if link or len(found) > 2 else None


def spam_header(case: Case) -> Detail:
    """The mail host's own verdict, by the headers that the settings name."""
    for name, wanted in case.settings.spam_headers:
        for value in case.mail.headers.get_all(name):
            said = value.strip().casefold()
            if said == wanted.casefold() or re.match(rf"{re.escape(wanted.casefold())}[\s,;]", said):
                return name
    return None


RULES: Final[tuple[tuple[Reason, tuple[Rule, ...]], ...]] = (
    (Reason.LOOP, (own_address_is_author, own_address_in_x_loop)),
    (
        Reason.BOUNCE,
        (
            *(delivery_report, failed_recipients, mail_system_is_author, failure_text),
            *(aggregate_report, null_return_path),
        ),
    ),
    (Reason.AUTO_REPLY, (auto_submitted, automatic_header, suppressed_answer, vacation_notice)),
    (Reason.BULK, (list_header, precedence, newsletter)),
    (Reason.SPAM, (spam_header,)),
)
"""In the policy's order of reasons; within one, sure evidence first."""
