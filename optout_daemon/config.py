"""The settings as one frozen model; the only reader of file and environment.

`load()` raises SettingsError with `file:line: key: what is wrong, what is allowed`. Secrets are files, read only
by the command that connects (`secret()`), never by loading.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from optout_daemon.core.model import FieldName

Security = Literal["tls", "starttls", "none"]


def duration(value: object) -> object:
    """ "90s", "15m", "2h", "5d" as a timedelta; anything else is left to pydantic to refuse."""
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    if isinstance(value, str) and value[:-1].isdigit() and value[-1:] in units:
        return timedelta(**{units[value[-1]]: int(value[:-1])})
    return value if isinstance(value, timedelta) else None


Duration = Annotated[timedelta, BeforeValidator(duration)]


class Section(BaseModel):
    """Frozen, and no unknown key: a mistyped one is an error, not a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DeskSettings(Section):
    address: str
    name: str = "Customer Desk"
    own_addresses: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("ja", "en")
    time_zone: str = "Asia/Tokyo"
    key_file: Path | None = None
    mode: Literal["live", "shadow"] = "live"


class DatabaseSettings(Section):
    url: str = "sqlite:////var/lib/optout-daemon/desk.db"


class FilingSettings(Section):
    parent: str = "Desk"
    done: str = "Done/%Y-%m"
    review: str = "Review"
    ignored: str = "Ignored/%Y-%m"


class MailboxSettings(Section):
    name: str
    host: str
    username: str
    port: int | None = None
    security: Security = "tls"
    ca_file: Path | None = None
    password_file: Path | None = None
    folder: str = "INBOX"
    poll_interval: Duration = timedelta(seconds=60)
    idle: bool = True
    since: Literal["now", "all"] | date = "now"
    file_into: FilingSettings | Literal[False] = FilingSettings()
    trusted_authserv_ids: tuple[str, ...] = ()
    max_message_size: int = Field(default=26_214_400, ge=65_536)
    timeout: Duration = timedelta(seconds=60)


class SmtpSettings(Section):
    host: str = "localhost"
    port: int | None = None
    security: Security = "none"
    ca_file: Path | None = None
    username: str | None = None
    password_file: Path | None = None
    envelope_from: str = "<>"
    timeout: Duration = timedelta(seconds=60)
    give_up_after: Duration = timedelta(days=5)


class CustomersSettings(Section):
    source: Literal["table"] = "table"
    number_pattern: str = "[0-9]{8}"
    number_prefixes: tuple[str, ...] = ()
    mapping: dict[str, str] = {}


class PolicySettings(Section):
    required_fields: tuple[FieldName, ...] = tuple(FieldName)
    channels: tuple[str, ...] = ("email", "print")
    spam_headers: dict[str, str] = {"X-Spam-Flag": "YES"}
    reply_equal_per_address_per_day: int = 1
    reply_per_address_per_day: int = 3
    reply_per_address_per_30_days: int = 10
    reply_per_domain_per_hour: int = 200
    reply_per_hour: int = 2000
    provisional_block: bool = False


class ReviewSettings(Section):
    workers: int = Field(default=2, ge=1)
    read_time_limit: Duration = timedelta(seconds=20)
    read_memory_limit: int = 536_870_912
    attempts: int = Field(default=3, ge=1)


class LogSettings(Section):
    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(Section):
    desk: DeskSettings
    database: DatabaseSettings = DatabaseSettings()
    mailbox: tuple[MailboxSettings, ...]
    smtp: SmtpSettings = SmtpSettings()
    customers: CustomersSettings = CustomersSettings()
    policy: PolicySettings = PolicySettings()
    review: ReviewSettings = ReviewSettings()
    log: LogSettings = LogSettings()
