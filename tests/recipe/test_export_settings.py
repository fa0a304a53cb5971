from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from synthgen.export.settings import ExportSettings
from synthgen.training.settings import TrainSettings


@pytest.mark.parametrize("values", [{}, {"count": None}, {"count": None, "per_class": None}])
def test_the_default_is_ten_thousand_samples(values: dict[str, Any]):
    assert ExportSettings(**values).count == 10_000


@pytest.mark.parametrize("per_class", [5, {"cat": 3, "3": 0}])
def test_per_class_takes_the_place_of_count(per_class: Any):
    settings = ExportSettings(per_class=per_class)
    assert settings.count is None
    assert settings.per_class == per_class


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"count": 5, "per_class": 5}, "one of count, per_class and balance"),
        ({"per_class": {}}, "at least one sample"),
        ({"per_class": {"cat": 0}}, "at least one sample"),
        ({"count": 0}, "greater than 0"),
        ({"classes": []}, "at least 1 item"),
        ({"seed": 2**32}, "less than"),
    ],
)
def test_amounts_that_cannot_be_are_refused(values: dict[str, Any], words: str):
    with pytest.raises(ValidationError, match=words):
        ExportSettings(**values)


@pytest.mark.parametrize(
    "values", [{"steps": 5}, {"epochs": 0.5}, {"time_limit": 9}, {"steps": 5, "time_limit": "5m"}]
)
def test_training_takes_steps_or_epochs_or_a_time_limit(values: dict[str, Any]):
    assert TrainSettings(**values).model_fields_set == set(values)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "give steps, epochs or a time_limit"),
        ({"steps": 5, "epochs": 1}, "steps or epochs, not both"),
        ({"steps": 5, "epochs": 1, "time_limit": 9}, "steps or epochs, not both"),
    ],
)
def test_training_of_no_or_two_lengths_is_refused(values: dict[str, Any], words: str):
    with pytest.raises(ValidationError, match=words):
        TrainSettings(**values)
