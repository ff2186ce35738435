"""A desk in a temporary folder, driven by its commands inside the test's own process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from optout_daemon.cli import main

SETTINGS = """\
[desk]
address = "desk@shop.example"
[database]
url = "sqlite:///desk.db"
[[mailbox]]
name = "desk"
host = "127.0.0.1"
port = 9
security = "none"
username = "desk"
trusted_authserv_ids = ["mail.shop.example"]
[smtp]
host = "127.0.0.1"
port = 9
security = "none"
[review]
workers = 1
"""

CUSTOMERS = """\
customer_number,name,name_kana,name_romaji,postal_code,address,email,company
10000001,山田 太郎,ヤマダ タロウ,Taro Yamada,100-0001,東京都千代田区千代田1-1-1,taro@mail.example,
10000002,Anna Weber,,Anna Weber,,"12 Mill Street, Bath",anna@mail.example,Shop Travel
10000003,鈴木 花子,スズキ ハナコ,Hanako Suzuki,530-0001,大阪府大阪市北区梅田2-3-4,,
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What one command left."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Its output as JSON, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Desk:
    """The folder, and commands on it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self._capsys = capsys
        self.settings(SETTINGS)

    def settings(self, text: str) -> None:
        self.config.write_text(text, encoding="utf-8")

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def __call__(self, *arguments: str | Path) -> Result:
        """Run `optout-daemon ARGUMENTS` with this desk's settings."""
        return self.plain("--config", self.config, *arguments)

    def plain(self, *arguments: str | Path) -> Result:
        """Run it with nothing added."""
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        said = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Result(ended.value.code, said.out, said.err)

    def stocked(self) -> Desk:
        """With a database and its three customers."""
        assert self("db", "upgrade").code == 0
        assert self("customers", "import", self.file("customers.csv", CUSTOMERS)).code == 0
        return self
