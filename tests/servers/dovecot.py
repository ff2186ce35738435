"""A Dovecot of the tests' own: IMAP (plain, STARTTLS, TLS), LMTP and SASL on free loopback ports.

Any user name logs in with PASSWORD and has an empty Maildir; a fresh name is a fresh mailbox. Runs as root (the
mail then belongs to `mail`) or as an ordinary user.
"""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterable

from tests.servers.mailbox import Mailbox
from tests.servers.process import HOST, ServerFailed, ServerProcess, find_program, free_port, require, temporary_folder
from tests.servers.tls import Authority

PASSWORD = "right-password"
PACKAGES = {
    "dovecot": "dovecot-core",
    "/usr/lib/dovecot/imap": "dovecot-imapd",
    "/usr/lib/dovecot/lmtp": "dovecot-lmtpd",
    "setpriv": "util-linux",
}


class Dovecot:
    """One running Dovecot; `stop` and `start` again keep ports and mail."""

    def __init__(
        self, authority: Authority, *, separator: str = "/", prefix: str = "", capability: str = "", extra: str = ""
    ) -> None:
        """`capability` replaces the list the server shows after login; `extra` is appended to its settings."""
        require(PACKAGES)
        self.host = HOST
        self.folder = temporary_folder("dovecot")
        self.imap_port, self.imaps_port, self.lmtp_port, self.sasl_port = (free_port() for _ in range(4))
        self.ca_file = authority.ca_file
        self._mail = self.folder / "mail"
        self._mail.mkdir()
        owner = "mail" if os.getuid() == 0 else getpass.getuser()
        self._owner = pwd.getpwnam(owner)
        os.chown(self._mail, self._owner.pw_uid, self._owner.pw_gid)
        self._settings = self.folder / "dovecot.conf"
        self._settings.write_text(self._text(authority, separator, prefix, capability) + extra)
        self._process: ServerProcess | None = None
        self.start()

    def start(self) -> None:
        program = find_program("dovecot") or "dovecot"
        ports = (self.imap_port, self.imaps_port, self.lmtp_port, self.sasl_port)
        self._process = ServerProcess([program, "-F", "-c", str(self._settings)], ports=ports, log=self.folder / "log")

    def stop(self, *, hard: bool = False) -> None:
        """`hard` cuts every connection without BYE."""
        if self._process is not None:
            self._process.stop(hard=hard)
            self._process = None

    def close(self) -> None:
        """Stop for good and remove every file."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def freeze(self) -> None:
        """Connections stay open and nobody answers, until `thaw`."""
        assert self._process is not None
        self._process.freeze()

    def thaw(self) -> None:
        assert self._process is not None
        self._process.thaw()

    def log(self) -> str:
        return self._process.log() if self._process is not None else ""

    def mailbox(self, user: str) -> Mailbox:
        """The tests' view of one user's mail."""
        return Mailbox(self.host, self.imap_port, user, PASSWORD)

    def deliver(self, user: str, raws: Iterable[bytes]) -> None:
        """Put mail into the user's INBOX as files, in this order: also what APPEND refuses, such as no byte at all."""
        self.mailbox(user).uids()  # the first login makes the folders
        new = self._mail / user / "Maildir" / "new"
        for number, raw in enumerate(raws):
            file = new / f"{1_700_000_000 + number}.M0P{number}.tests"
            file.write_bytes(raw)
            os.chown(file, self._owner.pw_uid, self._owner.pw_gid)

    def kick(self, user: str) -> None:
        """Have the server end the user's connections (BYE)."""
        self._doveadm("kick", user)

    def renumber(self, user: str, *, uidvalidity: int, uidnext: int = 1) -> None:
        """Give the user's INBOX another UIDVALIDITY, as after a restore; the mails get new UIDs from `uidnext`."""
        maildir = self._mail / user / "Maildir"
        for file in [*maildir.glob("dovecot.index*"), maildir / "dovecot-uidlist"]:
            file.unlink(missing_ok=True)
        uidlist = maildir / "dovecot-uidlist"
        uidlist.write_text(f"3 V{uidvalidity} N{uidnext} G{os.urandom(16).hex()}\n")
        os.chown(uidlist, self._owner.pw_uid, self._owner.pw_gid)

    def _doveadm(self, *arguments: str) -> None:
        program = find_program("doveadm") or "doveadm"
        done = subprocess.run(
            [program, "-c", str(self._settings), *arguments], capture_output=True, text=True, timeout=20, check=False
        )
        if done.returncode != 0:
            raise ServerFailed(f"doveadm {arguments[0]}: {done.stderr}")

    def _text(self, authority: Authority, separator: str, prefix: str, capability: str) -> str:
        version = subprocess.run(
            [find_program("dovecot") or "dovecot", "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
        if not re.match(r"2\.3\.", version):
            raise ServerFailed(f"the tests' settings are for Dovecot 2.3, not {version.split()[0]}")
        certificate = authority.issue()
        login, internal = ("dovenull", "dovecot") if os.getuid() == 0 else (self._owner.pw_name,) * 2
        group = grp.getgrgid(pwd.getpwnam(internal).pw_gid).gr_name
        shown = f"imap_capability = {capability}" if capability else ""
        return f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/log
listen = {HOST}
protocols = imap lmtp
ssl = yes
ssl_cert = <{certificate.chain}
ssl_key = <{certificate.key}
disable_plaintext_auth = no
auth_username_chars =
auth_failure_delay = 0
default_login_user = {login}
default_internal_user = {internal}
default_internal_group = {group}
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
maildir_stat_dirs = no
recipient_delimiter =
first_valid_uid = 1
first_valid_gid = 1
{shown}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={self._owner.pw_uid} gid={self._owner.pw_gid} home={self._mail}/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  prefix = {prefix}
  separator = {separator}
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = {self.imaps_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  inet_listener sasl {{
    address = {HOST}
    port = {self.sasl_port}
  }}
}}
service stats {{
  chroot =
}}
service lmtp {{
  inet_listener lmtp {{
    address = {HOST}
    port = {self.lmtp_port}
  }}
}}
"""
