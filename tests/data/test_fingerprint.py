import numpy as np
import pandas as pd
import pytest

from synthgen import ClassLabel
from synthgen.data.fingerprint import fingerprint

from .helpers import make_dataset, make_table


def test_equal_content_has_one_fingerprint_whatever_it_is_called_or_laid_out():
    dataset = make_dataset()
    same = make_dataset(name="other", notes=("x",), x=np.asfortranarray(dataset.x))
    assert fingerprint(dataset) == fingerprint(same)
    assert len(fingerprint(dataset)) == 64


def test_the_fingerprint_is_the_same_in_every_version_and_on_every_machine():
    assert fingerprint(make_dataset((1, 1))).startswith("e193a98b741eff8b")


@pytest.mark.parametrize(
    "change",
    [
        {"x": np.zeros((12, 4, 4), np.uint8)},
        {"x": make_dataset().x.reshape(12, 2, 8)},
        {"y": np.zeros(12, np.int64)},
        {"classes": tuple(ClassLabel(i, "abc"[i]) for i in range(3))},
        {"given": {"heat": np.zeros(12)}},
    ],
)
def test_other_pixels_shape_labels_classes_or_numbers_change_it(change):
    assert fingerprint(make_dataset(**change)) != fingerprint(make_dataset())


def test_given_numbers_count_by_name_value_and_order():
    heat, size = np.arange(12.0), np.ones(12)
    given = [{"heat": heat}, {"cold": heat}, {"heat": heat + 1}, {"heat": heat, "size": size}]
    given.append({"size": size, "heat": heat})
    assert len({fingerprint(make_dataset(given=numbers)) for numbers in given}) == 5
    assert fingerprint(make_dataset(given={"heat": heat.astype(">f8")})) == fingerprint(
        make_dataset(given=given[0])
    )


FRAME = make_table().x
COLOUR, NUMBER = FRAME["colour"], FRAME["number"]


def test_equal_tables_have_one_fingerprint_in_every_process_and_whatever_they_are_called():
    plain = make_table(FRAME.astype({"colour": object, "kind": object}))  # pandas 3 has a type for text
    assert fingerprint(plain).startswith("5182eef30362c9b5")
    same = make_table(FRAME.copy(), name="other", description="A table.", notes=("x",))
    assert fingerprint(same) == fingerprint(make_table())


@pytest.mark.parametrize(
    "x",
    [
        FRAME.assign(number=NUMBER.replace(5.0, 5.5)),
        FRAME.assign(number=NUMBER.replace(5.0, np.nan)),
        FRAME.assign(number=NUMBER.astype("float32")),
        FRAME.assign(number=NUMBER.astype("Float64")),
        FRAME.assign(colour=COLOUR.replace("red", "Red")),
        FRAME.assign(colour=COLOUR.replace("red", None)),
        FRAME.assign(colour=COLOUR.astype("category")),
        FRAME.rename(columns={"number": "Number"}),
        FRAME.rename(columns={"number": 0}),
        FRAME[["number", "colour", "kind"]],
        FRAME.iloc[[3, *range(1, 3), 0, *range(4, 12)]].reset_index(drop=True),
        FRAME.iloc[:9],
    ],
    ids=lambda x: " ".join(f"{name}-{dtype}" for name, dtype in x.dtypes.items()),
)
def test_other_values_types_names_or_orders_change_a_tables(x):
    assert fingerprint(make_table(x)) != fingerprint(make_table())


def test_the_target_and_the_labels_change_a_tables():
    unlabelled = make_table(y=np.zeros(12, np.int64), classes=(), target=None)
    relabelled = make_table(classes=tuple(ClassLabel(i + 1, "abc"[i]) for i in range(3)))
    assert (
        len({fingerprint(d) for d in (make_table(), unlabelled, relabelled, make_table(target="colour"))})
        == 4
    )


def test_categories_count_that_do_not_occur_and_their_order():
    kinds = [
        pd.CategoricalDtype(names, ordered)
        for names in (["red", "green", "blue"], ["blue", "green", "red"], ["red", "green", "blue", "pink"])
        for ordered in (False, True)
    ]
    tables = [make_table(FRAME.assign(colour=COLOUR.astype(kind))) for kind in kinds]
    assert len({fingerprint(table) for table in tables}) == 6


def test_the_same_name_as_a_number_and_as_text_is_told_apart():
    assert fingerprint(make_table(FRAME.rename(columns={"number": 1}))) != fingerprint(
        make_table(FRAME.rename(columns={"number": "1"}))
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [([1, 2], [1, 3]), ({"a": 1}, {"a": 2}), ("caf\udce9", "caf\udce8")],
    ids=["lists", "dicts", "surrogates"],
)
def test_objects_that_pandas_cannot_hash_are_told_apart(one, other):
    tables = [
        make_table(FRAME.assign(colour=pd.Series([value] * 12, dtype=object))) for value in (one, one, other)
    ]
    first, same, changed = (fingerprint(table) for table in tables)
    assert first == same != changed
