"""Whether a training went well, from what was noticed while it lasted."""

from __future__ import annotations

from typing import Any

import pytest
from verdict_figures import COLLAPSED, GOOD, evaluation_of

from synthgen.evaluation.verdict import verdict

HEALTH: dict[str, tuple[Any, str]] = {
    "nobody watched": (None, "unknown"),
    "nothing": ([], "yes"),
    "collapsed at the end": ([{"kind": "collapse", "step": 5, "text": "it collapsed"}], "no"),
    "over again": (
        [{"kind": "oscillation", "step": 5, "text": "it swung", "until": 9, "attempt": 0}],
        "partly",
    ),
    "a warning": ([{"kind": "oscillation", "step": 5, "text": "it swung", "severity": "warning"}], "partly"),
    "restarted": (
        [
            {"kind": "collapse", "step": 5, "text": "it collapsed", "until": None, "attempt": 0},
            {"kind": "restart", "step": 5, "back_to": 0, "because": "collapse"},
        ],
        "partly",
    ),
    "without any word": ([{}], "no"),
}


@pytest.mark.parametrize("case", HEALTH)
def test_health_of_training(case: str):
    events, answer = HEALTH[case]
    finding = verdict(evaluation_of(GOOD), events).finding("healthy")
    assert finding.answer == answer
    for event in events or ():
        assert str(event.get("text", "")) in finding.sentence.lower()


def test_training_whose_collapse_was_not_noticed_was_not_healthy():
    finding = verdict(evaluation_of(COLLAPSED), []).finding("healthy")
    assert (finding.answer, finding.tone) == ("partly", "fair")
    assert "Nothing was noticed while it trained, yet the samples have collapsed" in finding.sentence
    assert "most of all in a short training" in finding.sentence


@pytest.mark.parametrize(("kind", "missed"), [("oscillation", True), ("collapse", False), ("repeats", False)])
def test_collapse_beside_other_events_is_told_if_nobody_saw_it(kind: str, missed: bool):
    events = [{"kind": kind, "step": 5, "text": "so it was", "severity": "warning"}]
    sentence = verdict(evaluation_of(COLLAPSED), events).finding("healthy").sentence
    assert ("That the samples have collapsed was not noticed." in sentence) is missed
