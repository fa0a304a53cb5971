"""`csv` and `parquet`, read with pandas and pyarrow."""

from __future__ import annotations

import csv
import sys

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from PIL import Image
from tests_support import write_shard

from synthgen import ClassLabel, DatasetInfo, UnsupportedError
from synthgen.export.csv_file import CsvExporter
from synthgen.export.parquet import ParquetExporter

CLASSES = (ClassLabel(7, "07"), ClassLabel(-2, 'a "b",\nNA'), ClassLabel(0, "NA"))
Y = np.array([0, 1, 2, 0, 1, 2, 2])
INFO = DatasetInfo("noise", CLASSES, 7, 1)
FORMATS = {"csv": CsvExporter, "parquet": ParquetExporter}


def write(format_, batches, folder, info=INFO, **options):
    exporter = FORMATS[format_]
    write_shard(exporter(exporter.Options(**options)), batches, info, folder)


def read(folder, format_):
    if format_ == "parquet":
        return pd.read_parquet(folder / "dataset.parquet")
    return pd.read_csv(folder / "dataset.csv", dtype={"class": str}, keep_default_na=False)


def images(*shape):
    return np.random.default_rng(0).integers(0, 256, (7, *shape), np.uint8)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 3)])
def test_pandas_reads_pixels_numbers_and_names(tmp_path, batches, shape, format_):
    x = images(*shape)
    write(format_, batches.of(x, Y), tmp_path)
    data = read(tmp_path, format_)
    pixels = [f"pixel_{i}" for i in range(x[0].size)]
    assert list(data.columns) == ["sample", "label", "class", *pixels]
    assert np.array_equal(data[pixels].to_numpy(), x.reshape(7, -1))
    assert data["sample"].tolist() == list(range(7))
    assert data["label"].tolist() == [CLASSES[y].number for y in Y]
    assert data["class"].tolist() == [CLASSES[y].name for y in Y]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 3)])
def test_paths_lead_to_the_very_pixels(tmp_path, batches, shape, format_):
    x = images(*shape)
    marked = (batch._replace(real=batch.start < 3) for batch in batches.of(x, Y))
    write(format_, marked, tmp_path, DatasetInfo("noise", CLASSES, 7, 1, real=3), pixels="png")
    data = read(tmp_path, format_)
    assert list(data.columns) == ["sample", "label", "class", "real", "path"]
    assert data["path"].tolist()[2:4] == ["images/2_real.png", "images/3.png"]
    assert data["real"].dtype == bool
    assert data["real"].tolist() == [True] * 3 + [False] * 4
    for path, image in zip(data["path"], x, strict=True):
        with Image.open(tmp_path / path) as picture:
            assert np.array_equal(np.asarray(picture), image)


@pytest.mark.parametrize("format_", FORMATS)
def test_unlabelled_samples_have_no_labels(tmp_path, batches, format_):
    write(format_, batches.of(images(1, 2), [0] * 7), tmp_path, DatasetInfo("noise", (), 7, 1))
    assert list(read(tmp_path, format_).columns) == ["sample", "pixel_0", "pixel_1"]


def test_every_value_of_a_byte_is_written_as_its_number(tmp_path, batches):
    x = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    write("csv", batches.of(x, [0]), tmp_path, DatasetInfo("n", (), 1, 1))
    with (tmp_path / "dataset.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == ["0", *map(str, range(256))]
    assert len(rows) == 2


def test_many_pictures_are_spread_over_folders(tmp_path, batches):
    later = (batch._replace(start=batch.start + 9_998) for batch in batches.of(images(2, 2), Y))
    write("csv", later, tmp_path, DatasetInfo("noise", CLASSES, 10_005, 5), pixels="png")
    assert read(tmp_path, "csv")["path"].tolist()[1:3] == ["images/0/09999.png", "images/1/10000.png"]
    assert (tmp_path / "images" / "1" / "10004.png").is_file()


@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 3)])
def test_parquet_has_all_pixels_in_one_column_if_asked(tmp_path, batches, shape):
    x = images(*shape)
    write("parquet", batches.of(x, Y), tmp_path, pixels="list")
    data = read(tmp_path, "parquet")
    assert list(data.columns) == ["sample", "label", "class", "pixels"]
    pixels = np.stack(data["pixels"])
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels.reshape(x.shape), x)


def test_parquet_has_bounded_row_groups_small_types_and_the_shape(tmp_path, batches, monkeypatch):
    monkeypatch.setattr("synthgen.export.parquet.ROW_GROUP_BYTES", 4 * 30)
    x = images(6, 5)
    write("parquet", batches.of(x, Y), tmp_path)
    with pyarrow.parquet.ParquetFile(tmp_path / "dataset.parquet") as file:
        groups = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
        schema = file.schema_arrow
    assert groups == [6, 1]
    assert str(schema.field("pixel_0").type) == "uint8"
    assert schema.metadata[b"shape"] == b"[6, 5]"


@pytest.mark.parametrize("compression", ["zstd", "snappy", "none"])
def test_parquet_is_packed_as_asked(tmp_path, batches, compression):
    write("parquet", batches.of(images(2, 2), Y), tmp_path, compression=compression)
    with pyarrow.parquet.ParquetFile(tmp_path / "dataset.parquet") as file:
        used = file.metadata.row_group(0).column(4).compression
    assert used.lower().replace("uncompressed", "none") == compression


def test_without_pyarrow_the_exporter_is_refused_when_it_is_built(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UnsupportedError, match=r"pip install pyarrow"):
        ParquetExporter(ParquetExporter.Options())
