"""Nine hundred wishes by people who did not know the words files: how many are read as a clerk would."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from optout_daemon.core.model import Category, Wish
from tests.core.wishes import judged
from tests.corpora import OWN

ALL = ("email", "print")
Truth = Mapping[str, Any]


def wishes(language: str) -> list[dict[str, Any]]:
    lines = (OWN / f"wishes-{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def answers(truth: Truth) -> Iterator[Truth]:
    """What a clerk would read, and what else a careful one might."""
    yield truth
    yield from ({**truth, **other} for other in truth.get("accept") or ())


def acts(wish: Wish) -> tuple[str, ...] | None:
    """The channels that would be stopped without a person, or None where one would look."""
    marks = wish.conditional or wish.on_behalf or wish.several or wish.contradictory
    return tuple(wish.channels or ALL) if wish.category is Category.OPT_OUT and wish.stated and not marks else None


def may_act(truth: Truth) -> tuple[str, ...] | None:
    held = truth.get("conditional") or truth.get("on_behalf") or truth["category"] != "opt_out"
    return None if held else tuple(sorted(truth["channels"]))


def compared(truth: Truth, wish: Wish) -> str:
    """`agreed`; `wrong`: it would act where or otherwise than a clerk would; `held`; `category`."""
    done = acts(wish)
    for answer in answers(truth):
        due = may_act(answer)
        opt_out = answer["category"] == "opt_out" and wish.category in (Category.OPT_OUT, Category.UNCLEAR)
        if done == due and (due is not None or opt_out or wish.category == answer["category"]):
            return "agreed"
    if done is not None:
        return "wrong"
    return "held" if may_act(truth) is not None else "category"


@pytest.mark.parametrize(("language", "least"), [("ja", 0.88), ("en", 0.80)])
def test_most_wishes_are_read_as_a_clerk_would_and_hardly_one_is_acted_on_wrongly(language: str, least: float):
    """What is not understood waits for a person; what is misunderstood stops the wrong thing."""
    counts = Counter(compared(truth, judged(truth["text"]).wish) for truth in wishes(language))
    total = counts.total()

    assert counts["agreed"] >= least * total, counts
    assert counts["wrong"] <= 0.015 * total, counts
