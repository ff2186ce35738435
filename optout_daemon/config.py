"""The settings as one frozen model; the only reader of file and environment.

`load()` raises SettingsError whose text has one line a problem: `file:line: key: what is wrong, what is allowed`.
Secrets are files, read only by the command that connects (`secret()`, config_secrets.py), never by loading.
What a single value may be stands in config_checks.py, how a problem is worded in config_problems.py.
"""

from __future__ import annotations

import os
import tomllib
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from sqlalchemy.engine import make_url

from optout_daemon import config_checks
from optout_daemon.config_enforcement import LookupSettings, SocketmapSettings
from optout_daemon.config_group import (
    ChannelSettings,
    CompanySettings,
    different,
    known_channels,
    known_companies,
)
from optout_daemon.config_problems import problems, syntax_problem
from optout_daemon.config_secrets import key_secret
from optout_daemon.config_secrets import secret as secret
from optout_daemon.config_sinks import SinkSettings
from optout_daemon.config_sinks import checked as checked_sinks
from optout_daemon.config_types import (
    IMAP_PORTS,
    SUBMISSION_PORTS,
    Address,
    Duration,
    FilePath,
    Flag,
    FolderPath,
    Host,
    Line,
    Number,
    Port,
    Section,
    Security,
    Since,
    Waiting,
)
from optout_daemon.config_web import WebSettings
from optout_daemon.core.digests import Digests
from optout_daemon.core.keys import Keys
from optout_daemon.core.model import FieldName
from optout_daemon.core.one_click import OneClick
from optout_daemon.errors import SettingsError

DEFAULT_PATH: Final = Path("/etc/optout-daemon/config.toml")
READER_BASE: Final = 201_326_592
"""Bytes of address space that a reader process takes before its first mail, with room to spare (measured)."""
READER_COPIES: Final = 3
"""So many times a mail lies in its reader before it is looked at."""
CUSTOMER_COLUMNS: Final = (
    "customer_number",
    "name",
    "name_kana",
    "name_romaji",
    "postal_code",
    "address",
    "email",
    "company",
)


class DeskSettings(Section):
    address: Address
    name: Line = "Customer Desk"
    own_addresses: tuple[Address, ...] = ()
    languages: tuple[str, ...] = ("ja", "en")
    time_zone: Annotated[str, AfterValidator(config_checks.time_zone)] = "Asia/Tokyo"
    key_file: FilePath | None = None
    former_key_files: tuple[FilePath, ...] = ()
    templates: FilePath | None = None
    mode: Literal["live", "shadow"] = "live"

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        config_checks.words(value, "language")
        known = known_languages()
        for language in value:
            if language not in known:
                raise ValueError(f'no words are shipped for "{language}"; allowed: {", ".join(known)}')
        return value


class DatabaseSettings(Section):
    url: Annotated[str, AfterValidator(config_checks.database_url)] = "sqlite:////var/lib/optout-daemon/desk.db"

    @field_validator("url")
    @classmethod
    def _file_beside(cls, value: str, info: ValidationInfo) -> str:
        url = make_url(value)
        if url.drivername != "sqlite" or not url.database or not (info.context or {}).get("directory"):
            return value
        path = Path((info.context or {})["directory"]) / url.database
        return url.set(database=str(path)).render_as_string(hide_password=False)

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None on PostgreSQL."""
        url = make_url(self.url)
        return Path(url.database) if url.drivername == "sqlite" and url.database else None


class FilingSettings(Section):
    parent: str = "Desk"
    done: FolderPath = "Done/%Y-%m"
    review: FolderPath = "Review"
    ignored: FolderPath = "Ignored/%Y-%m"

    @field_validator("parent")
    @classmethod
    def _folder(cls, value: str) -> str:
        return value and config_checks.strftime_folder(value)


def _filing_kind(value: object) -> str:
    """False switches filing off; everything else has to be a table."""
    return "(off)" if value is False else "(table)"


Filing = Annotated[
    Annotated[FilingSettings, Tag("(table)")] | Annotated[Literal[False], Tag("(off)")], Discriminator(_filing_kind)
]


class MailboxSettings(Section):
    name: str = Field(pattern=r"^\w[\w.@-]{0,63}$")
    host: Host
    security: Security = "tls"
    port: Port = Field(default_factory=lambda data: IMAP_PORTS[data.get("security", "tls")])
    username: str = Field(min_length=1)
    ca_file: FilePath | None = None
    password_file: FilePath | None = None
    folder: str = Field(default="INBOX", min_length=1)
    company: str | None = None
    poll_interval: Waiting = timedelta(seconds=60)
    idle: Flag = True
    since: Since = "now"
    file_into: Filing = FilingSettings()
    trusted_authserv_ids: tuple[str, ...] = ()
    max_message_size: Number = Field(default=26_214_400, ge=65_536)
    timeout: Waiting = timedelta(seconds=60)

    @field_validator("security")
    @classmethod
    def _loopback_only(cls, value: Security, info: ValidationInfo) -> Security:
        return _clear_text_on_loopback(value, info)


class SmtpSettings(Section):
    host: Host
    security: Security = "tls"
    port: Port = Field(default_factory=lambda data: SUBMISSION_PORTS[data.get("security", "tls")])
    ca_file: FilePath | None = None
    username: str | None = None
    password_file: FilePath | None = None
    envelope_from: Annotated[str, AfterValidator(config_checks.envelope_from)] = "<>"
    timeout: Waiting = timedelta(seconds=60)
    give_up_after: Duration = timedelta(days=5)

    @field_validator("security")
    @classmethod
    def _loopback_only(cls, value: Security, info: ValidationInfo) -> Security:
        return _clear_text_on_loopback(value, info)

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if self.password_file is not None and self.username is None:
            raise config_checks.KeyProblem("it is set and username is not; a sign-in needs both", "password_file")
        return self


def _clear_text_on_loopback(value: Security, info: ValidationInfo) -> Security:
    if value == "none" and "host" in info.data and not config_checks.is_loopback(info.data["host"]):
        raise ValueError('"none" is for a loopback host only; allowed for this host: "tls", "starttls"')
    return value


class CustomersSettings(Section):
    source: Literal["table", "sql"] = "table"
    url_file: FilePath | None = None
    table: str | None = Field(default=None, pattern=r"^\w+(\.\w+)?$")
    sync_interval: Waiting = timedelta(hours=1)
    number_pattern: Annotated[str, AfterValidator(config_checks.number_pattern)] = "[0-9]{8}"
    number_prefixes: tuple[Annotated[str, Field(min_length=1, max_length=20)], ...] = ()
    mapping: dict[str, str] = Field(default={})

    @field_validator("mapping")
    @classmethod
    def _known_columns(cls, value: dict[str, str]) -> dict[str, str]:
        for column in value:
            if column not in CUSTOMER_COLUMNS:
                raise ValueError(f'no column "{column[:40]}"; allowed: {", ".join(CUSTOMER_COLUMNS)}')
        config_checks.unique([*value.values()], "column name")
        return value

    @model_validator(mode="after")
    def _where_to_ask(self) -> Self:
        for key in ("url_file", "table"):
            if self.source == "sql" and getattr(self, key) is None:
                raise config_checks.KeyProblem('must be set where source is "sql"', key)
        return self


class PolicySettings(Section):
    required_fields: tuple[FieldName, ...] = tuple(FieldName)
    channels: tuple[str, ...] = ("email", "print")
    spam_headers: dict[str, str] = Field(default={"X-Spam-Flag": "YES"})
    reply_equal_per_address_per_day: Number = Field(default=1, ge=0)
    reply_per_address_per_day: Number = Field(default=3, ge=0)
    reply_per_address_per_30_days: Number = Field(default=10, ge=0)
    reply_per_domain_per_hour: Number = Field(default=200, ge=0)
    reply_per_hour: Number = Field(default=2000, ge=0)
    provisional_block: Flag = False

    @field_validator("required_fields")
    @classmethod
    def _enough_to_know_a_person(cls, value: tuple[FieldName, ...]) -> tuple[FieldName, ...]:
        if FieldName.CUSTOMER_NUMBER not in value:
            raise ValueError('"customer_number" cannot be left out')
        if FieldName.NAME not in value and FieldName.ADDRESS not in value:
            raise ValueError('at least one of "name" and "address" has to stay')
        config_checks.unique(value, "field")
        return value

    @field_validator("channels")
    @classmethod
    def _channel_words(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        named = config_checks.words(value, "channel")
        if not {"email", "print"} & set(named):
            raise ValueError('at least one of "email" and "print" has to stay; others may be added')
        return named


class ReviewSettings(Section):
    workers: Number = Field(default=2, ge=1, le=256)
    read_time_limit: Waiting = timedelta(seconds=20)
    read_memory_limit: Number = Field(default=536_870_912, ge=READER_BASE)
    attempts: Number = Field(default=3, ge=1)
    answer_within_days: Number = Field(default=10, ge=1, le=365)
    hand_over_to: tuple[Address, ...] = ()


class LogSettings(Section):
    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(Section):
    desk: DeskSettings
    database: DatabaseSettings = DatabaseSettings()
    mailbox: tuple[MailboxSettings, ...]
    smtp: SmtpSettings
    customers: CustomersSettings = CustomersSettings()
    policy: PolicySettings = PolicySettings()
    channels: dict[str, ChannelSettings] = Field(default={})
    company: tuple[CompanySettings, ...] = ()
    review: ReviewSettings = ReviewSettings()
    web: WebSettings = WebSettings()
    sink: tuple[SinkSettings, ...] = ()
    log: LogSettings = LogSettings()
    lookup: LookupSettings = LookupSettings()
    socketmap: SocketmapSettings = SocketmapSettings()

    @field_validator("mailbox")
    @classmethod
    def _different_names(cls, value: tuple[MailboxSettings, ...]) -> tuple[MailboxSettings, ...]:
        if not value:
            raise ValueError("at least one [[mailbox]] is needed")
        names = [mailbox.name for mailbox in value]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise config_checks.KeyProblem("another mailbox has this name; each needs its own", index, "name")
        return value

    @model_validator(mode="after")
    def _agree(self) -> Self:
        different(self.company)
        known_channels(self.channels, self.policy.channels)
        known_companies([mailbox.company for mailbox in self.mailbox], self.company)
        checked_sinks(self.sink, self.policy.channels, tuple(company.name for company in self.company))
        if self.database.file is None and self.desk.key_file is None:
            raise config_checks.KeyProblem("must be set where the database is PostgreSQL", "desk", "key_file")
        largest = max(mailbox.max_message_size for mailbox in self.mailbox)
        if self.review.read_memory_limit < (needed := READER_BASE + READER_COPIES * largest):
            raise config_checks.KeyProblem(
                f"too little for a mailbox whose max_message_size is {largest}; it must be at least {needed}",
                "review",
                "read_memory_limit",
            )
        if own := {address.lower() for address in self.review.hand_over_to} & set(self.own_addresses):
            raise config_checks.KeyProblem(
                f"{min(own)} is the desk's own: what is handed over must leave it",
                "review",
                "hand_over_to",
            )
        if self.smtp.username is not None and self.smtp.password_file is None:
            raise config_checks.KeyProblem(
                "must be set where username is; a sign-in needs both", "smtp", "password_file"
            )
        local, _, domain = self.smtp.envelope_from.lower().partition("@")
        given = {address.lower() for address in (self.desk.address, *self.desk.own_addresses)}
        if domain and not given & {f"{local}@{domain}", f"{local.partition('+')[0]}@{domain}"}:
            allowed = 'allowed: "<>", desk.address, one of desk.own_addresses, and these with +detail'
            raise config_checks.KeyProblem(
                f"bounces would not come back to the desk; {allowed}", "smtp", "envelope_from"
            )
        return self

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """Comparable form of every address of the desk; `desk.address` is the first. (Plain ones are ASCII only.)"""
        bounces = (self.smtp.envelope_from,) if self.smtp.envelope_from != "<>" else ()
        return tuple(dict.fromkeys(given.lower() for given in (self.desk.address, *self.desk.own_addresses, *bounces)))

    @property
    def key_file(self) -> Path:
        """`desk.key_file`, or the file that `db upgrade` makes beside the SQLite file."""
        if self.desk.key_file is not None:
            return self.desk.key_file
        return (self.database.file or Path("desk.db")).with_name("desk.key")

    @property
    def lookup_file(self) -> Path | None:
        """`lookup.file`, or `lookup.db` beside the SQLite file; None on PostgreSQL, which has its view."""
        if self.database.file is None:
            return None
        return self.lookup.file or self.database.file.with_name("lookup.db")

    @property
    def secret_files(self) -> tuple[tuple[str, Path], ...]:
        """Each secret's setting and file, those that are set."""
        named: list[tuple[str, Path | None]] = [
            ("desk.key_file", self.key_file),
            ("smtp.password_file", self.smtp.password_file),
            ("customers.url_file", self.customers.url_file),
        ]
        named += [("desk.former_key_files", path) for path in self.desk.former_key_files]
        named += [(f"mailbox {mailbox.name}: password_file", mailbox.password_file) for mailbox in self.mailbox]
        named += [pair for sink in self.sink for pair in sink.secret_files]
        if self.web.oidc is not None:
            named.append(("web.oidc.client_secret_file", self.web.oidc.client_secret_file))
        return tuple((setting, path) for setting, path in named if path is not None)


def known_languages() -> tuple[str, ...]:
    """The languages that words are shipped for, sorted."""
    words = resources.files("optout_daemon.core.reading").joinpath("words")
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in words.iterdir() if entry.name.endswith(".toml")))


def path_of_settings(given: Path | None = None) -> Path:
    """`--config` if given, else OPTOUT_CONFIG, else /etc/optout-daemon/config.toml."""
    return given or Path(os.environ.get("OPTOUT_CONFIG") or DEFAULT_PATH)


def load(path: Path | None = None) -> Settings:
    """Read and check the settings; raises SettingsError that names every problem with its line."""
    path = path_of_settings(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        hint = "; name it with --config or OPTOUT_CONFIG" if isinstance(error, FileNotFoundError) else ""
        raise SettingsError(f"{path}: the settings cannot be read: {error.strerror}{hint}") from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}:{line}: not UTF-8; save the file in UTF-8") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(syntax_problem(str(path), text, error)) from error
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    context = {
        "directory": path.absolute().parent,
        "credentials": Path(credentials) if credentials else None,
    }
    try:
        return Settings.model_validate(data, context=context)
    except ValidationError as error:
        lines = problems(str(path), text, data, error.errors(include_url=False), Settings)
        raise SettingsError("\n".join(lines)) from None


def desk_key(settings: Settings) -> bytes:
    """The desk's one secret, read from its file; SettingsError where it is missing or too short."""
    return key_secret(settings.key_file)


def one_click(settings: Settings) -> OneClick:
    """The tokens of List-Unsubscribe, by the same keys as the digests; SettingsError where one is missing."""
    return OneClick(desk_key(settings), [key_secret(path) for path in settings.desk.former_key_files])


def desk_digests(settings: Settings) -> Digests:
    """The digests of erased persons, by the desk's key and the ones before it; SettingsError where one is missing."""
    present, *former = desk_keys(settings)
    return Digests(present, former)


def desk_keys(settings: Settings) -> list[Keys]:
    """The keys of the desk's secret, then of those before it; SettingsError where one is missing."""
    former = [Keys(key_secret(path)) for path in settings.desk.former_key_files]
    return [Keys(desk_key(settings)), *former]
