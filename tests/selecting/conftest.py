"""Trainings whose scores and looks are given."""

from __future__ import annotations

import pytest

from synthgen import pipeline, run_model
from synthgen.evaluation.scoring import Score
from synthgen.training.health import Health
from synthgen.training.health_samples import Look


@pytest.fixture(autouse=True)
def no_pictures(monkeypatch):
    """They take longer than the trainings here."""
    monkeypatch.setattr(pipeline, "plot_losses", lambda *args: None)
    monkeypatch.setattr("synthgen.listeners.SampleGrids.on_step", lambda *args: None)


@pytest.fixture
def scored(monkeypatch):
    """Give the next runs these scores by step; those of other steps are 1."""

    def score(values: dict[int, float | Exception], passes=lambda step: True, error=0.0) -> None:
        class Judge:
            about = "an oracle"
            part = "held_out"

            def __init__(self, setup, settings):
                pass

            def __call__(self, synthesizer):
                step = synthesizer.source["steps"]
                value = values.get(step, 1.0)
                if isinstance(value, Exception):
                    raise value
                return Score(value, f"oracle {value:g}", passes(step), {"kid": value}, error)

        monkeypatch.setattr(run_model, "SetupJudge", Judge)

    return score


@pytest.fixture
def looks(monkeypatch):
    """Samples that vary as much as real ones, but for those of these steps."""

    def spread(*collapsed: int) -> None:
        look = Health._look
        monkeypatch.setattr(
            Health,
            "_look",
            lambda self, trainer, seen: look(
                self, trainer, Look(True, 0.01 if trainer.step in collapsed else 1.0)
            ),
        )

    return spread
