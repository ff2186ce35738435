"""Render a planned reply into the finished message, once, at the moment of the decision.

The result is bytes: a template that changes later never alters a queued reply. A reply holds what its plan
holds and nothing else; the mail it answers is never seen here. A broken or missing template raises SettingsError
when the Composer is made, not at the first customer. Who is answered at all is core/reply.py's business.
"""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from importlib import resources
from pathlib import Path
from typing import Final

from babel.dates import format_date
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from optout_daemon.config import DeskSettings
from optout_daemon.core import outgoing
from optout_daemon.core.keys import Keys
from optout_daemon.core.model import GROUP, FieldName, OutgoingMessage, Reading, ReplyKind
from optout_daemon.core.reading.envelope import MARKER_HEADER
from optout_daemon.core.reply import NoReply, ReplyPlan
from optout_daemon.errors import SettingsError

KINDS: Final = (ReplyKind.CONFIRMED, ReplyKind.MISSING, ReplyKind.RECEIVED, ReplyKind.ANSWER)
NULL: Final = ("<>", "")
LOCAL_PART_LIMIT: Final = 64  # octets; RFC 5321, section 4.5.3.1.1


@dataclass(frozen=True, slots=True)
class Labels:
    """What one language calls fields, channels and scopes."""

    fields: Mapping[str, str]
    channels: Mapping[str, str]
    scopes: Mapping[str, str]
    """`company` is what one company is called, with {company} in the place of its name."""


def packaged_templates() -> Path:
    """The templates that come with the program: inside the installed package, or beside it in a source tree."""
    package = Path(str(resources.files("optout_daemon")))
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


class Composer:
    """Makes replies for one desk. `templates` is the desk's own folder; what is not in it comes from the package."""

    def __init__(
        self,
        *,
        templates: Path | None,
        desk: DeskSettings,
        keys: Keys,
        envelope_from: str,
        companies: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """`companies`: by the name of each, what it is called in each language."""
        self._companies = companies or {}
        self._desk = desk
        self._keys = keys
        self._envelope_from = envelope_from
        if templates is not None and not templates.is_dir():
            raise SettingsError(f"desk.templates: there is no folder {templates}")
        self._folders = [folder for folder in (templates, packaged_templates()) if folder is not None]
        # Plain text goes out: escaping for HTML would only disfigure it.
        self._environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in self._folders]),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._languages = tuple(dict.fromkeys((*desk.languages, "en")))
        self._labels = {language: self._load_labels(language) for language in self._languages}
        self._domain = self._check_addresses()
        self._check_templates()

    def compose(self, plan: ReplyPlan, *, inquiry_id: int, now: datetime) -> OutgoingMessage | NoReply:
        """The finished message, or NoReply where its recipient cannot be written to as it stands."""
        if not outgoing.writable(plan.recipient):
            return NoReply("the author's address cannot be written to")
        message_id = f"<optout.{inquiry_id}.{secrets.token_hex(8)}@{self._domain}>"
        message = EmailMessage(policy=outgoing.POLICY)
        message["From"] = Address(self._desk.name, addr_spec=self._desk.address)
        message["To"] = plan.recipient
        message["Subject"] = self._subject(plan)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = message_id
        if (parent := outgoing.message_id(plan.in_reply_to)) is not None:
            message["In-Reply-To"] = parent
        if ancestors := outgoing.references(plan.references):
            message["References"] = ancestors
        message["Auto-Submitted"] = "auto-replied"  # RFC 3834, section 5.1
        message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange, which asks for its own header
        message[MARKER_HEADER] = self._keys.marker(message_id)
        message.set_content(self._body(plan), charset="utf-8", cte="base64")
        message["Content-Language"] = ", ".join(plan.languages)
        return OutgoingMessage(
            message_id=message_id,
            kind=plan.kind,
            recipient=plan.recipient,
            envelope_from=self._reverse_path(message_id),
            raw=message.as_bytes(),
            language=plan.languages[0],
        )

    def hand_over(self, inquiry_id: int, *, to: str, reading: Reading, raw: bytes, now: datetime) -> OutgoingMessage:
        """The mail as an attachment for the colleague `to`, whose answer goes to the customer. No reply: `to` comes
        from the settings, never from a mail.
        """
        message_id = f"<optout.{inquiry_id}.{secrets.token_hex(8)}@{self._domain}>"
        language = self._languages[0]
        values = {"desk_name": self._desk.name, "inquiry": inquiry_id, "author": reading.envelope.author or "-"}
        values |= {"subject": reading.subject[:200], "text": reading.text[:20_000]}
        subject, body = (
            self._environment.get_template(f"{ReplyKind.HAND_OVER}/{language}/{part}.txt").render(values)
            for part in ("subject", "body")
        )
        message = EmailMessage(policy=outgoing.POLICY)
        message["From"] = Address(self._desk.name, addr_spec=self._desk.address)
        message["To"] = to
        if outgoing.writable(reading.envelope.author_as_given):
            message["Reply-To"] = reading.envelope.author_as_given
        message["Subject"] = " ".join(subject.split())
        message["Date"] = format_datetime(now)
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834, section 5
        message["X-Auto-Response-Suppress"] = "All"
        message[MARKER_HEADER] = self._keys.marker(message_id)
        message.set_content(body, charset="utf-8", cte="base64")
        # As plain bytes: message/rfc822 allows no base64 (RFC 2046, section 5.2.1), and a stranger's mail needs it.
        message.add_attachment(
            raw, maintype="application", subtype="octet-stream", filename=f"inquiry-{inquiry_id}.eml"
        )
        return OutgoingMessage(
            message_id=message_id,
            kind=ReplyKind.HAND_OVER,
            recipient=to,
            envelope_from=self._reverse_path(message_id),
            raw=message.as_bytes(),
            language=language,
        )

    def answers(self, language: str) -> dict[str, str]:
        """The ready-made answers of this language, by name: `answers/LANGUAGE/NAME.txt`; the desk's own come first."""
        found: dict[str, str] = {}
        for folder in self._folders:
            for path in sorted((folder / "answers" / language).glob("*.txt")):
                found.setdefault(path.stem, path.read_text(encoding="utf-8").strip())
        return found

    def _reverse_path(self, message_id: str) -> str:
        if self._envelope_from in NULL:
            return ""  # RFC 3834, section 3.3: nothing can be sent back, so nothing can loop
        return outgoing.bounce_address(self._envelope_from, self._keys.bounce_token(message_id))

    def _subject(self, plan: ReplyPlan) -> str:
        return " / ".join(self._render(plan, language, "subject").strip() for language in plan.languages)

    def _body(self, plan: ReplyPlan) -> str:
        texts = [self._render(plan, language, "body").strip("\n") + "\n" for language in plan.languages]
        return f"\n{'=' * 60}\n\n".join(texts)

    def _render(self, plan: ReplyPlan, language: str, part: str) -> str:
        template = self._environment.get_template(f"{plan.kind}/{language}/{part}.txt")
        return template.render(self._values(plan, language))

    def _values(self, plan: ReplyPlan, language: str) -> dict[str, object]:
        """What a template of this kind may use; anything else is undefined and raises (policy, section 5)."""
        labels = self._labels[language]
        values: dict[str, object] = {"desk_name": self._desk.name, "desk_address": self._desk.address}
        if plan.kind is ReplyKind.CONFIRMED:
            values["customer_number"] = plan.customer_number or ""  # none where a token was enough
            # A channel or scope that only the settings know is called as the settings call it.
            values["channels"] = [labels.channels.get(channel, channel) for channel in plan.channels]
            values["scope"] = self._scope(plan.scope, language)
            values["arrivals"] = [
                {"channel": labels.channels.get(channel, channel), "date": format_date(day, "long", locale=language)}
                for channel, day in plan.arrivals
            ]
        elif plan.kind is ReplyKind.MISSING:
            values["missing"] = [labels.fields[name] for name in plan.missing]
        elif plan.kind is ReplyKind.ANSWER:
            values["text"] = plan.text.replace("\r\n", "\n").strip()
        return values

    def _scope(self, scope: str, language: str) -> str:
        scopes = self._labels[language].scopes
        if scope == GROUP or scope in scopes:
            return scopes.get(scope, scope)
        name = self._companies.get(scope, {}).get(language, scope)
        return scopes.get("company", "{company}").replace("{company}", name)

    def _load_labels(self, language: str) -> Labels:
        """The desk's own labels over those of the package."""
        found = False
        fields: dict[str, str] = {}
        channels: dict[str, str] = {}
        scopes: dict[str, str] = {}
        for folder in reversed(self._folders):
            path = folder / "labels" / f"{language}.toml"
            if not path.is_file():
                continue
            try:
                data = tomllib.loads(path.read_text(encoding="utf-8"))
                fields.update(data.get("fields", {}))
                channels.update(data.get("channels", {}))
                scopes.update(data.get("scopes", {}))
            except (OSError, ValueError, TypeError, AttributeError) as error:
                raise SettingsError(f"{path}: not a table of labels: {error}") from None
            found = True
        if not found:
            raise SettingsError(f"templates: there is no labels/{language}.toml for the language {language!r}")
        if lacking := [name.value for name in FieldName if name not in fields]:
            raise SettingsError(f"templates: labels/{language}.toml: [fields] lacks {', '.join(lacking)}")
        return Labels(fields, channels, scopes)

    def _check_addresses(self) -> str:
        """The domain of our Message-IDs."""
        if not outgoing.writable(self._desk.address):
            raise SettingsError("desk.address: one plain address is needed, its domain in ASCII form (xn--…)")
        if self._envelope_from not in NULL:
            longest = self._reverse_path("<check@localhost>")
            if not outgoing.writable(longest) or len(longest.rpartition("@")[0]) > LOCAL_PART_LIMIT:
                raise SettingsError(
                    'smtp.envelope_from: "<>" or one plain address with at most 39 characters before the @'
                )
        return self._desk.address.rpartition("@")[2].lower()

    def _check_templates(self) -> None:
        """Render each template once with everything it may use."""
        for kind in KINDS:
            for language in self._languages:
                plan = ReplyPlan(
                    kind=kind,
                    recipient=self._desk.address,
                    languages=(language,),
                    channels=tuple(self._labels[language].channels),
                    customer_number="0",
                    arrivals=(("print", date(2026, 12, 31)),),
                    missing=tuple(FieldName),
                    text="-",
                )
                for part in ("subject", "body"):
                    self._check_template(plan, language, part)

    def _check_template(self, plan: ReplyPlan, language: str, part: str) -> None:
        name = f"{plan.kind}/{language}/{part}.txt"
        try:
            text = self._render(plan, language, part)
        except (TemplateError, OSError, UnicodeError) as error:
            raise SettingsError(f"templates: {name}: {type(error).__name__}: {error}") from None
        if not text.strip():
            raise SettingsError(f"templates: {name}: it renders to nothing")
        if part == "subject" and "\n" in text.strip():
            raise SettingsError(f"templates: {name}: a subject is one line")
