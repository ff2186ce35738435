"""Loading the settings: each wrong one is named with its line and with what is allowed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from optout_daemon.config import load
from optout_daemon.config_secrets import exposed, key_secret, make_key_file, secret
from optout_daemon.errors import SettingsError

GOOD = """\
[desk]
address = "desk@shop.example"
[[mailbox]]
name = "desk"
host = "imap.shop.example"
username = "clerk"
[smtp]
host = "smtp.shop.example"
"""


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.delenv("OPTOUT_CONFIG", raising=False)


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaints(folder: Path, text: str) -> list[str]:
    """Each line of the error, without the file's path."""
    path = written(folder, text)
    with pytest.raises(SettingsError) as caught:
        load(path)
    return [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]


def test_five_keys_are_enough(tmp_path: Path) -> None:
    """The contract: the starred keys are required and nothing else."""
    settings = load(written(tmp_path, GOOD))

    assert "desk@shop.example" == settings.desk.address
    assert ("tls", 993) == (settings.mailbox[0].security, settings.mailbox[0].port)
    assert ("tls", 465) == (settings.smtp.security, settings.smtp.port)
    assert Path("/var/lib/optout-daemon/desk.key") == settings.key_file


@pytest.mark.parametrize(
    ("without", "line", "key"),
    [
        ('address = "desk@shop.example"\n', 1, "desk.address"),
        ('name = "desk"\n', 3, "mailbox[1].name"),
        ('host = "imap.shop.example"\n', 3, "mailbox[1].host"),
        ('username = "clerk"\n', 3, "mailbox[1].username"),
        ('host = "smtp.shop.example"\n', 7, "smtp.host"),
    ],
)
def test_a_required_key_that_is_missing_is_named_with_its_section(
    tmp_path: Path, without: str, line: int, key: str
) -> None:
    """The line of the section is where the key has to be written."""
    expected = [f"{line}: {key}: missing; it is required"]

    assert expected == complaints(tmp_path, GOOD.replace(without, ""))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD + "prot = 25\n", '9: smtp.prot: unknown key; did you mean "port"? allowed: host, security, port'),
        (GOOD + "[retention]\ndays = 3\n", "9: retention: unknown key; allowed: desk, database, mailbox"),
        (GOOD + "[policy]\nreplies = 3\n", "10: policy.replies: unknown key; allowed: required_fields"),
        (GOOD.replace("[[mailbox]]", "[mailbox]"), "3: mailbox: not a list of mailboxes; begin each with [[mailbox]]"),
        (GOOD.replace('"desk@shop', '"Desk <desk@shop'), "2: desk.address: not a plain mail address"),
        (GOOD + 'port = "25"\n', "9: smtp.port: not a whole number; write it without quotes"),
        (GOOD + "port = 70000\n", "9: smtp.port: out of range; it must be at most 65535"),
        (GOOD + 'security = "ssl"\n', '9: smtp.security: "ssl" is not allowed; allowed: "tls", "starttls", "none"'),
        (GOOD + 'security = "none"\n', '9: smtp.security: "none" is for a loopback host only'),
        (GOOD + 'timeout = "1 min"\n', "9: smtp.timeout: not a duration; write a whole number and its unit in quotes"),
        (GOOD + 'timeout = "0s"\n', '9: smtp.timeout: out of range; allowed are durations from "1s" to "1d"'),
        (GOOD + 'password_file = "x"\n', "9: smtp.password_file: it is set and username is not"),
        (GOOD + 'envelope_from = "a@b.example"\n', "9: smtp.envelope_from: bounces would not come back to the desk"),
        (GOOD + 'envelope_from = ""\n', "9: smtp.envelope_from: not a plain mail address"),
        (GOOD.replace("[smtp]", "idle = 1\n[smtp]"), "7: mailbox[1].idle: not a truth value"),
        (GOOD.replace("[smtp]", 'poll_interval = "0s"\n[smtp]'), "7: mailbox[1].poll_interval: out of range"),
        (GOOD.replace("[smtp]", "poll_interval = 60\n[smtp]"), "7: mailbox[1].poll_interval: not a duration"),
        (GOOD.replace("[smtp]", 'since = "today"\n[smtp]'), '7: mailbox[1].since: allowed are "now", "all" and a date'),
        (GOOD.replace("[smtp]", "since = 2026-04-01T00:00:00Z\n[smtp]"), "7: mailbox[1].since: allowed are"),
        (
            GOOD.replace("[smtp]", "file_into = true\n[smtp]"),
            "7: mailbox[1].file_into: allowed: false, which moves nothing, or a section [mailbox.file_into]",
        ),
        (
            GOOD.replace("[smtp]", '[mailbox.file_into]\ndon = "x"\n[smtp]'),
            '8: mailbox[1].file_into.don: unknown key; did you mean "done"?',
        ),
        (
            GOOD.replace("[smtp]", 'file_into = { review = "a//b" }\n[smtp]'),
            "7: mailbox[1].file_into.review: not a folder",
        ),
        (
            GOOD.replace("[smtp]", '[[mailbox]]\nname = "desk"\nhost = "b.example"\nusername = "u"\n[smtp]'),
            "8: mailbox[2].name: another mailbox has this name",
        ),
        (GOOD.replace('"imap.shop.example"', '"imap.shop.example:993"'), "5: mailbox[1].host: not a host"),
        (GOOD.replace("[[m", 'languages = ["ja", "xx"]\n[[m'), '3: desk.languages: no words are shipped for "xx"'),
        (GOOD.replace("[[m", "languages = []\n[[m"), "3: desk.languages: at least one language is needed"),
        (GOOD.replace("[[m", 'time_zone = "Tokyo"\n[[m'), "3: desk.time_zone: no such time zone"),
        (GOOD.replace("[[m", 'time_zone = "/etc/passwd"\n[[m'), "3: desk.time_zone: not a time zone's name"),
        (GOOD.replace("[[m", 'own_addresses = "a@b.example"\n[[m'), "3: desk.own_addresses: not a list"),
        (GOOD.replace("[[m", 'name = "A\\nB"\n[[m'), "3: desk.name: not a text on one line"),
        (GOOD + '[database]\nurl = "mysql://h/db"\n', "10: database.url: not a database that is served"),
        (GOOD + '[database]\nurl = "sqlite://"\n', "10: database.url: the database must be a file"),
        (GOOD + '[database]\nurl = "sqlite://desk.db"\n', "10: database.url: the database must be a file"),
        (GOOD + '[database]\nurl = "desk.db"\n', "10: database.url: not a database URL"),
        (GOOD + '[database]\nurl = "postgresql+psycopg://u:p@h/d"\n', "10: database.url: secrets are files"),
        (GOOD + '[database]\nurl = "postgresql+psycopg://u@h/d"\n', "1: desk.key_file: must be set"),
        (GOOD + '[policy]\nrequired_fields = ["name"]\n', '10: policy.required_fields: "customer_number" cannot be'),
        (
            GOOD + '[policy]\nrequired_fields = ["customer_number", "inquiry"]\n',
            '10: policy.required_fields: at least one of "name" and "address" has to stay',
        ),
        (
            GOOD + '[policy]\nrequired_fields = ["customer_number", "phone"]\n',
            '10: policy.required_fields[2]: "phone" is not allowed; allowed: "customer_number", "name"',
        ),
        (GOOD + '[policy]\nchannels = ["E-Mail"]\n', '10: policy.channels: "E-Mail" cannot be a channel'),
        (GOOD + "[policy]\nreply_per_hour = -1\n", "10: policy.reply_per_hour: out of range; it must be at least 0"),
        (GOOD + "[policy]\nreply_per_hour = true\n", "10: policy.reply_per_hour: not a whole number"),
        (GOOD + "[review]\nread_memory_limit = 1000\n", "10: review.read_memory_limit: out of range; it must be at"),
        (
            GOOD.replace("[smtp]", "max_message_size = 200000000\n[smtp]"),
            "1: review.read_memory_limit: too little for a mailbox whose max_message_size is 200000000; it must be at",
        ),
        (GOOD + '[customers]\nmapping = { numer = "x" }\n', '10: customers.mapping: no column "numer"; allowed:'),
        (GOOD + '[customers]\nsource = "ldap"\n', '10: customers.source: "ldap" is not allowed; allowed: "table"'),
    ],
)
def test_a_wrong_setting_is_named_with_line_key_fault_and_what_is_allowed(
    tmp_path: Path, text: str, expected: str
) -> None:
    """An operator mends it at once, without looking anything up."""
    [found] = complaints(tmp_path, text)

    assert expected == found[: len(expected)]


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("[0-9", "not a regular expression"),
        ("[0-9]+", "+ has no upper bound"),
        ("[0-9]*1", "* has no upper bound"),
        ("[0-9]{6,}", "{6,} has no upper bound"),
        ("(a|b){3}", "a group must not be repeated"),
        ("(?:ab)[0-9]", "(? is not allowed"),
        (r"([0-9])\\1", r"\1 is not allowed"),
        ("[0-9]?[0-9]?[0-9]?[0-9]?[0-9]?1", "more than 4 optional"),
        ("[0-9]{0,8}", "it matches an empty text"),
        ("1" * 201, "longer than 200 characters"),
    ],
)
def test_a_number_pattern_that_could_run_away_is_refused(tmp_path: Path, pattern: str, fault: str) -> None:
    """It is matched against what strangers write: an unbounded one could stop the desk."""
    [found] = complaints(tmp_path, GOOD + f'[customers]\nnumber_pattern = "{pattern}"\n')

    assert f"10: customers.number_pattern: {fault}" == found[: len(f"10: customers.number_pattern: {fault}")]


@pytest.mark.parametrize(
    "pattern", ["[0-9]{8}", "[A-Z]{2}[0-9]{6,8}", "[0-9]{7}[0-9X]", "(A|B)[0-9]{6}", "[+*]?[0-9]{3}"]
)
def test_an_ordinary_number_pattern_is_accepted(tmp_path: Path, pattern: str) -> None:
    """Prefix letters, lengths from and to, and check characters are what customer numbers are made of."""
    settings = load(written(tmp_path, GOOD + f'[customers]\nnumber_pattern = "{pattern}"\n'))

    assert pattern == settings.customers.number_pattern


def test_every_problem_of_a_file_is_named_at_once_in_its_order(tmp_path: Path) -> None:
    """Mending one at a time, with a start between two, is what makes people guess."""
    text = GOOD.replace("desk@", "").replace("[smtp]", "x = 1\n[smtp]") + 'port = "x"\n'

    assert ["2", "7", "10"] == [line.split(":")[0] for line in complaints(tmp_path, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[desk]\naddress = desk\n", '2:11: not valid TOML: Invalid value; a text stands in quotes (key = "text")'),
        ("[desk]\naddress = True\n", "2:11: not valid TOML: Invalid value; a text stands in quotes"),
        ("[desk]\n[desk]\n", "2:6: not valid TOML: Cannot declare ('desk',) twice; each [section] stands once"),
        ("[desk]\naddress = ", "2:11: not valid TOML: Invalid value; a text"),
        (
            '[desk]\naddress = "desk',
            "2:16: not valid TOML: Unterminated string; the quotation mark at its end is missing",
        ),
        ('a = """', "1:8: not valid TOML: Unterminated string; the quotation mark"),
        ("[desk]\naddress desk\n", "2:9: not valid TOML: Expected '=' after a key in a key/value pair; a line is"),
        ("[desk\n", "1:6: not valid TOML: Expected ']' at the end of a table declaration; a section's name"),
        ("a = 1\na = 2\n", "not valid TOML: Cannot overwrite a value; the key stands twice in its section"),
        ('a = "C:\\pw"\n', "1:10: not valid TOML: Unescaped '\\' in a string; write the backslash twice"),
        ("a = 1 2\n", "1:7: not valid TOML: Expected newline or end of document after a statement; one key = value"),
    ],
)
def test_a_file_that_is_not_toml_is_named_with_line_and_column(tmp_path: Path, text: str, expected: str) -> None:
    """The commonest fault of all is a missing quote; what to do about it is said."""
    [found] = complaints(tmp_path, text)

    assert expected in found


def test_a_key_in_the_wrong_section_is_told_where_it_belongs(tmp_path: Path) -> None:
    """`key_file` under [database] is an easy guess."""
    [found] = complaints(tmp_path, GOOD + '[database]\nkey_file = "key"\n')

    assert found.startswith("10: database.key_file: unknown key; it belongs into [desk]; allowed: url")


def test_a_sign_in_to_the_smtp_server_needs_both(tmp_path: Path) -> None:
    """Found when the settings are read, not when the first customer waits for a reply."""
    [found] = complaints(tmp_path, GOOD + 'username = "desk"\n')

    assert "7: smtp.password_file: must be set where username is; a sign-in needs both" == found


def test_a_file_that_is_not_utf_8_is_named_with_the_line(tmp_path: Path) -> None:
    """An editor on Windows writes Japanese in cp932."""
    path = tmp_path / "config.toml"
    path.write_bytes(GOOD.encode() + 'username = "顧客"\n'.encode("cp932"))

    with pytest.raises(SettingsError, match=r":9: not UTF-8"):
        load(path)


def test_a_missing_file_says_how_another_is_named(tmp_path: Path) -> None:
    """A newcomer's first error."""
    with pytest.raises(SettingsError, match=r"No such file or directory; name it with --config or OPTOUT_CONFIG"):
        load(tmp_path / "none.toml")


def test_the_environment_names_the_file_where_no_option_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--config first, then OPTOUT_CONFIG, then the place in /etc."""
    monkeypatch.setenv("OPTOUT_CONFIG", str(written(tmp_path, GOOD)))
    (tmp_path / "other").mkdir()
    other = written(tmp_path / "other", GOOD.replace("desk@", "other@"))

    assert "desk@shop.example" == load().desk.address
    assert "other@shop.example" == load(other).desk.address


def test_a_value_that_may_be_a_secret_is_never_repeated(tmp_path: Path) -> None:
    """Error texts end in logs and in mails to colleagues."""
    found = complaints(
        tmp_path, GOOD + 'password = "hunter2"\n[database]\nurl = "postgresql+psycopg://u:hunter2@h/d"\n'
    )

    assert [] == [line for line in found if "hunter2" in line]


def test_every_form_of_a_value_is_understood(tmp_path: Path) -> None:
    """What the manual offers beside the defaults."""
    box = 'since = 2026-04-01\nfile_into = false\npoll_interval = "15m"\nsecurity = "none"\n'
    text = GOOD.replace("imap.shop.example", "127.0.0.7").replace("[smtp]", box + "[smtp]")
    text = text.replace("[[", 'name = "お客様\u3000窓口"\n[[')
    settings = load(written(tmp_path, text + 'envelope_from = "desk+bounce@shop.example"\nsecurity = "starttls"\n'))

    assert "お客様\u3000窓口" == settings.desk.name
    assert date(2026, 4, 1) == settings.mailbox[0].since
    assert settings.mailbox[0].file_into is False
    assert timedelta(minutes=15) == settings.mailbox[0].poll_interval
    assert 143 == settings.mailbox[0].port
    assert 587 == settings.smtp.port
    assert ("desk@shop.example", "desk+bounce@shop.example") == settings.own_addresses


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])
def test_clear_text_is_accepted_on_a_loopback_host(tmp_path: Path, host: str) -> None:
    """A relay on the same machine has no certificate and needs none."""
    settings = load(written(tmp_path, GOOD.replace("smtp.shop.example", host) + 'security = "none"\n'))

    assert 25 == settings.smtp.port


@pytest.mark.parametrize("host", ["127.0.0.1.example", "localhost.example", "10.0.0.1", "0.0.0.0", "::"])
def test_a_host_that_only_looks_like_loopback_needs_tls(tmp_path: Path, host: str) -> None:
    """A password must not cross a network in clear text."""
    found = complaints(tmp_path, GOOD.replace("smtp.shop.example", host) + 'security = "none"\n')

    assert ["9: smtp.security"] == [line[:16] for line in found]


def test_lines_are_right_behind_every_kind_of_string_and_table(tmp_path: Path) -> None:
    """Brackets, quotes and hash signs inside values must not confuse the search for a line."""
    text = (
        '[desk] # ]\naddress = "desk@shop.example" # "\nname = \'[x] # "\'\nown_addresses = [ # [\n'
        '  "a@shop.example", # ]\n  "b@shop.example",\n]\n\n[policy.spam_headers]\nX-A = "\\"]#"\n'
        'X-B = """\n[smtp]\n\\""""\n"X-C".d = 3\n' + GOOD[GOOD.index("[[") :] + "wrong = 1\n"
    )
    found = complaints(tmp_path, text)

    assert ["14: policy.spam_headers.X-C: not a text; write it in quotes", "21: smtp.wrong"] == [
        found[0],
        found[1][:14],
    ]


def test_relative_paths_count_from_the_settings_file(tmp_path: Path) -> None:
    """The daemon's working folder is nobody's idea of a place."""
    text = GOOD + 'username = "u"\npassword_file = "pw"\n[database]\nurl = "sqlite:///data/desk.db"\n'
    settings = load(written(tmp_path, text))

    assert tmp_path / "pw" == settings.smtp.password_file
    assert tmp_path / "data/desk.db" == settings.database.file
    assert tmp_path / "data/desk.key" == settings.key_file


def test_a_credential_of_systemd_goes_before_the_file_beside_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LoadCredential= is where secrets should be; the same settings serve a shell without systemd."""
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "pw").write_text("from systemd\n")
    (tmp_path / "pw").write_text("from beside\n")
    path = written(tmp_path, GOOD + 'username = "u"\npassword_file = "pw"\n')

    assert "from beside" == secret(load(path).smtp.password_file)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert "from systemd" == secret(load(path).smtp.password_file)


def test_loading_needs_no_secret_file(tmp_path: Path) -> None:
    """`explain`, `customers` and `db` work on a machine that has no password at all."""
    settings = load(written(tmp_path, GOOD + 'username = "u"\npassword_file = "missing"\n'))

    with pytest.raises(SettingsError, match=r"smtp\.password_file: the file .*/missing cannot be read: No such file"):
        secret(settings.smtp.password_file, "smtp.password_file")


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"", "is empty"), (b"\n", "is empty"), (b"a\nb\n", "more than one line"), (b"\xff\n", "is not text in UTF-8")],
)
def test_a_secret_is_one_line(tmp_path: Path, content: bytes, fault: str) -> None:
    """A password with a line end in it would be sent as two commands."""
    (tmp_path / "pw").write_bytes(content)

    with pytest.raises(SettingsError, match=fault):
        secret(tmp_path / "pw")


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_the_line_end_after_a_secret_is_not_part_of_it_and_spaces_are(tmp_path: Path, ending: str) -> None:
    """Editors add the one; passwords may hold the others."""
    (tmp_path / "pw").write_bytes(f" pass word {ending}".encode())

    assert " pass word " == secret(tmp_path / "pw")


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    """A second upgrade must never replace the key: every marker sent so far hangs on it."""
    path = tmp_path / "desk.key"

    assert make_key_file(path) is True
    key = key_secret(path)
    assert make_key_file(path) is False
    assert key == key_secret(path)
    assert 0o600 == path.stat().st_mode & 0o777
    assert 32 <= len(key)


def test_a_missing_key_says_what_makes_it_and_a_short_one_is_refused(tmp_path: Path) -> None:
    """The first start before `db upgrade`, and a key made by hand."""
    (tmp_path / "short").write_text("abc\n")

    with pytest.raises(SettingsError, match=r"desk\.key_file: .*`optout-daemon db upgrade` makes it"):
        key_secret(tmp_path / "none")
    with pytest.raises(
        SettingsError, match=r"desk\.key_file: the file .*/short is too short; .*`openssl rand -hex 32`"
    ):
        key_secret(tmp_path / "short")
    with pytest.raises(SettingsError, match=r"desk\.key_file: .* Is a directory; name the file itself"):
        key_secret(tmp_path)
    (tmp_path / "lines").write_text("k" * 40 + "\nand more\n")
    with pytest.raises(SettingsError, match=r"desk\.key_file: .* more than one line; .*the key is one line of text"):
        key_secret(tmp_path / "lines")


def test_a_secret_that_everybody_can_read_is_warned_of(tmp_path: Path) -> None:
    """It still works: an operator on a strange file system must be able to start."""
    (tmp_path / "pw").write_text("x\n")
    settings = load(written(tmp_path, GOOD + 'username = "u"\npassword_file = "pw"\n'))

    (tmp_path / "pw").chmod(0o644)
    assert [f"smtp.password_file: every user of this machine can read {tmp_path / 'pw'}"] == [
        line.partition(";")[0] for line in exposed(settings.secret_files)
    ]
    (tmp_path / "pw").chmod(0o640)
    assert [] == exposed(settings.secret_files)
