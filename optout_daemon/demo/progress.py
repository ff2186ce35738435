"""What the daemon's log has said of each sample so far.

The log names inquiries, not mails: the UID of the first line about a mail joins the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from optout_daemon.demo.sample import Sample


@dataclass(slots=True)
class Seen:
    """What the daemon's log said of one sample so far."""

    sample: Sample
    inquiry: int | None = None
    disposition: str = ""
    reasons: str = ""
    reply: str = ""
    folder: str = ""
    sent: bool = False
    shown: bool = False

    @property
    def done(self) -> bool:
        """Decided, filed, and answered if an answer is due."""
        return bool(self.disposition and self.folder) and (self.sent or self.reply == "none")


@dataclass(slots=True)
class Progress:
    """All samples by what the log calls them."""

    by_uid: dict[int, Seen] = field(default_factory=dict)
    by_inquiry: dict[int, Seen] = field(default_factory=dict)

    def hear(self, event: dict[str, object]) -> Seen | None:
        """Take in one line of the daemon's log; the sample that it is about."""
        kind, inquiry = event.get("event"), event.get("inquiry")
        if kind in ("stored", "known") and isinstance(inquiry, int):
            seen = self.by_uid.get(int(str(event.get("uid", 0))))
            if seen is not None:
                seen.inquiry = inquiry
                self.by_inquiry[inquiry] = seen
        seen = self.by_inquiry.get(inquiry) if isinstance(inquiry, int) else None
        if seen is None:
            return None
        if kind in ("held", "closed"):
            seen.disposition = str(event.get("disposition", "held"))
            seen.reasons, seen.reply = str(event.get("reasons", "")), str(event.get("reply", "none"))
        elif kind == "filed":
            seen.folder = seen.folder or str(event.get("folder", ""))
        elif kind == "sent":
            seen.sent = True
        return seen

    @property
    def open(self) -> list[Seen]:
        """What is not done yet."""
        return [seen for seen in self.by_uid.values() if not seen.done]
