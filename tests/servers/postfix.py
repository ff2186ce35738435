"""A Postfix of the tests' own: submission on loopback, mail for the desk to Dovecot, everything else to a sink.

Runs as root, or as an ordinary user under fakeroot (Postfix drops privileges that an ordinary user has not).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.servers.dovecot import Dovecot
from tests.servers.process import HOST, ServerProcess, find_program, free_port, require, temporary_folder
from tests.servers.tls import Authority

MASTER = "/usr/lib/postfix/sbin/master"
PACKAGES = {MASTER: "postfix", "setpriv": "util-linux"}
QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop")
DESK_DOMAIN = "example.com"
FAKEROOT_VARIABLES = "LD_PRELOAD LD_LIBRARY_PATH FAKEROOTKEY"


class Postfix:
    """One running Postfix: `port` speaks SMTP with STARTTLS, `tls_port` TLS from the first byte."""

    def __init__(self, authority: Authority, dovecot: Dovecot, *, sink_port: int, extra: str = "") -> None:
        """Mail for DESK_DOMAIN goes to Dovecot by LMTP, all other to `sink_port` by SMTP; logins are Dovecot's."""
        root = os.getuid() == 0
        require(PACKAGES if root else {**PACKAGES, "fakeroot": "fakeroot"})
        self.host = HOST
        self.port, self.tls_port = free_port(), free_port()
        self.ca_file = authority.ca_file
        self.folder = temporary_folder("postfix")
        self._etc = self.folder / "etc"
        for name in ("etc", "data", "queue/pid", "queue/private", "queue/public", *(f"queue/{q}" for q in QUEUES)):
            (self.folder / name).mkdir(parents=True)
        certificate = authority.issue()
        (self._etc / "main.cf").write_text(self._main(dovecot, certificate.chain, certificate.key, sink_port) + extra)
        (self._etc / "master.cf").write_text(self._master())
        if root:
            for folder in (self.folder / "data", *(self.folder / "queue" / q for q in (*QUEUES, "private", "public"))):
                shutil.chown(folder, "postfix")
        self._command = [MASTER, "-s", "-c", str(self._etc)]
        if not root:
            # A session of its own: Postfix ends with a SIGTERM to its whole group, and fakeroot ends its daemon after.
            self._command = ["fakeroot", "setpriv", "--pdeathsig", "TERM", "setsid", *self._command]
        self._pid_file = None if root else self.folder / "queue" / "pid" / "master.pid"
        self._process: ServerProcess | None = None
        self.start()

    def start(self) -> None:
        ports = (self.port, self.tls_port)
        self._process = ServerProcess(self._command, ports=ports, log=self.folder / "log", pid_file=self._pid_file)

    def stop(self, *, hard: bool = False) -> None:
        if self._process is not None:
            self._process.stop(hard=hard)
            self._process = None

    def close(self) -> None:
        """Stop for good and remove every file."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        return self._process.log() if self._process is not None else ""

    def flush(self) -> None:
        """Have it try its deferred mail at once."""
        postqueue = find_program("postqueue") or "postqueue"
        subprocess.run([postqueue, "-c", str(self._etc), "-f"], capture_output=True, timeout=10, check=False)

    def _main(self, dovecot: Dovecot, chain: Path, key: Path, sink_port: int) -> str:
        return f"""
compatibility_level = 3.6
queue_directory = {self.folder}/queue
data_directory = {self.folder}/data
maillog_file = {self.folder}/log
maillog_file_prefixes = {self.folder}
import_environment = MAIL_CONFIG MAIL_LOGTAG POSTLOG_SERVICE POSTLOG_HOSTNAME LANG=C {FAKEROOT_VARIABLES}
inet_interfaces = {HOST}
inet_protocols = ipv4
myhostname = mx.{DESK_DOMAIN}
mydestination =
virtual_mailbox_domains = {DESK_DOMAIN}
virtual_transport = lmtp:inet:{HOST}:{dovecot.lmtp_port}
default_transport = smtp:[{HOST}]:{sink_port}
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
alias_maps =
alias_database =
local_recipient_maps =
smtpd_tls_security_level = may
smtpd_tls_cert_file = {chain}
smtpd_tls_key_file = {key}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:{HOST}:{dovecot.sasl_port}
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
lmtp_destination_recipient_limit = 1
"""

    def _master(self) -> str:
        return f"""
{HOST}:{self.port} inet n - n - - smtpd
{HOST}:{self.tls_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
showq unix n - n - - showq
flush unix n - n 1000? 0 flush
postlog unix-dgram n - n - 1 postlogd
"""
