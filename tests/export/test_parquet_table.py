"""A table in, the same table out, as Parquet."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from pandas.testing import assert_frame_equal
from table_frames import every_kind, run_usage
from tests_support import write_shard

from synthgen import DatasetInfo, SampleBatch, UnsupportedError
from synthgen.export.parquet import ParquetExporter
from synthgen.export.shards import ShardCutter, Tally, plan_shards
from synthgen.export.table_columns import table_columns


def info(rows, frame, **more):
    return DatasetInfo("n", (), rows, 1, columns=table_columns(frame), **more)


def exporter(**options):
    return ParquetExporter(ParquetExporter.Options(**options))


def write_and_read(frame, batches, folder):
    known = info(len(frame), frame)
    write_shard(exporter(), batches, known, folder)
    return run_usage(exporter().usage(known), folder)["data"]


def test_values_types_and_categories_come_back_exactly(tmp_path, batches):
    frame = every_kind()
    frame["rank"] = pd.Categorical(["low", "high"] * 3, ["low", "middle", "high"], ordered=True)
    frame["coded"] = pd.Categorical([3, 1, 3, 1, 2, 3])
    assert_frame_equal(write_and_read(frame, batches.of(frame, [0] * 6), tmp_path), frame)


def test_names_that_are_numbers_stay_numbers(tmp_path, batches):
    frame = pd.DataFrame(np.array([[0.5, 1.5], [2.5, 3.5]], np.float32))
    assert_frame_equal(
        write_and_read(frame, batches.of(frame, [0, 0]), tmp_path), frame, check_column_type=False
    )


def test_names_that_are_numbers_become_texts_beside_the_mark_of_originals(tmp_path):
    frame = pd.DataFrame({0: pd.Categorical([5, 6]), 1: [0.5, 1.5]})
    both = [SampleBatch(frame[:1], np.zeros(1), 0, real=True), SampleBatch(frame[1:], np.zeros(1), 1)]
    known = info(2, frame, real=1)
    write_shard(exporter(), both, known, tmp_path)
    read = run_usage(exporter().usage(known), tmp_path)
    assert read["data"].columns.tolist() == ["0", "1", "real"]
    assert read["data"]["0"].dtype == "category"
    assert read["synthetic"]["1"].tolist() == [1.5]


def test_row_groups_are_bounded(tmp_path, batches, monkeypatch):
    monkeypatch.setattr("synthgen.export.parquet_table.ROW_GROUP_CELLS", 8)
    frame = pd.DataFrame({"a": range(10), "b": range(10)})
    write_and_read(frame, batches.of(frame, [0] * 10), tmp_path)
    with pyarrow.parquet.ParquetFile(tmp_path / "dataset.parquet") as file:
        groups = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    assert groups == [6, 4]


def test_a_column_may_have_its_first_value_late(tmp_path, batches, monkeypatch):
    monkeypatch.setattr("synthgen.export.parquet_table.ROW_GROUP_CELLS", 1)
    frame = pd.DataFrame({"a": np.array([None, None, None, "x"], object)})
    assert write_and_read(frame, batches.of(frame, [0] * 4), tmp_path)["a"].tolist()[3] == "x"


def test_originals_are_marked_and_categories_of_several_files_are_one_type(tmp_path):
    frame = pd.DataFrame({"real": pd.Categorical(["a", "b", "c", "a"])})
    both = (SampleBatch(frame[i : i + 2], np.zeros(2), i, real=i == 0) for i in (0, 2))
    known = info(4, frame, real=2, shards=2)
    cutter = ShardCutter(both, Tally.begin(0, None), None)
    for shard in plan_shards(4, 3):
        write_shard(exporter(), cutter.take(shard.count), known, tmp_path, shard)
    read = run_usage(exporter().usage(known), tmp_path)
    assert read["data"]["real_2"].tolist() == [True, True, False, False]
    assert read["data"]["real"].dtype == "category"
    assert read["synthetic"]["real"].tolist() == ["c", "a"]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (
            pd.DataFrame({"a": [1], "b": np.array([object()])}),
            "cannot write this table: .*column b.*; take csv",
        ),
        (pd.DataFrame({0: [1], "0": [2]}), "0 and '0' would be one"),
        (pd.DataFrame({"a": pd.cut([1], [0, 2])}), "cannot write this table"),
    ],
)
def test_what_parquet_cannot_hold_is_refused(tmp_path, batches, frame, message):
    with pytest.raises(UnsupportedError, match=message):
        exporter().check(frame)
    with pytest.raises(UnsupportedError, match=message):
        write_shard(exporter(), batches.of(frame, [0]), info(1, frame), tmp_path)


def test_lists_of_pixels_cannot_be_made_of_rows(tmp_path, batches):
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(UnsupportedError, match="pixels: list is not for rows of a table"):
        write_shard(exporter(pixels="list"), batches.of(frame, [0]), info(1, frame), tmp_path)
