"""The systemd unit is one that systemd understands, and its sandbox is as tight as promised."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
SERVICE = "optout-daemon.service"
SERVICES = {SERVICE: "run", "optout-daemon-socketmap.service": "socketmap", "optout-web.service": "web"}
PROGRAM = "/opt/optout-daemon/bin/optout-daemon"


@pytest.fixture(params=SERVICES)
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A unit with a program that exists on this machine: systemd looks for the file."""
    name = str(request.param)
    text = (SYSTEMD / name).read_text("utf-8")
    assert f"ExecStart={PROGRAM} {SERVICES[name]}\n" in text
    path = tmp_path / name
    path.write_text(text.replace(PROGRAM, "/bin/true"), "utf-8")
    return path


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.slow
def test_systemd_finds_no_fault_in_the_unit(unit: Path) -> None:
    """A mistyped key is otherwise ignored, and with it a part of the sandbox."""
    done = analyze("verify", "--recursive-errors=no", str(unit))

    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.slow
def test_systemd_finds_a_fault_where_there_is_one(unit: Path) -> None:
    """The check above could otherwise pass for want of looking."""
    unit.write_text(unit.read_text("utf-8").replace("PrivateTmp=", "PrivateTemp="), "utf-8")
    done = analyze("verify", "--recursive-errors=no", str(unit))

    assert 1 == done.returncode
    assert "PrivateTemp" in done.stderr


@pytest.mark.slow
def test_the_sandbox_scores_at_most_one_and_a_half(unit: Path) -> None:
    """The daemon reads what strangers write: what it cannot reach it cannot harm."""
    done = analyze("security", "--offline=yes", "--threshold=15", str(unit))

    assert 0 == done.returncode, done.stdout


def test_the_unit_keeps_what_the_daemon_promises() -> None:
    """Each of these is relied on: readiness, the watchdog, an end within 15 s, no restart on wrong settings."""
    lines = set((SYSTEMD / SERVICE).read_text("utf-8").splitlines())
    promised = {
        "Type=notify",
        "User=optout-daemon",
        "StateDirectory=optout-daemon",
        "StateDirectoryMode=0700",
        "UMask=0077",
        "TimeoutStopSec=15",
        "Restart=on-failure",
        "RestartPreventExitStatus=78",
        "LimitCORE=0",
    }

    assert set() == promised - lines
    assert [] != [line for line in lines if line.startswith("WatchdogSec=")]
    assert [] != [line for line in lines if line.startswith("MemoryMax=")]


def test_every_unit_has_the_sandbox_of_the_daemons() -> None:
    """A second service beside the first is a second way in; what differs must be meant."""

    def sandbox(name: str) -> set[str]:
        text = (SYSTEMD / name).read_text("utf-8")
        beyond = {"# The readers limit themselves (RLIMIT_AS).", "SystemCallFilter=setrlimit prlimit64"}
        lines = text[text.index("CapabilityBoundingSet=") : text.index("[Install]")].splitlines()
        return {line for line in lines if line} - beyond

    assert [sandbox(SERVICE)] * len(SERVICES) == [sandbox(name) for name in SERVICES]


def test_the_readers_may_limit_themselves() -> None:
    """Without setrlimit a mail could swell its reader; the call is in a group that the unit takes away."""
    filters = re.findall(r"^SystemCallFilter=(.*)$", (SYSTEMD / SERVICE).read_text("utf-8"), re.MULTILINE)

    assert "setrlimit prlimit64" == filters[-1]


@pytest.mark.slow
def test_the_user_is_made_by_the_sysusers_file(tmp_path: Path) -> None:
    """The unit's user has to exist before the first start."""
    (tmp_path / "etc").mkdir()
    done = subprocess.run(
        ["systemd-sysusers", f"--root={tmp_path}", str(SYSTEMD / "optout-daemon.sysusers")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert 0 == done.returncode, done.stderr
    made = (tmp_path / "etc/passwd").read_text("utf-8")
    assert re.search(r"^optout-daemon:x:\d+:\d+:Customer desk:/var/lib/optout-daemon:\S*nologin$", made, re.MULTILINE)
