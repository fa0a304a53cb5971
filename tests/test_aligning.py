"""Real and synthetic data in one form, or one message that says why not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from synthgen.comparing.aligning import align
from synthgen.comparing.columns import Part, in_common
from synthgen.comparing.memory import from_memory
from synthgen.comparing.names import plain_name
from synthgen.components import ClassLabel, Dataset
from synthgen.errors import DataError, UsageError


def images(names, y, shape=(8, 8), numbers=None) -> Dataset:
    classes = tuple(ClassLabel(*pair) for pair in zip(numbers or range(len(names)), names, strict=True))
    x = np.arange(len(y), dtype=np.uint8).reshape(-1, *[1] * len(shape)) * np.ones(shape, np.uint8)
    return Dataset("pictures", x, np.array(y, np.int64), classes)


def table(**columns) -> Dataset:
    return from_memory(pd.DataFrame(columns), "table")


def refused(message, *args, error=DataError, **more) -> None:
    with pytest.raises(error, match=message):
        align(*args, **more)


# ------------------------------------------------------------------------------------------------ classes


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        (["c", "a"], None),  # by name
        (["0003.0", "01"], [0, 1]),  # by the digits of a name
        (["3", "1"], [3, 1]),  # by number, since they have no other names
    ],
)
def test_classes_are_found_by_name_or_number_and_take_the_real_order(names, numbers):
    known = ["1", "2", "3"] if names[0].startswith("0") else ["a", "b", "c"]
    real = images(known, [0, 1, 2], numbers=[1, 2, 3])
    found = align(real, images(names, [0, 0, 1], numbers=numbers)).synthetic
    assert found.classes == real.classes
    assert found.y.tolist() == [2, 2, 0]


def test_a_class_without_samples_need_not_be_known():
    real = images(["a", "b"], [0, 1])
    assert align(real, images(["a", "b", "c"], [1, 1, 0])).synthetic.y.tolist() == [1, 1, 0]


def test_unknown_synthetic_classes_are_named_with_what_they_may_be():
    message = r"the synthetic data has the classes cats, emu, .* Is cats cat\? Classes of .*: cat \(0\), dog"
    refused(message, images(["cat", "dog"], [0, 1]), images(["cats", "dog", "emu"], [0, 1, 2]))


def test_numbers_that_classes_were_only_counted_by_do_not_stand_for_them():
    refused("has the classes bird, fish", images(["cat", "dog"], [0, 1]), images(["bird", "fish"], [0, 1]))
    refused("has the classes bird, fish", images(["0", "1"], [0, 1]), images(["bird", "fish"], [0, 1]))
    real = table(y=["no", "yes"])
    refused("has the classes 0, 1", real, table(y=[0, 1]), target="y")


def test_names_that_read_the_same_are_told_apart():
    real = images(["3", "03"], [0, 1])
    assert align(real, images(["03", "3"], [0, 1])).synthetic.y.tolist() == [1, 0]


def test_held_out_samples_of_other_classes_are_left_out_and_told():
    real, other = images(["a", "b"], [0, 1]), images(["b", "c"], [0, 1, 1])
    found = align(real, real, other)
    assert found.held_out.y.tolist() == [1]
    assert found.held_out.x[:, 0, 0].tolist() == [0]
    assert found.notes == ("2 of the 3 held-out samples are of classes that the real data has not; left out",)
    refused("the held-out data has the class c,", real, real, images(["c"], [0]))


@pytest.mark.parametrize("bare", ["real", "synthetic"])
def test_without_labels_on_one_side_all_lose_theirs_and_a_note_says_so(bare):
    labelled, unlabelled = images(["a", "b"], [0, 1]), images([], [0, 0])
    pair = (unlabelled, labelled) if bare == "real" else (labelled, unlabelled)
    found = align(*pair, labelled)
    assert all(
        not side.classes and not side.y.any() for side in (found.real, found.synthetic, found.held_out)
    )
    assert f"the {bare} data has no labels" in found.notes[0]


# ------------------------------------------------------------------------------------------------- shapes


def test_images_of_other_sizes_or_colours_are_refused_with_both_shapes():
    grey = images(["a"], [0, 0])
    refused(
        r"the real images are 8×8 grey, the synthetic ones 8×8 RGB.*--set mode=grey",
        grey,
        images(["a"], [0], (8, 8, 3)),
    )
    refused(
        r"real images are 8×8 RGB, the held-out ones 9×8 RGB",
        *[images(["a"], [0], (8, 8, 3))] * 2,
        images(["a"], [0], (9, 8, 3)),
    )


def test_signals_of_other_lengths_are_refused_and_other_floats_are_cast():
    long, short = (from_memory(np.ones((3, n, 2)), "x") for n in (9, 7))
    refused("the real signals are of length 9 of 2 channels, the synthetic ones of length 7", long, short)
    single = from_memory(np.ones((3, 9, 2), np.float32), "x")
    assert align(single, long).synthetic.x.dtype == np.float32


def test_data_of_different_kinds_is_refused():
    refused("is images, the synthetic data, table in memory, a table", images(["a"], [0]), table(a=[1]))
    refused("the synthetic data, pictures, has no samples", images(["a"], [0]), images(["a"], []))
    refused("are for tables", images(["a"], [0]), images(["a"], [0]), target="a", error=UsageError)


# ------------------------------------------------------------------------------------------------ columns


def test_columns_take_the_real_order():
    found = align(table(a=[1, 2], b=["x", "y"]), table(b=["y", "y"], a=[2, 2]))
    assert list(found.synthetic.x.columns) == ["a", "b"]
    assert found.synthetic.x["b"].tolist() == ["y", "y"]


def test_different_columns_are_refused_with_the_extras_of_both_unless_they_are_dropped():
    real, other = table(a=[1], id=[7], name=["x"]), table(a=[1], Name=["x"])
    message = r"only the real data has id, name; only the synthetic data has Name\. .* --drop id,name,Name"
    refused(message, real, other)
    found = align(real, other, drop=["id", "name", "Name"])
    assert [list(side.x.columns) for side in (found.real, found.synthetic)] == [["a"], ["a"]]
    refused(r"drop nam: .* Did you mean name", real, other, drop=["nam"], error=UsageError)
    refused("no column left", real, other, drop=["a", "Name"])


def test_a_target_that_one_side_lacks_is_left_out_of_all_with_a_note():
    real = table(a=[1, 2, 3], y=["p", "q", "p"])
    found = align(real, table(a=[3, 2, 2]), target="y")
    assert list(found.real.x.columns) == list(found.synthetic.x.columns) == ["a"]
    assert not found.real.classes
    assert found.notes[0].startswith("column y is left out: the synthetic data has no labels")
    other_way = align(table(a=[3]), table(a=[1], y=["p"]), target="y")
    assert other_way.notes[0].startswith("column y is left out: the real data has no labels")


def test_a_target_that_no_side_has_is_refused_with_near_names():
    refused(
        r"target incme: no side has such a column. Did you mean income",
        *[table(income=["a", "b"])] * 2,
        target="incme",
        error=UsageError,
    )
    refused("no column but the target y", table(a=[1], y=["p"]), table(y=["p"]), table(a=[1]), target="y")
    refused(
        "y is the target, and cannot be dropped",
        *[table(y=["a", "b"])] * 2,
        target="y",
        drop=["y"],
        error=UsageError,
    )


def test_labels_are_found_however_a_file_has_them():
    real = table(a=[1, 2, 3], y=[0, 1, 0])
    found = align(real, table(a=[1, 1, 1], y=["1", "0", "1"]), table(a=[1, 1], y=[1.0, 0.0]), target="y")
    assert [label.name for label in found.real.classes] == ["0", "1"]
    assert found.synthetic.y.tolist() == [1, 0, 1]
    assert found.held_out.y.tolist() == [1, 0]
    assert found.synthetic.x["y"].dtype == found.held_out.x["y"].dtype == np.int64
    assert found.synthetic.target == "y"
    refused("has the class 0.5", real, table(a=[1, 1], y=[0.5, 1]), target="y")
    refused(
        "the synthetic data: target 'y' is missing in 1 of 2 rows",
        real,
        table(a=[1, 1], y=[None, 1]),
        target="y",
    )


def test_a_target_that_is_a_date_is_a_column_like_others():
    real = table(y=pd.date_range("2020-01-01", periods=30))
    found = align(real, real, target="y")
    assert found.real.target is None and not found.real.classes
    assert "y is a date, a column like others" in found.notes[0]


def test_a_target_that_is_known_to_be_a_number_stays_one():
    real = replace(table(y=[1, 2, 3] * 10, a=range(30)), target="y")
    assert not align(real, real).real.classes
    assert align(replace(real, target=None), real, target="y").real.classes


def test_a_target_that_is_a_number_is_to_be_predicted():
    real = table(y=np.linspace(0, 1, 30))
    found = align(real, real, target="y")
    assert not found.real.classes
    assert found.real.target == found.synthetic.target == "y"
    assert found.notes == (
        "y is a number and no label: use is told by how well it is predicted (R²), nothing by class",
    )


# -------------------------------------------------------------------------------------------------- types


@pytest.mark.parametrize(
    ("real", "other", "dtype", "values"),
    [
        ([1, 2], [1.0, 2.0], "int64", [1, 2]),
        ([1, 2], [1.5, 2.0], "float64", [1.5, 2.0]),
        ([1, 2], ["1", "2"], "int64", [1, 2]),
        ([0.5, 2], ["1", "2.5"], "float64", [1.0, 2.5]),
        ([1, 2], [True, False], "int64", [1, 0]),
        (pd.array([1, 2], "int8"), [300, 1], "float64", [300.0, 1.0]),
        (pd.array([1, None], "Int64"), [3, 4], "Int64", [3, 4]),
        (["1", "x"], [1, 2], object, ["1", "2"]),
        (["1", "x"], [1.0, 2.5], object, ["1", "2.5"]),
        ([True, False], ["True", "false"], "bool", [True, False]),
        ([True, False], [0, 1], "bool", [False, True]),
        (["True", "no"], [True, False], object, ["True", "False"]),
        (["a", "b"], pd.Categorical(["b", "c"]), object, ["b", "c"]),
    ],
)  # fmt: skip
def test_types_that_a_file_forgot_are_found_again(real, other, dtype, values):
    real = pd.Series(real, name="a")
    dtype = real.dtype if dtype is object else dtype
    first, second = in_common([Part("real", real), Part("synthetic", pd.Series(other, name="a"))])
    assert first.dtype == second.dtype == dtype
    assert second.tolist() == values
    assert first.astype(object).tolist() == real.astype(object).tolist() or dtype == "float64"


def test_dates_are_read_from_texts():
    real = pd.Series(pd.to_datetime(["2020-01-02", None]), name="born")
    other = pd.Series(["1999-12-31", "2001-02-03 04:05"], name="born")
    first, second = in_common([Part("real", real), Part("synthetic", other)])
    assert first.dtype == second.dtype
    assert second.tolist() == [pd.Timestamp("1999-12-31"), pd.Timestamp("2001-02-03 04:05")]
    zoned = pd.Series(pd.to_datetime(["2020-01-02T00:00Z"]).tz_convert("Europe/Berlin"), name="born")
    _, read = in_common(
        [Part("real", zoned), Part("synthetic", pd.Series(["2020-06-01T00:00Z"], name="born"))]
    )
    assert read.dtype == zoned.dtype
    assert str(read[0]) == "2020-06-01 02:00:00+02:00"
    with pytest.raises(DataError, match="column born: dates and times"):
        in_common([Part("real", zoned), Part("synthetic", real)])


def test_categories_take_in_those_of_the_other_side_after_their_own():
    real = pd.Series(pd.Categorical([2, 1], categories=[2, 1]), name="a")
    first, second = in_common([Part("real", real), Part("synthetic", pd.Series(["1", "9"], name="a"))])
    assert first.tolist() == [2, 1]
    assert second.tolist() == [1, "9"]
    assert first.dtype == second.dtype == pd.CategoricalDtype([2, 1, "9"])


def test_a_column_without_a_value_takes_the_type_of_the_other():
    for values in ([1, 2], [True, False], ["a", "b"], pd.to_datetime(["2020-01-01", "2020-01-02"])):
        for pair in ((values, [np.nan] * 2), ([np.nan] * 2, values)):
            first, second = in_common(
                [Part(side, pd.Series(v, name="a")) for side, v in zip("rs", pair, strict=True)]
            )
            assert first.dtype == second.dtype
            assert [first.isna().sum(), second.isna().sum()] == [pd.isna(pd.Series(v)).sum() for v in pair]


@pytest.mark.parametrize(
    ("real", "other", "message"),
    [
        (
            [1, 2],
            ["1", "many"],
            r"column a: whole numbers \(int64\) in the real data, text .* 'many' in row 2 is no number",
        ),
        (["x", "y"], pd.to_datetime(["2020-01-01", "2020-01-01"]), r"text .* dates and times"),
        ([True, False], [0, 2], "2 in row 2 is no true or false"),
        ([0.5, 1.5], pd.to_datetime(["2020-01-01", "2020-01-01"]), r"numbers \(float64\)"),
        ([0.5, 1.5], [1.0, np.inf], "column a of the synthetic data: row 2 is infinite"),
    ],
)
def test_types_that_do_not_go_together_are_refused_by_name(real, other, message):
    with pytest.raises(DataError, match=message):
        in_common([Part("real", pd.Series(real, name="a")), Part("synthetic", pd.Series(other, name="a"))])


def test_data_of_one_form_stays_as_it_is():
    real = table(a=[1, 2], b=["x", "y"])
    found = align(real, real, real)
    assert found.real.x is found.synthetic.x is found.held_out.x is real.x
    pictures = images(["a"], [0])
    assert align(pictures, pictures).real is pictures


def test_names_of_numbers_are_their_digits():
    assert [plain_name(v) for v in (3, 3.0, "03", "+3", "-3.00", " 7 ")] == ["3", "3", "3", "3", "-3", "7"]
    assert [plain_name(v) for v in (2.5, "1e3", "1_000", "a", True, "")] == [
        "2.5",
        "1e3",
        "1_000",
        "a",
        "True",
        "",
    ]


# ------------------------------------------------------------------------------------------------- memory


def test_arrays_are_taken_for_what_they_look_like():
    assert from_memory(np.zeros((2, 8, 8, 1), np.uint8), "real").x.shape == (2, 8, 8)
    assert from_memory(np.zeros((2, 8, 3)), "real").kind == "signals"
    rows = from_memory((np.array([[1, "a"], [2, "b"]], object), ["p", "q"]), "real", target="y")
    assert rows.x.dtypes.iloc[0] == np.int64
    assert list(rows.x.columns) == ["0", "1", "y"]
    assert from_memory(np.zeros((2, 5)), "real", "signals").kind == "signals"
    labelled = from_memory((np.zeros((3, 8, 8), np.uint8), np.array(["b", "a", "b"])), "real")
    assert [label.name for label in labelled.classes] == ["a", "b"]
    assert labelled.y.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        (np.full((2, 8, 8), 256), "images", r"real: images must be uint8.*whole numbers"),
        (np.zeros((2, 2, 2, 2)), "auto", r"real: images must be uint8 .* not float64 \(2, 2, 2, 2\)"),
        (np.zeros((2, 2, 2, 2, 2)), "auto", r"real: an array float64 \(2, 2, 2, 2, 2\) is no table"),
        (np.full((2, 5, 1), np.nan), "auto", "real: signal 0 has NaN or infinity"),
        ((np.zeros((2, 8, 8), np.uint8), [1]), "auto", "real: 1 labels in y for 2 samples in x"),
        ((np.zeros((2, 8, 8), np.uint8), [[1, 2], [1, 2]]), "auto", r"real: y must have a label for each"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "auto", "real: more than one column is called a"),
        (pd.DataFrame(index=range(3)), "auto", "real: the table has no columns"),
        ((pd.DataFrame({"label": [1]}), [1]), "auto", "x has a column label as well as y"),
    ],
)
def test_arrays_that_are_no_data_are_refused(data, kind, message):
    with pytest.raises(DataError, match=message):
        from_memory(data, "real", kind)
