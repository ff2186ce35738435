"""Keys derived from the desk's one secret."""

from __future__ import annotations

import re

import pytest

from optout_daemon.core.keys import Keys, WeakSecret

SECRET = bytes(range(32))


def test_a_marker_is_ours_for_its_own_message_only():
    """Copied to another Message-ID it proves nothing."""
    keys = Keys(SECRET)
    marker = keys.marker("<1@desk.example>")

    assert keys.is_ours("<1@desk.example>", marker)
    assert keys.is_ours("<1@desk.example>", f" {marker.upper()}\n")
    assert not keys.is_ours("<2@desk.example>", marker)
    assert not Keys(bytes(32)).is_ours("<1@desk.example>", marker)


@pytest.mark.parametrize(("message_id", "marker"), [(None, "x"), ("", "x"), ("<1@a>", ""), (None, "")])
def test_nothing_is_ours_without_both(message_id, marker):
    """A missing Message-ID or marker must not raise either."""
    assert Keys(SECRET).is_ours(message_id, marker) is False


def test_a_strangers_marker_may_hold_anything():
    """It comes from a header that anybody can write."""
    assert Keys(SECRET).is_ours("<1@a>", "名前\udcff") is False


def test_every_purpose_has_its_own_key():
    """A bounce token can never serve as a loop marker, nor a digest as either."""
    keys = Keys(SECRET)
    made = {keys.marker("a"), keys.bounce_token("a"), keys.digest("a")}

    assert len(made) == 3


def test_tokens_survive_local_parts_and_digests_are_stable():
    """Lower-case base32, 24 characters; the digest is what an erased person is known by, so it must not change."""
    keys = Keys(SECRET)

    assert re.fullmatch("[a-z2-7]{24}", keys.bounce_token("<1@a>"))
    assert re.fullmatch("[0-9a-f]{64}", keys.digest("a@example.org"))
    assert keys.digest("a@example.org") == Keys(SECRET).digest("a@example.org")
    assert keys.digest("a@example.org") != keys.digest("b@example.org")


def test_a_short_secret_is_refused():
    """32 bytes or more; 31 are a mistake."""
    with pytest.raises(WeakSecret, match="at least 32 bytes"):
        Keys(SECRET[:31])
