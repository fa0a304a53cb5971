"""Reading what the exporters csv and parquet wrote: rows of a table, or images and signals a row each."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthgen.comparing.names import plain_name
from synthgen.components import Dataset
from synthgen.data.sources.csv_file import CsvFile
from synthgen.data.sources.memory import require_memory, require_memory_of_signals
from synthgen.data.sources.parquet_file import ParquetFile
from synthgen.data.sources.picture_sets import Picture, PictureOptions, read_pictures
from synthgen.data.sources.table_labels import find_labels
from synthgen.errors import DataError
from synthgen.export.table_columns import real_column

if TYPE_CHECKING:
    from synthgen.comparing.exported import Exported

_TEXT = ("object", "str", "string", "category")
"""How the types of columns begin that are not looked at for numbers."""


def read_rows(exported: Exported) -> Dataset:
    """A table, labelled by its target if it has one; types that CSV forgets are for the real table to say."""
    columns = {str(column["name"]): str(column["dtype"]) for column in exported.head["columns"]}
    path = _path(exported)
    if exported.format == "csv":
        text = tuple(name for name, dtype in columns.items() if dtype.startswith(_TEXT[:3]))
        form = {
            "separator": ",",
            "encoding": "utf-8",
            "skip_spaces": False,
            "usual_missing": False,
            "text": text,
        }
        frame = CsvFile(CsvFile.Options.model_validate({"path": path, **form})).load().x
    else:
        frame = ParquetFile(ParquetFile.Options.model_validate({"path": path})).load().x
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    mark = real_column(columns)
    if exported.head.get("real") and mark in frame:
        real = frame[mark].map(plain_name).str.lower() == "true"
        frame = frame[~real].drop(columns=mark).reset_index(drop=True)
    y, target = np.zeros(len(frame), np.int64), exported.head.get("target")
    if target is None or not len(frame):
        return Dataset(exported.name, frame, y, (), _description(exported), kind="table")
    labels = find_labels(frame[str(target)], "classification", str(exported.folder))
    assert labels is not None
    return Dataset(
        exported.name,
        frame,
        labels.y,
        labels.classes,
        _description(exported),
        kind="table",
        target=str(target),
    )


def _path(exported: Exported) -> str:
    """The one file, or a pattern for all."""
    files = _files(exported)
    if len(files) == 1:
        return str(files[0].absolute())
    return str(Path(glob.escape(str(exported.folder.absolute()))) / f"dataset-*{files[0].suffix}")


def _files(exported: Exported) -> list[Path]:
    files = exported.matching(rf"dataset.*\.{exported.format}")
    if not files:
        raise DataError(f"{exported.folder}: no {exported.format} file is named in its manifest")
    return files


def _description(exported: Exported) -> str:
    return f"Rows made by synthgen, as {exported.format}."


def read_arrays(exported: Exported) -> Dataset:
    """Images or signals: values in columns, in one column of lists, or in PNG files beside the rows."""
    shape = tuple(int(n) for n in exported.head["shape"])
    dtype = np.dtype(exported.head["dtype"])
    kind = "images" if dtype == np.uint8 else "signals"
    if kind == "images":
        require_memory(str(exported.folder), int(exported.head["count"]), shape, "export fewer samples")
    else:
        whole = (int(exported.head["count"]), *shape)
        require_memory_of_signals(str(exported.folder), whole, dtype.itemsize, "export fewer samples")
    x, y = [], []
    for file in _files(exported):
        frame = _frame(file, exported)
        if "real" in frame and exported.head.get("real"):
            frame = frame[frame["real"].map(plain_name).str.lower() != "true"]
        numbers = frame["label"].to_numpy() if exported.classes else np.zeros(len(frame), np.int64)
        y.append(exported.places(numbers) if exported.classes and len(frame) else numbers)
        if len(frame):
            x.append(_values(frame, exported).astype(dtype).reshape(-1, *shape))
    classes = exported.classes
    together = np.concatenate(x) if x else np.empty((0, *shape), dtype)
    return Dataset(exported.name, together, np.concatenate(y), classes, _description(exported), kind=kind)


def _frame(file: Path, exported: Exported) -> pd.DataFrame:
    try:
        if exported.format == "parquet":
            return pd.read_parquet(file)
        types = {"class": str} if exported.classes else {}
        return pd.read_csv(file, dtype=types, keep_default_na=False)
    except (OSError, ValueError, ImportError) as error:  # pandas' and pyarrow's own are ValueErrors
        raise DataError(f"{file}: cannot be read ({error})") from error


def _values(frame: pd.DataFrame, exported: Exported) -> np.ndarray:
    for name in ("values", "pixels"):
        if name in frame:
            return np.stack(frame[name].to_list())
    if "path" in frame:
        pictures = [Picture(exported.folder / path, 0) for path in frame["path"]]
        return read_pictures(pictures, PictureOptions(), exported.folder).x
    return frame.filter(regex=r"^(pixel|value)_\d").to_numpy()
