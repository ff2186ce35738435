"""One user's mailbox as a test sees it: put mail in, look what lies where."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from imapclient import IMAPClient


class Mailbox:
    """Each call is a connection of its own, so that nothing the test does changes what the daemon sees."""

    def __init__(self, host: str, port: int, user: str, password: str) -> None:
        self.user = user
        self._host, self._port, self._password = host, port, password

    @contextlib.contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """A logged-in imapclient, for what the methods do not offer."""
        with IMAPClient(self._host, self._port, ssl=False, timeout=20) as client:
            client.normalise_times = False
            client.login(self.user, self._password)
            yield client

    def append(self, raw: bytes, date: datetime | None = None, folder: str = "INBOX") -> None:
        """Put one message in; `date` (aware) becomes its INTERNALDATE."""
        self.append_all([raw], date=date, folder=folder)

    def append_all(self, raws: Iterable[bytes], date: datetime | None = None, folder: str = "INBOX") -> None:
        with self.client() as client:
            for raw in raws:
                client.append(folder, raw, msg_time=date)

    def folders(self) -> list[str]:
        """Names of all folders but INBOX, sorted, parents included."""
        with self.client() as client:
            return sorted(name for _, _, name in client.list_folders() if name != "INBOX")

    def messages(self, folder: str = "INBOX") -> dict[int, bytes]:
        """Raw bytes by UID; a folder that is not there is empty."""
        return {uid: row[b"BODY[]"] for uid, row in self._fetch(folder, "BODY.PEEK[]").items()}

    def flags(self, folder: str = "INBOX") -> dict[int, set[bytes]]:
        """Flags by UID, without \\Recent."""
        rows = self._fetch(folder, "FLAGS")
        return {uid: {bytes(flag) for flag in row[b"FLAGS"]} - {rb"\Recent"} for uid, row in rows.items()}

    def uids(self, folder: str = "INBOX") -> list[int]:
        return sorted(self._fetch(folder, "FLAGS"))

    def uidvalidity(self, folder: str = "INBOX") -> int:
        with self.client() as client:
            return int(client.select_folder(folder, readonly=True)[b"UIDVALIDITY"])

    def delete(self, *uids: int, folder: str = "INBOX") -> None:
        with self.client() as client:
            client.select_folder(folder)
            client.delete_messages(list(uids), silent=True)
            client.uid_expunge(list(uids))

    def move(self, uid: int, target: str, folder: str = "INBOX") -> None:
        """What a member of staff does with a mail program."""
        with self.client() as client:
            client.select_folder(folder)
            client.move([uid], target)

    def create(self, folder: str) -> None:
        with self.client() as client:
            client.create_folder(folder)

    def _fetch(self, folder: str, item: str) -> dict[int, dict[bytes, Any]]:
        with self.client() as client:
            if not client.folder_exists(folder):
                return {}
            client.select_folder(folder, readonly=True)
            uids = client.search("ALL")
            return dict(client.fetch(uids, [item])) if uids else {}
