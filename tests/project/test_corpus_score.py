"""The score against a careful clerk, held at the figures that were reached."""

from __future__ import annotations

import pytest

from tests.clerk import Score, score
from tests.corpora import STRANGERS, corpus, names


@pytest.fixture(scope="module", params=[*names(), *STRANGERS])
def taken(request: pytest.FixtureRequest) -> Score:
    return score(corpus(request.param))


def test_nothing_is_wrong_lost_or_answered(taken: Score):
    """A wrong suppression, a person's mail thrown away or a machine answered is a defect, at any score."""
    assert ([], [], []) == (taken.wrong, taken.lost, taken.answered)


def test_it_reads_like_a_careful_clerk(taken: Score):
    """Straight through, agreed, reply, category and reasons: at least the shares that the project promises."""
    shares = {
        "straight through": taken.applied / taken.applied_due,
        "agreed": taken.agreed / taken.mails,
        "category": taken.category_right / taken.held_right,
        "reply": taken.reply_right / taken.reply_due,
        "reasons": taken.reasons_right / taken.reasons_due,
    }
    least = {"straight through": 0.94, "agreed": 0.97, "category": 0.92, "reply": 0.95, "reasons": 0.92}

    assert {} == {name: share for name, share in shares.items() if share < least[name]}, str(taken)


def test_little_machine_mail_reaches_the_queue(taken: Score):
    """Noise costs staff their time."""
    assert len(taken.noise) <= 2
