"""What a clerk typed at an inquiry, and the corrections that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BaseModel, Field

from optout_daemon.core.model import Corrections, Decision, FieldName, StaffAction
from optout_daemon.web.numbers import Version

ACTIONS: Final[Mapping[str, StaffAction]] = {
    "apply": StaffAction.APPLY,
    "apply_follow_up": StaffAction.APPLY,
    "ask": StaffAction.ASK,
    "answer": StaffAction.CLOSE,
    "not_an_opt_out": StaffAction.NOT_AN_OPT_OUT,
    "spam": StaffAction.SPAM,
}


class Typed(BaseModel):
    """The form as it came; nothing in it is trusted."""

    version: Version = 0
    pick: Annotated[str, Field(max_length=500)] = ""
    customer_number: Annotated[str, Field(max_length=500)] = ""
    name: Annotated[str, Field(max_length=1_000)] = ""
    address: Annotated[str, Field(max_length=2_000)] = ""
    inquiry: Annotated[str, Field(max_length=20_000)] = ""
    channels: list[Annotated[str, Field(max_length=100)]] = []
    action: Annotated[str, Field(max_length=40)] = ""
    answer: Annotated[str, Field(max_length=20_000)] = ""
    template: Annotated[str, Field(max_length=100)] = ""
    hand_over_to: Annotated[str, Field(max_length=300)] = ""
    note: Annotated[str, Field(max_length=2_000)] = ""
    then: Annotated[str, Field(max_length=20)] = ""

    @property
    def number(self) -> str:
        """The customer who was picked, else the number that was typed."""
        return (self.pick or self.customer_number).strip()

    def value(self, name: FieldName) -> str:
        """What stands in one of the four fields."""
        return self.number if name is FieldName.CUSTOMER_NUMBER else str(getattr(self, name.value)).strip()


def as_read(decision: Decision, version: int, channels: tuple[str, ...]) -> Typed:
    """The form before anybody typed: as the machine read the mail."""
    values: dict[str, str] = {name.value: decision.fields.get(name, "") for name in FieldName}
    return Typed(version=version, channels=list(channels), **values)


def corrections(
    typed: Typed,
    read: Decision,
    *,
    by: str,
    known: tuple[str, ...],
    colleagues: tuple[str, ...],
    answers: Mapping[str, str],
) -> Corrections | None:
    """What was corrected and decided; None where no action was chosen. What was left as read is no correction."""
    action = ACTIONS.get(typed.action)
    if action is None:
        return None
    changed: dict[str, str | None] = {}
    for name in FieldName:
        value = typed.value(name)
        same = "".join(value.split()) == "".join(read.fields.get(name, "").split())
        changed[name.value] = None if same or not value else value
    answer = typed.answer.strip() or answers.get(typed.template, "")
    return Corrections(
        by=by,
        action=action,
        customer_number=changed["customer_number"],
        name=changed["name"],
        address=changed["address"],
        inquiry=changed["inquiry"],
        channels=tuple(channel for channel in known if channel in typed.channels) or None,
        follow_up=typed.action == "apply_follow_up" if action is StaffAction.APPLY else None,
        note=typed.note.strip(),
        answer=answer if typed.action == "answer" else "",
        hand_over_to=typed.hand_over_to
        if action is StaffAction.NOT_AN_OPT_OUT and typed.hand_over_to in colleagues
        else "",
    )
