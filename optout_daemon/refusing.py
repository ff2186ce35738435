"""Say to a mail server whether it has to refuse marketing mail to a recipient, also where the recipient was erased.

The name of the map is a channel, or CHANNEL/COMPANY for one company's mail: blocks of the whole group and of that
company count then, else every block does. What cannot be looked up is "try again later", never "may be sent".
"""

from __future__ import annotations

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from optout_daemon.config import Settings
from optout_daemon.config_enforcement import SocketmapSettings
from optout_daemon.core.digests import Digests
from optout_daemon.edges import systemd
from optout_daemon.edges.socketmap import NOT_FOUND, SocketmapServer
from optout_daemon.errors import SettingsError, StoreError
from optout_daemon.log import Log
from optout_daemon.store import suppressions
from optout_daemon.store.database import Database

GROUP: Final = "group"
REFUSED: Final = "OK 550 5.7.1 This recipient asked for no more advertising by e-mail"
AWAY: Final = "TEMP the suppression list cannot be asked now"
WRONG_MAP: Final = "PERM no such map; use a channel of the settings, or CHANNEL/COMPANY"
THREADS: Final = 4


class Refusals:
    """The answers, from the list as it is when they are asked for."""

    def __init__(self, database: Database, digests: Digests, channels: tuple[str, ...], *, within: float, log: Log):
        self._database, self._digests, self._channels = database, digests, channels
        self._within, self._log = within, log
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="lookup")

    async def answer(self, name: str, key: str) -> str:
        """The whole reply to one look-up; never raises, and never takes longer than `within` seconds."""
        channel, _, company = name.partition("/")
        if channel not in self._channels:
            return WRONG_MAP
        local, at, domain = key.rpartition("@")
        if not (local and at and domain):
            return NOT_FOUND  # Postfix asks for the bare domain and the bare local part too (access(5))
        looking = asyncio.get_running_loop().run_in_executor(self._threads, self._look_up, key, channel, company)
        try:
            blocked = await asyncio.wait_for(looking, self._within)
        except TimeoutError:
            return AWAY
        except StoreError as error:
            self._log.store_error(job="socketmap", message=str(error))
            return AWAY
        except Exception as error:
            self._log.job_failed("socketmap", error=type(error).__name__)
            return AWAY
        return REFUSED if blocked else NOT_FOUND

    def close(self) -> None:
        """Let go of the threads; what they look up is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _look_up(self, address: str, channel: str, company: str) -> bool:
        with self._database.reading() as tx:
            found = suppressions.check(tx, email=address, channel=channel, digests=self._digests)
        return any(not company or block.scope in (GROUP, company) for block in found)


def serve(settings: Settings, database: Database, digests: Digests, *, log: Log) -> None:
    """Answer until SIGTERM or SIGINT. SettingsError where nothing can listen."""
    asyncio.run(_serve(settings, database, digests, log))


async def _serve(settings: Settings, database: Database, digests: Digests, log: Log) -> None:
    given = settings.socketmap
    refusals = Refusals(
        database, digests, settings.policy.channels, within=given.answer_within.total_seconds(), log=log
    )
    server = SocketmapServer(refusals.answer, most=given.max_connections)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await server.listen(given.host, given.port, given.socket)
    except OSError as error:
        raise SettingsError(f"socketmap: nothing can listen on {_place(given)}: {error.strerror or error}") from None
    systemd.notify("READY=1")
    log.ready()
    await stop.wait()
    systemd.notify("STOPPING=1")
    await server.close()
    refusals.close()
    log.stopped()


def _place(given: SocketmapSettings) -> str:
    return str(given.socket) if given.socket is not None else f"{given.host}:{given.port}"
