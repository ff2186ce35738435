"""Build the sinks that the settings name: each kind with its secret, and a partner's digest where one is asked for.

Raises SettingsError for a secret that is missing or no good; what is said never repeats it.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from functools import partial

from optout_daemon.config import Settings, desk_key, secret
from optout_daemon.config_sinks import SinkSettings
from optout_daemon.core import webhook
from optout_daemon.core.digests import keyed, partner_key
from optout_daemon.edges.sinks.listmonk import Listmonk
from optout_daemon.edges.sinks.ses import Ses
from optout_daemon.edges.sinks.sink import Sink
from optout_daemon.edges.sinks.webhook import Webhook
from optout_daemon.errors import SettingsError


def build_sink(settings: SinkSettings, *, stop: threading.Event) -> Sink:
    """The sink of one `[[sink]]`; nothing is connected yet."""
    try:
        return _KINDS[settings.kind](settings, stop)
    except ssl.SSLError:
        raise SettingsError(
            f"sink {settings.name}: ca_file: {settings.ca_file} holds no certificates in PEM form"
        ) from None
    except OSError as error:
        raise SettingsError(
            f"sink {settings.name}: ca_file: {settings.ca_file} cannot be read: {error.strerror}"
        ) from None


def digest_of(settings: Settings, sink: SinkSettings) -> Callable[[str], str] | None:
    """What turns a subject into the digest that the sink's partner can compare; None where it is told names."""
    return None if sink.partner is None else partial(keyed, partner_key(desk_key(settings), sink.partner))


def _webhook(settings: SinkSettings, stop: threading.Event) -> Sink:
    keys = []
    for name in ("secret_file", "former_secret_file"):
        path = getattr(settings, name)
        if path is None:
            continue
        setting = f"sink {settings.name}: {name}"
        try:
            keys.append(webhook.key(secret(path, setting)))
        except ValueError as error:
            raise SettingsError(f"{setting}: {error}") from None
    return Webhook(settings, keys, stop=stop)


def _listmonk(settings: SinkSettings, stop: threading.Event) -> Sink:
    token = secret(settings.password_file, f"sink {settings.name}: password_file")
    return Listmonk(settings, token or "", stop=stop)


def _ses(settings: SinkSettings, stop: threading.Event) -> Sink:
    return Ses(settings, secret(settings.password_file, f"sink {settings.name}: password_file"), stop=stop)


_KINDS = {"webhook": _webhook, "listmonk": _listmonk, "ses": _ses}
