"""Charts show what is real and what is synthetic, whatever the columns are."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from synthgen.charts import BARS, CHANNELS, COLUMNS, draw_signals, draw_table


def drawn(figure):
    figure.savefig(BytesIO(), format="png")
    return figure


def frame(n, seed):
    random = np.random.default_rng(seed)
    return pd.DataFrame({"x": random.normal(size=n), "cost in $": random.normal(size=n)})


def test_two_columns_of_numbers_are_points_synthetic_in_front():
    real, made = frame(30, 0), frame(20, 1)
    (axes,) = drawn(draw_table(real, made)).axes
    behind, front = axes.collections
    assert np.allclose(behind.get_offsets(), real)
    assert np.allclose(front.get_offsets(), made)
    assert (behind.get_label(), front.get_label()) == ("real", "synthetic")


def test_what_is_shown_is_where_the_real_points_are():
    far = frame(20, 1) + 1e6
    (axes,) = drawn(draw_table(frame(30, 0), far)).axes
    assert -10 < axes.get_xlim()[0] < axes.get_xlim()[1] < 10


@pytest.mark.parametrize(
    "values",
    [
        np.arange(40.0),
        np.full(40, np.nan),
        np.full(40, 7),
        [None] * 40,
        [1, "a", None, 2.5] * 10,
        pd.array([1, None] * 20, "Int64"),
        pd.array([True, None] * 20, "boolean"),
        pd.Categorical(["$a", "b"] * 20, ["$a", "b", "never"]),
        pd.date_range("2020-01-01", periods=40, tz="Europe/Berlin"),
        [pd.NaT, *pd.date_range("1969-01-01", periods=39)],
        [f"{i} texts that are very long" for i in range(40)],
        [*np.arange(39.0), np.inf],
    ],
    ids=lambda values: str(values[1])[:20],
)
def test_a_column_of_any_kind_has_a_chart(values):
    table = pd.DataFrame({"a": values, "b": "text"})
    assert len(drawn(draw_table(table, table[:7])).axes) == 2


def test_a_column_of_numbers_has_shares_of_real_and_synthetic():
    real, made = pd.DataFrame({"a": np.arange(90.0)}), pd.DataFrame({"a": np.full(50, 3.0)})
    (axes,) = drawn(draw_table(real, made)).axes
    heights = [patch.get_data().values for patch in axes.patches]
    assert [height.sum() for height in heights] == pytest.approx([1, 1])
    assert heights[1].max() == 1


def test_of_categories_the_most_frequent_real_ones_are_shown():
    real = pd.DataFrame({"a": [f"v{i}" for i in range(20) for _ in range(20 - i)]})
    made = pd.DataFrame({"a": ["v1", "v1", "unheard of", "v0"]})
    (axes,) = drawn(draw_table(real, made)).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [f"v{i}" for i in range(BARS)]
    bars = [bar.get_width() for bar in axes.patches]
    assert bars[BARS : BARS + 3] == [0.25, 0.5, 0]


def test_of_many_columns_the_first_are_shown():
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(20, COLUMNS + 3)))
    assert [a.get_title() for a in drawn(draw_table(table, table)).axes] == [str(i) for i in range(COLUMNS)]


@pytest.mark.parametrize(("shape", "lines"), [((16,), 3), ((16, 2), 6), ((16, 5), 3 * CHANNELS)])
def test_signals_have_a_row_for_each_class_real_on_the_left(shape, lines):
    signals = np.random.default_rng(0).normal(size=(3, *shape)).astype(np.float32)
    figure = drawn(draw_signals([("fall", signals, signals * 9), ("none", signals * 0, signals)]))
    axes = np.reshape(figure.axes, (2, 2))
    assert [row[0].get_ylabel() for row in axes] == ["fall", "none"]
    assert [panel.get_title() for panel in axes[0]] == ["real", "synthetic"]
    assert {len(panel.lines) for panel in axes.flat} == {lines}
    assert axes[0, 0].get_ylim() == axes[0, 1].get_ylim()
