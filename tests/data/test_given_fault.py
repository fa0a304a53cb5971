from dataclasses import replace

import numpy as np
import pytest

from synthgen import PluginError
from synthgen.data.loading import check_dataset

from .helpers import make_dataset, make_table

HEAT = np.arange(12.0)


def test_finite_numbers_for_every_sample_are_taken():
    dataset = make_dataset(given={"heat": HEAT, "wind_2": HEAT})
    assert check_dataset(dataset, "toy") is dataset


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([HEAT], "must be a mapping from names to NumPy arrays"),
        ({"two words": HEAT}, "given 'two words'; its names must be Python identifiers"),
        ({"lambda": HEAT}, "given 'lambda'; its names must be Python identifiers"),
        ({3: HEAT}, "given 3; its names must be Python identifiers"),
        ({"label": HEAT}, "given 'label', a name that exported datasets use"),
        ({"pixel_0": HEAT}, "given 'pixel_0', a name that exported datasets use"),
        ({"heat": HEAT.tolist()}, r"given heat list; it must be a NumPy array, float64 \(12,\)"),
        ({"heat": HEAT.astype(int)}, r"given heat int64 \(12,\); it must be a NumPy array, float64"),
        ({"heat": HEAT[:, None]}, r"given heat float64 \(12, 1\); it must be"),
        ({"heat": np.where(HEAT == 3, np.nan, HEAT)}, "given heat with NaN or infinity"),
    ],
)
def test_anything_else_is_the_sources_fault(given, message):
    with pytest.raises(PluginError, match=f"source 'toy' returned .*{message}"):
        check_dataset(make_dataset(given=given), "toy")


def test_a_tables_numbers_are_columns():
    with pytest.raises(PluginError, match="a table with given 'heat'; numbers of a table are columns"):
        check_dataset(replace(make_table(), given={"heat": HEAT}), "toy")
