"""The settings of a sink: each wrong one is named with its line and with what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project.test_config import GOOD, complaints

HOOK = 'name = "crm"\nkind = "webhook"\nurl = "https://crm.example/h"\nsecret_file = "s"\n'
LISTMONK = 'name = "lm"\nkind = "listmonk"\nurl = "https://lm.example"\nusername = "u"\npassword_file = "p"\n'
SES = 'name = "ses"\nkind = "ses"\nregion = "eu-west-1"\n'


@pytest.mark.parametrize(
    ("sink", "expected"),
    [
        (HOOK.replace('kind = "webhook"\n', ""), "9: sink[1].kind: missing; it is required"),
        (HOOK.replace("webhook", "mautic"), '11: sink[1].kind: "mautic" is not allowed; allowed: "webhook", "listmonk"'),
        (HOOK + 'secret = "whsec_x"\n', '14: sink[1].secret: unknown key; did you mean "secret_file"?'),
        (HOOK.replace('secret_file = "s"\n', ""), '9: sink[1].secret_file: must be set where kind is "webhook"'),
        (HOOK + 'region = "eu-west-1"\n', '14: sink[1].region: of no use where kind is "webhook"; take it away'),
        (HOOK.replace("https://crm", "http://crm"), "12: sink[1].url: what is sent would be read on the way; allowed is"),
        (HOOK.replace("https://", "https://u:p@"), "12: sink[1].url: secrets are files: take user and password out"),
        (HOOK.replace("crm.example/h", "crm.example/h#a"), "12: sink[1].url: a # and what follows it is never sent"),
        (HOOK.replace("https://crm.example/h", "crm.example"), "12: sink[1].url: not a URL; allowed is"),
        (HOOK.replace("crm.example/h", "crm.example:x/"), "12: sink[1].url: not a URL; allowed is"),
        (HOOK + "batch = 0\n", "14: sink[1].batch: out of range; it must be at least 1"),
        (HOOK + "batch = 1001\n", "14: sink[1].batch: out of range; it must be at most 1000"),
        (HOOK + 'timeout = "61s"\n', '14: sink[1].timeout: out of range; allowed are durations from "1s" to "60s"'),
        (HOOK + 'start = "then"\n', '14: sink[1].start: "then" is not allowed; allowed: "now", "all"'),
        (HOOK + 'channels = ["fax"]\n', '14: sink[1].channels: no channel "fax"; allowed: email, print'),
        (HOOK + 'companies = ["Sea"]\n', '14: sink[1].companies: no [[company]] is called "Sea"; allowed: none is set up'),
        (
            HOOK + 'companies = ["Sea"]\n[[company]]\nname = "Travel"\n',
            '14: sink[1].companies: no [[company]] is called "Sea"; allowed: Travel',
        ),
        (HOOK + "[[sink]]\n" + HOOK, "15: sink[2].name: another sink has this name; each needs its own"),
        (LISTMONK.replace('password_file = "p"\n', ""), '9: sink[1].password_file: must be set where kind is "listmonk"'),
        (LISTMONK + 'partner = "House"\n', '15: sink[1].partner: of no use where kind is "listmonk"; take it away'),
        (LISTMONK + 'channels = ["print"]\n', '15: sink[1].channels: "listmonk" knows e-mail only; allowed: ["email"]'),
        (SES.replace('region = "eu-west-1"\n', ""), '9: sink[1].region: must be set where kind is "ses"'),
        (SES + 'username = "AKIA"\n', "9: sink[1].password_file: must be set too; a sign-in needs both"),
    ],
)  # fmt: skip
def test_a_wrong_setting_of_a_sink_is_named_with_its_line(tmp_path: Path, sink: str, expected: str) -> None:
    """A sink that is not told is found out by whoever is mailed after their block: better at the start."""
    said = complaints(tmp_path, GOOD + "[[sink]]\n" + sink)

    assert [expected] == [line[: len(expected)] for line in said]


def test_a_sink_in_single_brackets_is_told_how_it_is_written(tmp_path: Path) -> None:
    """The error of TOML beginners."""
    expected = ["9: sink: not a list of sinks; begin each with [[sink]] in double brackets"]

    assert expected == complaints(tmp_path, GOOD + "[sink]\n" + HOOK)
