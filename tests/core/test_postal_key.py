"""A place that is written in several ways is one place; another house or room is another."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching.postal_key import postal_key

HOUSE, ROOM = "東京都 千代田区 千代田 1-1-1", "東京都 千代田区 千代田 1-1-1 203"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("東京都千代田区千代田1-1-1", HOUSE),
        ("千代田区千代田１丁目１番１号", HOUSE),
        ("〒100-0001 東京都千代田区千代田一丁目1番地1", HOUSE),
        ("100-0001東京都千代田区千代田1-1-1", HOUSE),
        ("東京都千代田区千代田1-1-1-203", ROOM),
        ("東京都千代田区千代田1-1-1 メゾン千代田 203号室", ROOM),
        ("大阪市北区梅田2-3-4", "大阪府 大阪市 北区 梅田 2-3-4"),
        ("東京都西多摩郡奥多摩町氷川215-6", "東京都 西多摩郡 奥多摩町 氷川 215-6"),
        ("東京都利島村248番地", "東京都 利島村 248"),
        ("利島村248", "東京都 利島村 248"),
        ("12, Mill Street; BATH", "12 mill street bath"),
        ("Ｌｉｎｄｅｎｓｔｒ. 5", "lindenstr 5"),
        (" - ", ""),
        ("〒", "〒"),
    ],
)
def test_an_address_has_one_normal_form(address: str, key: str) -> None:
    """A letter box with a notice is one, whoever types its address."""

    assert key.replace("〒", "") == postal_key(address)


def test_another_room_or_lot_is_another_place() -> None:
    """Blocking the neighbours would be a guess."""
    keys = {postal_key(f"東京都千代田区千代田{lot}") for lot in ("1-1-1", "1-1-11", "1-11", "1-1-1-204", "1-1-1-203")}

    assert 5 == len(keys)


def test_the_normal_form_is_its_own() -> None:
    """The list stores the key, and a sender's file may hold keys."""

    assert all(key == postal_key(key) for key in (HOUSE, ROOM, "12 mill street bath"))
