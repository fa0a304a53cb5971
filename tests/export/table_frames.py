"""Frames with columns of every kind, for the tests of `csv` and `parquet`."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def every_kind() -> pd.DataFrame:
    """Six rows; each column has what a careless writer would spoil."""
    times = pd.to_datetime(
        ["2021-03-28 00:30", "2021-03-28 03:30:01", None, "2021-10-31", "1969-12-31", None], format="ISO8601"
    )
    return pd.DataFrame(
        {
            "age": np.array([39, 50, -3, 0, 2**40, 7]),
            "price": [0.1 + 0.2, 3.5, 2.25, -0.01, 1e-9, 1e22],
            "gap": [1.5, np.nan, 3.0, np.nan, 0.0, 2.0],
            "small": np.array([0.1, 0.2, 1e-5, 3, 1e10, 0.3], np.float32),
            "text": ["a,b", 'say "hi"', "two\nlines", "one\rmore", "NA", " blank"],
            "code": pd.array(["07", "1", "007", None, "None", "nan"], "string"),
            "member": [True, False, True, True, False, True],
            "maybe": pd.array([True, None, False, True, None, True], "boolean"),
            "count": pd.array([1, None, 2**60 + 1, 3, 4, 5], "Int64"),
            "colour": pd.Categorical(["red", None, "blue", "red", "07", "blue"]),
            "born": pd.to_datetime(
                ["2020-01-31", None, "1950-02-01", "2020-01-31", "1999-12-31", "2000-02-29"]
            ),
            "seen": times,
            "logged": times.tz_localize("Europe/Berlin"),
        }
    )


def run_usage(code: str, folder: Path) -> dict[str, Any]:
    """The names that a card's code leaves when it is run in the folder of the dataset."""
    names: dict[str, Any] = {}
    before = Path.cwd()
    os.chdir(folder)
    with contextlib.ExitStack() as stack:
        stack.callback(os.chdir, before)
        exec(code, names)
    return names
