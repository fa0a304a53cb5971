"""The dtype of a column as JSON, and values in a list brought back into it."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionDtype
from pandas.api.types import is_object_dtype

from synthgen.data.codecs.columns.json_values import value_from_json, value_to_json, zone_to_json


def dtype_to_json(dtype: Any) -> Any:
    """A dtype of NumPy, pandas or Arrow: its name, or a mapping where a name does not say all."""
    if isinstance(dtype, pd.CategoricalDtype):
        return {
            "categories": [value_to_json(value) for value in dtype.categories],
            "dtype": dtype_to_json(dtype.categories.dtype),
            "ordered": bool(dtype.ordered),
        }
    if isinstance(dtype, pd.ArrowDtype):
        import pyarrow as pa  # noqa: PLC0415 - not all have it

        schema = pa.schema([("", dtype.pyarrow_dtype)]).serialize()
        return {"arrow": base64.b64encode(schema.to_pybytes()).decode()}
    if isinstance(dtype, pd.StringDtype):
        return {"string": dtype.storage, "na": "NA" if dtype.na_value is pd.NA else "nan"}
    if isinstance(dtype, pd.DatetimeTZDtype):
        zone_to_json(dtype.tz)
    return str(dtype)


def dtype_from_json(saved: Any) -> Any:
    """The dtype that `dtype_to_json` was given."""
    if isinstance(saved, str):
        return pd.api.types.pandas_dtype(saved)
    if "arrow" in saved:
        import pyarrow as pa  # noqa: PLC0415 - not all have it

        schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(saved["arrow"])))
        return pd.ArrowDtype(schema.field(0).type)
    if "string" in saved:
        return _string_dtype(saved["string"], saved["na"])
    values = [value_from_json(value) for value in saved["categories"]]
    return pd.CategoricalDtype(make_index(values, dtype_from_json(saved["dtype"])), ordered=saved["ordered"])


def _string_dtype(storage: str, na: str) -> Any:
    if na == "NA":
        return pd.StringDtype(storage)
    try:
        return pd.StringDtype(storage, na_value=np.nan)
    except TypeError:  # pandas before 2.3 names such a storage
        return pd.StringDtype(storage)


def make_index(values: list[Any], dtype: Any) -> pd.Index:
    """An index of exactly these values: tuples stay tuples."""
    if is_object_dtype(dtype):
        return pd.Index(objects(values), dtype=object, tupleize_cols=False)
    return pd.Index(values, dtype=dtype)


def objects(values: list[Any]) -> np.ndarray:
    """An array of objects, `(N,)`; NumPy by itself would look into tuples."""
    array = np.empty(len(values), object)
    array[:] = values
    return array


def is_numpy(dtype: Any) -> bool:
    """Whether values of this dtype are a plain NumPy array: numbers, booleans and objects."""
    return not isinstance(dtype, ExtensionDtype) and dtype.kind not in "mM"
