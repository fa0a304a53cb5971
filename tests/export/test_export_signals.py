"""Signals as `csv`, `parquet` and `npz`; formats of pictures refuse them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from table_frames import run_usage
from tests_support import write_shard

from synthgen import ClassLabel, DatasetInfo, UnsupportedError
from synthgen.export.csv_file import CsvExporter
from synthgen.export.idx import IdxExporter
from synthgen.export.npz import NpzExporter
from synthgen.export.parquet import ParquetExporter

FORMATS = {
    "csv": (CsvExporter, {}),
    "parquet": (ParquetExporter, {}),
    "parquet list": (ParquetExporter, {"pixels": "list"}),
    "npz": (NpzExporter, {}),
}
CLASSES = (ClassLabel(5, "fall"), ClassLabel(0, "no fall"))
Y = np.array([0, 1, 1, 0, 1])


def build(name):
    exporter, options = FORMATS[name]
    return exporter(exporter.Options(**options))


def signals(*shape, dtype=np.float32):
    x = np.random.default_rng(0).normal(size=(5, *shape)).astype(dtype)
    x[0] *= 1e-6
    return x


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(7,), (4, 3)])
def test_the_reading_code_gives_the_very_signals(tmp_path, batches, name, dtype, shape):
    x = signals(*shape, dtype=dtype)
    info = DatasetInfo("n", CLASSES, 5, 1, shape=shape, dtype=np.dtype(dtype).name)
    write_shard(build(name), batches.of(x, Y), info, tmp_path)
    (tmp_path / "manifest.json").write_text(f'{{"shape": {list(shape)}}}')
    read = run_usage(build(name).usage(info), tmp_path)
    assert read["x"].dtype == dtype
    assert np.array_equal(read["x"], x)
    assert read["y"].tolist() == [CLASSES[y].number for y in Y]


@pytest.mark.parametrize("name", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("shape", "values"),
    [
        ((3,), ["value_0", "value_1", "value_2"]),
        ((2, 2), ["value_0_0", "value_0_1", "value_1_0", "value_1_1"]),
    ],
)
def test_values_have_columns_by_time_and_channel_behind_the_label(tmp_path, batches, name, shape, values):
    x = signals(*shape)
    write_shard(build(name), batches.of(x, Y), DatasetInfo("n", CLASSES, 5, 1), tmp_path)
    read = (pd.read_csv if name == "csv" else pd.read_parquet)(tmp_path / f"dataset.{name}")
    assert read.columns.tolist() == ["sample", "label", "class", *values]
    assert read["class"].tolist() == [CLASSES[y].name for y in Y]
    assert np.allclose(read[values[1]], x.reshape(5, -1)[:, 1])


def test_unlabelled_signals_have_no_labels(tmp_path, batches):
    write_shard(build("csv"), batches.of(signals(2), Y * 0), DatasetInfo("n", (), 5, 1), tmp_path)
    assert pd.read_csv(tmp_path / "dataset.csv").columns.tolist() == ["sample", "value_0", "value_1"]


def test_formats_of_pictures_name_those_that_take_signals(tmp_path, batches):
    with pytest.raises(
        UnsupportedError, match=r"float32 .*; exporters 'npz', 'csv' and 'parquet' write signals"
    ):
        write_shard(
            IdxExporter(IdxExporter.Options()),
            batches.of(signals(7), Y),
            DatasetInfo("n", (), 5, 1),
            tmp_path,
        )


def test_pictures_cannot_be_made_of_signals(tmp_path, batches):
    exporter = CsvExporter(CsvExporter.Options(pixels="png"))
    with pytest.raises(UnsupportedError, match="pixels: png is not for signals"):
        write_shard(exporter, batches.of(signals(7), Y), DatasetInfo("n", (), 5, 1), tmp_path)
