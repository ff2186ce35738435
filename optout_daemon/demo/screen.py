"""What the demo prints, and how.

Only sample mail is ever shown here; subjects and replies are printed as plain text, never as markup.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Sequence
from typing import Final, TextIO

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from optout_daemon.demo.sample import Sample
from optout_daemon.demo.servers import Received

DIM: Final = "bright_black"
COLOURS: Final = {"applied": "green", "held": "yellow", "ignored": DIM}
SHOWN_HEADERS: Final = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
)


class Screen:
    """One reader's terminal, or a file."""

    def __init__(self, out: TextIO) -> None:
        # A pipe has no width of its own; lines should not be broken for a window that is not there.
        width = None if out.isatty() else 120
        self._console = Console(file=out, width=width, highlight=False, markup=False, emoji=False)

    def title(self, text: str) -> None:
        """A step of the demo begins."""
        self._console.print()
        self._console.print(Text(text, style="bold"))

    def line(self, text: str) -> None:
        """One line, indented under its title."""
        self._console.print(Padding(Text(text), (0, 0, 0, 2), expand=False))

    def good(self, text: str) -> None:
        """Something was checked and holds."""
        self._console.print(Padding(Text.assemble(("✓ ", "green"), text), (0, 0, 0, 2), expand=False))

    def bad(self, text: str) -> None:
        """Something was checked and does not hold."""
        self._console.print(Padding(Text.assemble(("✗ ", "bold red"), text), (0, 0, 0, 2), expand=False))

    def outcome(self, sample: Sample, *, disposition: str, notes: Sequence[str]) -> None:
        """What became of one mail: the outcome, the mail, and what it is an example of."""
        author, subject = sample.heading
        colour = COLOURS.get(disposition, "red")
        head = Text.assemble((f"{sample.number} ", DIM), (f"{disposition:<9}", f"bold {colour}"), " · ".join(notes))
        self._console.print(Padding(head, (0, 0, 0, 2), expand=False))
        self._console.print(Padding(Text.assemble(subject, ("  from ", DIM), author), (0, 0, 0, 14), expand=False))
        self._console.print(Padding(Text(sample.shows, style=DIM), (0, 0, 0, 14), expand=False))
        self._console.print()

    def letter(self, sent: Received) -> None:
        """One reply in full, as the customer's mail program shows it."""
        mail = email.message_from_bytes(sent.raw, policy=email.policy.default)
        lines = [f"{name}: {' '.join(str(mail[name]).split())}" for name in SHOWN_HEADERS if mail[name] is not None]
        text = "\n".join(
            [f"envelope from: <{sent.envelope_from}>", *lines, "", mail.get_content().replace("\r\n", "\n")]
        )
        self._console.print(Panel(Text(text.rstrip()), border_style="bright_black"))
