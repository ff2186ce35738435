"""config.example.toml is the manual: it loads, has every key of the model, and tells the true defaults."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from optout_daemon.config import FilingSettings, MailboxSettings, Settings, load
from optout_daemon.config_group import ChannelSettings, CompanySettings
from optout_daemon.config_oidc import OidcSettings
from optout_daemon.config_sinks import SinkSettings

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
DEFAULT = re.compile(r"^# ([a-z_0-9]+ = .+)$", re.MULTILINE)
WITHOUT_DEFAULT = re.compile(r"^## ([a-z_0-9]+ = .+)$", re.MULTILINE)

OPTIONAL: dict[str, type[BaseModel]] = {"[[sink]]": SinkSettings, "[web.oidc]": OidcSettings}
"""The tables that a desk may do without: each stands in the file as one example behind `###`."""


TABLES = {"file_into", "oidc"}
"""Keys that are tables of their own in the file."""


def sections() -> dict[str, type[BaseModel]]:
    """Every table of the model by its header in the file."""
    found: dict[str, type[BaseModel]] = {
        "[[mailbox]]": MailboxSettings,
        "[mailbox.file_into]": FilingSettings,
        "[channels.print]": ChannelSettings,
    }
    for name, field in Settings.model_fields.items():
        if name not in ("mailbox", "channels", "company", "sink"):
            assert isinstance(field.annotation, type)
            found[f"[{name}]"] = field.annotation
    return found


def keys() -> Iterator[tuple[str, str]]:
    for header, model in sections().items():
        for key in model.model_fields:
            if key not in TABLES:
                yield header, key


def section_text(header: str) -> str:
    """The lines from a header to the next one."""
    start = TEXT.index(f"\n{header}\n")
    following = re.compile(r"^\[", re.MULTILINE).search(TEXT, start + len(header) + 2)
    return TEXT[start : following.start() if following else len(TEXT)]


def test_it_loads_as_it_is() -> None:
    """A newcomer copies it and changes what is not commented out."""
    assert "desk@example.com" == load(EXAMPLE).desk.address


@pytest.mark.parametrize(("header", "key"), list(keys()))
def test_it_has_a_paragraph_for_every_key(header: str, key: str) -> None:
    """A key that the manual does not name is a key that nobody finds."""
    paragraph = re.search(rf"((?:^#(?: .*)?\n)+)(?:#{{1,2}} )?{key} = ", section_text(header), re.MULTILINE)

    assert paragraph is not None
    assert 15 < len(paragraph[1])


@pytest.mark.parametrize("header", list(sections()))
def test_it_has_no_key_that_the_model_lacks(header: str) -> None:
    """A key that was renamed or dropped must not live on in the manual."""
    named = re.findall(r"^(?:#{1,2} )?([a-z_0-9]+) = ", section_text(header), re.MULTILINE)

    assert sorted(set(sections()[header].model_fields) - TABLES) == sorted(named)


def test_the_commented_defaults_are_the_defaults() -> None:
    """With every default taken out of its comment the settings are the same."""
    spelt_out = tomllib.loads(DEFAULT.sub(r"\1", TEXT))
    untouched = tomllib.loads(TEXT)

    assert spelt_out != untouched
    assert Settings.model_validate(untouched) == Settings.model_validate(spelt_out)


@pytest.mark.parametrize("name", list(OPTIONAL))
def test_an_optional_table_is_written_out_with_every_key_and_its_true_defaults(name: str) -> None:
    """Whoever takes the ### away has a table that loads, but for the keys that another kind needs."""
    text = re.search(rf"^### {re.escape(name)}\n(?:.*\n)*?(?=^(?:### )?\[)", TEXT, re.MULTILINE)
    assert text is not None
    model = OPTIONAL[name]
    example: Any = tomllib.loads(re.sub(r"^### ", "", text[0], flags=re.MULTILINE))
    for key in name.strip("[]").split("."):
        example = example[key]
    example = example[0] if isinstance(example, list) else example
    defaults = {
        key: field.default
        for key, field in model.model_fields.items()
        if not field.is_required() and field.default is not None
    }

    assert sorted(model.model_fields) == sorted(example)
    assert all(re.search(rf"^# .+\n### {key} = ", text[0], re.MULTILINE) for key in example)
    for key, default in defaults.items():
        assert default == TypeAdapter(model.model_fields[key].rebuild_annotation()).validate_python(example[key])


def test_what_is_said_to_have_no_default_has_none_and_its_example_is_accepted() -> None:
    """`##` marks an example; a key with a default must not hide behind it."""
    text = re.sub(r"^#     ", "", TEXT, flags=re.MULTILINE)
    with_examples: Any = tomllib.loads(WITHOUT_DEFAULT.sub(r"\1", text))
    settings = Settings.model_validate(with_examples)
    marked = [line.partition(" = ")[0] for line in WITHOUT_DEFAULT.findall(TEXT)]
    optional = [
        key for header, key in keys() if (field := sections()[header].model_fields[key]).default is None
        and field.default_factory is None
    ]  # fmt: skip

    assert sorted(optional) == sorted(marked)
    assert settings.smtp.password_file is not None
    assert set(CompanySettings.model_fields) == settings.company[0].model_fields_set


def test_durations_and_sizes_tell_their_unit() -> None:
    """ "timeout = 60" of what is the question that a manual has to answer."""
    for header, model in sections().items():
        for key, field in model.model_fields.items():
            words = section_text(header).partition(f"{key} = ")[0].rpartition("\n\n")[2]
            if "timedelta" in repr(field.annotation):
                assert "duration" in words, key
            if key.endswith(("_size", "_memory_limit")):
                assert "number of bytes" in words, key
