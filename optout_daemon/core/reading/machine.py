"""The machine gate: did a machine write this mail, and if so, for a person?

Rules stand in machine_rules.py, in the policy's order: loop, bounce, auto_reply, bulk, spam. The first that fires gives
the reason. What comes of it (ignored, held, never answered) is core/decision.py's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from optout_daemon.core.model import Field, Machine, Reason, RuleHit, Segment, SegmentKind, Wish
from optout_daemon.core.reading.evidence import Case, Speaks, folded
from optout_daemon.core.reading.machine_rules import (
    RULES,
    Detail,
    Rule,
    null_return_path,
    own_address_in_x_loop,
    own_address_is_author,
    spam_header,
)
from optout_daemon.core.reading.mime import Mail
from optout_daemon.core.reading.settings import ReaderSettings

_FORM_SENDERS: Final = frozenset(["www-data", "apache", "wordpress", "nobody", "webform", "contactform", "mailform"])
_NO_REPLY: Final = re.compile(r"(?:^|[^a-z])(?:no|do[._-]?not|never)[._-]?reply(?:$|[^a-z])")


def _evidence(case: Case) -> tuple[Reason, Rule, RuleHit] | None:
    for reason, rules in RULES:
        for rule in rules:
            if (detail := rule(case)) is not None:
                return reason, rule, RuleHit(f"{reason.value}.{rule.__name__}", detail[:100])
    return None


def _made_for_a_person(case: Case, reason: Reason, rule: Rule) -> bool:
    """Whether machine mail may carry a person's opt-out and must then be held: never a real bounce or a loop."""
    if not case.has_number:
        return False
    if reason is Reason.BOUNCE:
        # The null return path alone: forms send so too. A returned copy of a person's mail shows a failure.
        return rule is null_return_path and not case.phrases("bounce_text", case.text)
    if reason is Reason.BULK:
        return not case.phrases("newsletter_text", case.own)
    # A forwarder may write our address into X-Loop; the policy calls only our own mail a loop.
    return reason is Reason.AUTO_REPLY or rule is own_address_in_x_loop


def written_by_a_form(case: Case) -> Detail:
    """No header says so, but a no-reply author or the words of a form."""
    for author in case.authors:
        if _NO_REPLY.search(author.local_part) or author.local_part in _FORM_SENDERS:
            return author.local_part if author.local_part in _FORM_SENDERS else "no-reply author"
    found = case.phrases("form_text", case.subject) or case.phrases("form_text", case.own)
    return found[0] if found else None


def unsolicited_text(case: Case) -> Detail:
    """Advertising or phishing that no header marks: phrases of it and no fields.

    It may speak of stopping in its own words; then it takes more of them. It is held either way, and not answered.
    """
    if case.has_fields:
        return None
    both = f"{case.subject}\n{case.said}"
    found = case.phrases("advert_text", both)
    link = "http" in case.said or "www." in case.said
    needed = (2 if link else 3) + (1 if case.wants_out else 0)
    return ", ".join(found[:3]) if len(found) >= needed else None


def gate(
    mail: Mail,
    *,
    fields: Sequence[Field],
    wish: Wish,
    segments: Sequence[Segment],
    language: Speaks,
    all_languages: Sequence[Speaks],
    settings: ReaderSettings,
) -> Machine:
    """The verdict on one mail. `for_a_person` beside a reason: it may hold a person's opt-out and must not be lost.

    `language` is the mail's own and is asked first; an equal verdict comes from any order of languages.
    """
    languages = (language, *(other for other in all_languages if other is not language))
    case = Case(mail, fields, wish, segments, languages, settings)
    if (evidence := _evidence(case)) is not None:
        reason, rule, hit = evidence
        # Both are rules too: where nothing fires, neither holds.
        spam, own_address = spam_header(case) is not None, own_address_is_author(case) is not None
        person = _made_for_a_person(case, reason, rule)
        return Machine(reason, for_a_person=person, own_address=own_address, spam=spam, hits=(hit,))
    if (form := written_by_a_form(case)) is not None:
        return Machine(for_a_person=True, hits=(RuleHit("machine.form", form),))
    if (advert := unsolicited_text(case)) is not None:
        return Machine(unsolicited=True, hits=(RuleHit("machine.unsolicited", advert),))
    return Machine()


def refers_to_attachment(mail: Mail, all_languages: Iterable[Speaks], fields: Collection[Field]) -> bool:
    """Whether the text only points at an attachment ("as in the attached letter"): then nothing of it was read.

    For the Reader: such a mail is unreadable (policy, section 2).
    """
    if not mail.attachments or fields or len(mail.text.strip()) > 120:
        return False
    text = folded(mail.text)
    return any(phrase in text for language in all_languages for phrase in language.machine.get("attachment_text", ()))


def withdraws(text: str, segments: Iterable[Segment], all_languages: Iterable[Speaks]) -> bool:
    """Whether own words take back or disown what was asked for before, or want it to go on.

    "Disregard my mail", "that was not me", "please keep sending". For the Reader: such an answer completes nothing
    (policy, sections 3 and 6).
    """
    own = folded("\n".join(text[one.start : one.end] for one in segments if one.kind is SegmentKind.OWN))
    return any(phrase in own for language in all_languages for phrase in language.machine.get("withdrawal_text", ()))
