"""Which digest a file for senders gives in the place of names: plain SHA-256, the desk's own or one partner's."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from optout_daemon.config import Settings, desk_digests, desk_key
from optout_daemon.core.digests import KEYED, SHA256, keyed, partner_key, sha256
from optout_daemon.list_export import HMAC, Form

Kind = Literal["none", "sha256", "hmac"]


def digested(settings: Settings, form: Form, digest: Kind, partner: str | None = None) -> Form:
    """The form with the digest that was asked for; `partner` names whose key `hmac` is by, None the desk's."""
    if digest == "none":
        return form
    if digest == "sha256":
        return replace(form, digest=sha256, ending=SHA256, name="sha256")
    if partner is None:
        return replace(form, digest=desk_digests(settings).of, ending=KEYED, name="hmac")
    key = partner_key(desk_key(settings), partner)
    return replace(form, digest=lambda subject: keyed(key, subject), ending=HMAC, name=f"hmac:{partner}")
