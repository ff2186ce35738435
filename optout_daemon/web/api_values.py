"""What the API takes and gives: the source of its OpenAPI document."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_AT_ONCE: Final = 10_000
"""Subjects in one bulk check."""
_LONGEST: Final = 320

Name = Annotated[str, Field(min_length=1, max_length=_LONGEST)]
Kind = Literal["email", "customer_number", "address", "email_sha256"]
Channel = Annotated[str, Field(min_length=1, max_length=50)]
Company = Annotated[str, Field(min_length=1, max_length=100)]
Sentence = Annotated[str, Field(max_length=1_000)]
Version = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Value(BaseModel):
    """A value of the API: unknown members are refused, so that a misspelt one is not taken for its absence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OneSubject(Value):
    """Who is asked about: one of the three, or several of the same person."""

    email: Annotated[Name | None, Field(description="in any case or IDNA form")] = None
    customer_number: Name | None = None
    address: Annotated[Name | None, Field(description="a postal address, with its postal code or without")] = None
    channel: Channel = "email"
    company: Company | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> OneSubject:
        if self.email is None and self.customer_number is None and self.address is None:
            raise ValueError("give email, customer_number or address")
        return self


class Block(Value):
    """One block that stands against sending."""

    since: datetime
    scope: Annotated[str, Field(description="`group`, or the one company that it holds for")]
    matched: Annotated[str, Field(description="what it was found by; `…_digest` and `…_sha256` are digests")]
    provisional: Annotated[bool, Field(description="not confirmed: the desk has yet to decide the mail")]
    entry: Annotated[int, Field(description="the ledger entry that made it")]
    may_arrive_until: Annotated[
        date | None, Field(description="the last day on which what was printed before the block may still arrive")
    ] = None


class Checked(Value):
    """Whether information may be sent."""

    allowed: bool
    channel: str
    company: str | None
    version: Annotated[int, Field(description="the list's version that this was asked of, or a newer one")]
    blocks: list[Block]


class Question(Value):
    """Up to ten thousand subjects of one kind on one channel."""

    channel: Channel = "email"
    kind: Kind = "email"
    subjects: Annotated[list[Name], Field(min_length=1, max_length=MOST_AT_ONCE)]
    company: Company | None = None


class BlockedSubject(Value):
    """One that must not be sent to: its place among those that were asked for, from 0, and itself."""

    index: int
    subject: str
    provisional: bool


class Answered(Value):
    """Who of them is blocked; whoever is not named may be sent to."""

    channel: str
    company: str | None
    version: int
    asked: int
    blocked: list[BlockedSubject]


class Change(Value):
    """How one line of the list stands now: `stop` while it is blocked, `resume` where the block was lifted."""

    kind: str
    subject: str
    channel: str
    scope: str
    action: Literal["stop", "resume"]
    since: datetime | None
    provisional: bool
    entry: int
    may_arrive_until: date | None = None


class Changes(Value):
    """The lines that entries after `since` concern. Ask again with `version` as `since`, at once while `more`."""

    since: int
    version: int
    more: bool
    changes: list[Change]


class Addition(Value):
    """Block a mail address, a customer, a postal address, or several of one person. Lifting needs a person."""

    email: Name | None = None
    customer_number: Name | None = None
    address: Annotated[Name | None, Field(description="a postal address")] = None
    channels: Annotated[list[Channel], Field(min_length=1, max_length=20)] = ["email"]
    company: Company | None = None
    reason: Annotated[str, Field(min_length=1, max_length=100)] = "opt_out"
    note: Sentence = ""

    @model_validator(mode="after")
    def _names_somebody(self) -> Addition:
        if self.email is None and self.customer_number is None and self.address is None:
            raise ValueError("give email, customer_number or address")
        return self


class Added(Value):
    """The ledger entries that were made; none where all was blocked already. `version` is the list's after it."""

    entries: list[int]
    version: int


class ProblemError(BaseModel):
    """One mistake: its place in the body (RFC 6901) or the parameter's name, and what is wrong there."""

    pointer: str | None = None
    parameter: str | None = None
    detail: str


class ProblemDocument(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError] = []
