"""What a reader has to know of the desk: its addresses, languages, numbers and trusted hosts.

Plain values only, because they cross into the reader's process; config.py makes them once at the start.
"""

from __future__ import annotations

from dataclasses import dataclass

from optout_daemon.core.reading.companies import Company


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """The settings that reading depends on; two readers with equal settings read alike."""

    own_addresses: tuple[str, ...] = ()
    """Comparable form; the desk's own address is among them."""
    languages: tuple[str, ...] = ("ja", "en")
    """Names of words/<language>.toml, the desk's first language first."""
    number_pattern: str = "[0-9]{8}"
    """Matched in full after NFKC and the removal of spaces, hyphens and prefixes."""
    number_prefixes: tuple[str, ...] = ()
    trusted_authserv_ids: tuple[str, ...] = ()
    """Hosts whose Authentication-Results count; "" admits Microsoft's form, which names no host."""
    spam_headers: tuple[tuple[str, str], ...] = (("X-Spam-Flag", "YES"),)
    """Header and value (compared without case) by which the mail host says "spam"."""
    channels: tuple[str, ...] = ("email", "print")
    companies: tuple[Company, ...] = ()
    """Of the group, by the names that customers use."""
