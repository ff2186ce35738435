"""Amazon SES: put the address of every confirmed stop on the account-level suppression list (API v2).

SES knows two reasons, BOUNCE and COMPLAINT, and no opt-out: what is put there says COMPLAINT. What is on the list
already stays as it is, since a put would write over its reason and time. It only ever blocks. Needs boto3.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from optout_daemon.config_sinks import SinkSettings
from optout_daemon.core.changes import Batch, blockable, left_alone
from optout_daemon.core.http_answer import Answer, enhanced, judge, retry_after
from optout_daemon.edges.sinks.http import place, probe
from optout_daemon.edges.sinks.sink import Handed
from optout_daemon.edges.tls import verifying_context
from optout_daemon.errors import SettingsError, SinkFailure

REASON: Final = "COMPLAINT"
_BUSY: Final = {"TooManyRequestsException", "Throttling", "ThrottlingException", "RequestLimitExceeded"}


class Ses:
    """One account in one region; with `secret` by the access key in `username`, else by boto3's own chain."""

    def __init__(self, settings: SinkSettings, secret: str | None, *, stop: threading.Event) -> None:
        try:
            boto3 = importlib.import_module("boto3")
            self._errors = importlib.import_module("botocore.exceptions")
            config = importlib.import_module("botocore.config")
        except ImportError:
            raise SettingsError(
                f'sink {settings.name}: kind "ses" needs boto3; install optout-daemon with its extra: [ses]'
            ) from None
        self._settings, self._stop = settings, stop
        seconds = settings.timeout.total_seconds() / 2
        try:
            self._client: Any = boto3.session.Session().client(
                "sesv2",
                region_name=settings.region,
                endpoint_url=settings.url,
                aws_access_key_id=settings.username,
                aws_secret_access_key=secret,
                verify=str(settings.ca_file) if settings.ca_file is not None else None,
                config=config.Config(
                    connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1, "mode": "standard"}
                ),
            )
        except (self._errors.BotoCoreError, ValueError) as error:
            raise SettingsError(f"sink {settings.name}: {type(error).__name__}") from None
        self._endpoint = str(self._client.meta.endpoint_url)
        self.place = place(self._endpoint)

    def leaves(self, batch: Batch) -> Mapping[str, int]:
        """Lifted, provisional and erased ones."""
        return left_alone(batch.changes)

    def deliver(self, batch: Batch, alive: Callable[[], bool]) -> Handed:
        """Two requests for each address that is not on the list yet, one for each that is."""
        rejected: list[int] = []
        for address, entry in blockable(batch.changes).items():
            if not alive():
                return Handed(whole=False)
            if self._is_there(address):
                continue
            if not alive():
                return Handed(whole=False)
            if self._call("put_suppressed_destination", EmailAddress=address, Reason=REASON) == "BadRequestException":
                rejected.append(entry)
        return Handed(whole=True, rejected=tuple(rejected))

    def probe(self) -> None:
        probe(self._endpoint, verifying_context(self._settings.ca_file), self._settings.timeout.total_seconds())

    def close(self) -> None:
        self._client.close()

    def _is_there(self, address: str) -> bool:
        return self._call("get_suppressed_destination", EmailAddress=address) == ""

    def _call(self, name: str, **values: str) -> str:
        """ "" where it was done, or the code of a refusal that concerns this one address. SinkFailure for any other."""
        try:
            getattr(self._client, name)(**values)
        except self._errors.ClientError as error:
            return self._refusal(error)
        except self._errors.NoCredentialsError:
            raise SinkFailure(f"{self.place}: there are no credentials to sign with", "5.7.0") from None
        except self._errors.SSLError:
            raise SinkFailure(f"{self.place}: TLS failed", "4.7.5") from None
        except (self._errors.BotoCoreError, self._errors.HTTPClientError) as error:
            raise SinkFailure(f"{self.place}: {type(error).__name__}", "4.4.1") from None
        return ""

    def _refusal(self, error: Any) -> str:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in ("NotFoundException", "BadRequestException"):
            return code
        about = error.response.get("ResponseMetadata", {})
        status = int(about.get("HTTPStatusCode") or 500)
        wait = retry_after(about.get("HTTPHeaders", {}).get("retry-after"), datetime.now(UTC))
        busy = code in _BUSY or judge(status) is not Answer.REFUSED
        raise SinkFailure(
            f"{self.place}: {code[:60] or 'an error'} ({status})",
            "4.4.0" if busy else enhanced(status),
            wait=wait.total_seconds() if wait else 0.0,
        ) from None
