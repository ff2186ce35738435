"""The reverse proxies of examples/ are ones that the proxy itself takes, and say what the web part relies on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from optout_daemon.web.app import LARGEST_BODY
from tests.servers.tls import Authority

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_nginx_takes_the_example(tmp_path: Path, authority: Authority) -> None:
    """By nginx's own check, with a certificate of the tests and ports that nobody needs to be root for."""
    certificate = authority.issue("desk.example.com")
    text = (EXAMPLES / "nginx" / "desk.conf").read_text("utf-8")
    text = text.replace("/etc/ssl/desk/chain.pem", str(certificate.chain))
    text = text.replace("/etc/ssl/desk/key.pem", str(certificate.key))
    text = re.sub(r"(listen (?:\[::\]:)?)(\d+)", lambda found: f"{found[1]}{30_000 + int(found[2])}", text)
    config = tmp_path / "nginx.conf"
    folders = "".join(
        f"{kind}_temp_path {tmp_path / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config.write_text(f"pid {tmp_path}/pid; error_log stderr; events {{}}\nhttp {{ {folders}\n{text} }}\n", "utf-8")
    done = subprocess.run(
        ["/usr/sbin/nginx", "-t", "-q", "-c", config], capture_output=True, text=True, check=False, timeout=60
    )

    assert (0, "") == (done.returncode, done.stderr)


def test_nginx_passes_on_what_the_limits_and_the_cookie_go_by() -> None:
    """The address of whoever tries to sign in, set and not added to; the host; and that it was https."""
    text = (EXAMPLES / "nginx" / "desk.conf").read_text("utf-8")
    found = dict(re.findall(r"proxy_set_header (\S+) (\S+);", text))

    assert {"Host": "$host", "X-Forwarded-For": "$remote_addr", "X-Forwarded-Proto": "https"}.items() <= found.items()


def test_caddy_takes_the_example(tmp_path: Path) -> None:
    """By Caddy's own check, which starts nothing and fetches no certificate."""
    done = subprocess.run(
        ["/usr/bin/caddy", "validate", "--adapter", "caddyfile", "--config", EXAMPLES / "caddy" / "Caddyfile"],
        env={"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (0, True) == (done.returncode, "Valid configuration" in done.stdout + done.stderr)


def test_both_let_through_what_the_api_takes() -> None:
    """Ten thousand addresses in one request; a smaller limit at the proxy would be a 413 that nobody expects."""
    nginx = re.search(r"client_max_body_size (\d+)m;", (EXAMPLES / "nginx" / "desk.conf").read_text("utf-8"))
    caddy = re.search(r"max_size (\d+)MB", (EXAMPLES / "caddy" / "Caddyfile").read_text("utf-8"))

    assert nginx is not None
    assert caddy is not None
    assert [LARGEST_BODY] * 2 == [int(found[1]) * 1_000_000 for found in (nginx, caddy)]
