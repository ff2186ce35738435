"""The types that single settings have: each with its check, and with what is said where the check fails.

What stands in an annotation here needs no validator in the model. The checks themselves are config_checks.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    Strict,
    ValidationInfo,
)

from optout_daemon import config_checks

IMAP_PORTS: Final = {"tls": 993, "starttls": 143, "none": 143}  # RFC 8314, RFC 9051
SUBMISSION_PORTS: Final = {"tls": 465, "starttls": 587, "none": 25}  # RFC 8314, RFC 6409, RFC 5321


class Section(BaseModel):
    """One table of the settings: frozen, and no unknown key: a mistyped one is an error, not a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _beside(value: Path, info: ValidationInfo) -> Path:
    """A relative path counts from the settings file; one that systemd handed over as a credential goes first."""
    context: Mapping[str, Any] = info.context or {}
    if value.is_absolute() or "directory" not in context:
        return value
    credentials: Path | None = context.get("credentials")
    if credentials is not None and (credentials / value).exists():
        return credentials / value
    return Path(context["directory"]) / value


Security = Literal["tls", "starttls", "none"]
Flag = Annotated[bool, Strict()]
Number = Annotated[int, Strict()]
Port = Annotated[int, Strict(), Field(ge=1, le=65535)]
Duration = Annotated[timedelta, BeforeValidator(config_checks.duration)]
Waiting = Annotated[Duration, AfterValidator(config_checks.waiting)]
Host = Annotated[str, AfterValidator(config_checks.host)]
Line = Annotated[str, AfterValidator(config_checks.one_line)]
Address = Annotated[str, AfterValidator(config_checks.plain_address)]
FilePath = Annotated[Path, AfterValidator(_beside)]
FolderPath = Annotated[str, AfterValidator(config_checks.strftime_folder)]
Since = Annotated[Literal["now", "all"] | date, PlainValidator(config_checks.since)]
