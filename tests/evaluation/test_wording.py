"""Numbers and lists in words."""

from __future__ import annotations

import pytest

from synthgen.evaluation.wording import listing, number, shown
from synthgen.metric import Figure


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.9451, "%", "94.5 %"),
        (0.9997, "%", "99.97 %"),
        (1.0, "%", "100 %"),
        (0.001, "%", "0.1 %"),
        (0.0, "%", "0 %"),
        (0.00012, "%", "0.012 %"),
        (-0.02, "%", "−2.0 %"),
        (12345.6, "", "12,346"),
        (0.000012, "", "1.20e−05"),
        (3.0, "s", "3 s"),
        (None, "%", "–"),
        (float("nan"), "", "not a number"),
        (float("-inf"), "", "infinite"),
    ],
)
def test_numbers_in_words(value: float | None, unit: str, text: str):
    assert number(value, unit) == text


def test_spread_stands_behind_its_value():
    assert shown(Figure("a", "A", 0.5, spread=0.012, unit="%")) == "50.0 ± 1.2 %"
    assert shown(Figure("a", "A", 0.5, spread=0.01234)) == "0.5 ± 0.012"


def test_long_listing_is_cut():
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b and c"
    assert listing(list("abcdefgh"), most=3) == "a, b and 6 others"
