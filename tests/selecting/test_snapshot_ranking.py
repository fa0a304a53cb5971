"""Of scores with an error and a floor the right one is chosen, and the reason is told."""

from __future__ import annotations

import re

import pytest
from selecting_support import chosen, snapshots, with_selection
from tests_support import run

from synthgen.run_directory import read_metrics
from synthgen.snapshot_ranking import best_of, why_chosen


def test_one_below_the_floor_is_taken_only_if_all_are(tiny_recipe, tmp_path, registry, scored):
    scored({4: 0.1, 8: 0.5}, passes=lambda step: step >= 8)
    made = run(tiny_recipe, tmp_path / "floor", registry, *with_selection())
    assert chosen(made)["step"] == 8
    scored({4: 0.1, 8: 0.5}, passes=lambda step: False)
    made = run(tiny_recipe, tmp_path / "none", registry, *with_selection())
    assert chosen(made)["step"] == 4
    assert chosen(made)["why"].endswith("none reaches the floor")


def test_of_scores_that_cannot_be_told_from_the_best_the_latest_is_chosen(
    tiny_recipe, tmp_path, registry, scored
):
    scored({4: 0.2, 6: 0.5, 8: 0.25, 10: 0.35}, error=0.1)
    made = run(tiny_recipe, tmp_path / "out", registry, *with_selection())
    record = chosen(made)
    assert (record["step"], record["score"]) == (8, 0.25)
    assert "cannot be told from the best, 0.2 at step 4, standard error 0.1" in record["why"]
    assert snapshots(made) == ["step-0000008"]


def test_the_log_and_the_metrics_tell_the_best_from_what_is_only_not_worse(
    tiny_recipe, tmp_path, registry, scored, caplog
):
    caplog.set_level("INFO")
    scored({4: 0.2, 6: 0.5, 8: 0.25, 10: 0.35, 12: 0.1}, error=0.1)
    made = run(tiny_recipe, tmp_path / "out", registry, *with_selection())
    assert re.findall(r"^step \d+: score .*$", "\n".join(caplog.messages), re.MULTILINE) == [
        "step 4: score 0.2 (oracle 0.2), the best so far; lower is better",
        "step 6: score 0.5 (oracle 0.5)",
        "step 8: score 0.25 (oracle 0.25), chosen: it cannot be told from the best, 0.2 at step 4, standard error"
        " 0.1",
        "step 10: score 0.35 (oracle 0.35)",
        "step 12: score 0.1 (oracle 0.1), the best so far",
    ]
    events = [line for line in read_metrics(made.metrics) if line.get("event") == "score"]
    assert [(line["best"], line["chosen"]) for line in events] == [
        (True, True),
        (False, False),
        (False, True),
        (False, False),
        (True, True),
    ]


def one(step: int, score: float, error: float = 0.0, *, passes: bool = True) -> dict:
    text = f"KID {score}" + ("" if passes else ", below the floor")
    return {"step": step, "score": score, "error": error, "passes": passes, "text": text}


@pytest.mark.parametrize(
    ("scores", "why"),
    [
        ([one(1, 0.3)], "the only score; KID 0.3"),
        ([one(1, 0.3), one(2, 0.2), one(3, 0.4)], "the best of 3 scores; KID 0.2"),
        (
            [one(1, 0.1, passes=False), one(2, 0.3), one(3, 0.2), one(4, 0.4, passes=False)],
            "the best of 4 scores, 2 of which are below the floor; KID 0.2",
        ),
        (
            [one(1, 0.1, passes=False), one(2, 0.2, 0.1), one(3, 0.25, 0.1)],
            "of 3 scores, 1 of which is below the floor, the latest that cannot be told from the best, 0.2 at step"
            " 2, standard error 0.1; KID 0.25",
        ),
        (
            [one(1, 0.2, 0.1), one(2, 0.25, 0.1)],
            "of 2 scores, the latest that cannot be told from the best, 0.2 at step 1, standard error 0.1; KID"
            " 0.25",
        ),
        (
            [one(1, 0.3, passes=False), one(2, 0.2, passes=False)],
            "the best of 2 scores; KID 0.2, below the floor; none reaches the floor",
        ),
    ],
)
def test_the_reason_tells_how_many_scores_there_were_and_how_many_did_not_count(scores: list[dict], why: str):
    assert why_chosen(scores, best_of(scores, 1)[0]) == why
