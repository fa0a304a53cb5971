"""A table in, the same table out, as CSV."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from table_frames import every_kind, run_usage
from tests_support import write_shard

from synthgen import DatasetInfo, SampleBatch, UnsupportedError
from synthgen.export.csv_file import CsvExporter
from synthgen.export.csv_table import TableLines
from synthgen.export.shards import ShardCutter, Tally, plan_shards
from synthgen.export.table_columns import table_columns


def info(rows, **more):
    return DatasetInfo("n", (), rows, 1, **more)


def write(batches, folder, rows, **options):
    write_shard(CsvExporter(CsvExporter.Options(**options)), batches, info(rows), folder)
    return (folder / "dataset.csv").read_bytes().decode()


def text(frame):
    return TableLines().lines(frame).decode()


def test_the_file_has_the_frame_s_columns_and_no_other(tmp_path, batches):
    frame = pd.DataFrame({"b": [1, 2], "a": ["x", "y"]})
    assert write(batches.of(frame, [0, 1]), tmp_path, 2) == "b,a\n1,x\n2,y\n"


def test_the_reading_code_gives_equal_values_and_types_back(tmp_path, batches):
    frame = every_kind()
    write(batches.of(frame, [0] * 6), tmp_path, 6)
    usage = CsvExporter(CsvExporter.Options()).usage(info(6, columns=table_columns(frame)))
    read = run_usage(usage, tmp_path)["data"]
    for name in ("born", "seen", "logged"):  # pandas reads times with a unit of its own
        assert pd.api.types.is_datetime64_any_dtype(read[name].dtype)
        read[name] = read[name].astype(frame[name].dtype)
    assert_frame_equal(read, frame, check_categorical=False)
    assert read["colour"].dtype == "category"


def test_columns_of_types_that_pandas_cannot_be_told_are_read_as_it_finds_them(tmp_path, batches):
    frame = pd.DataFrame(
        {
            "lasts": pd.to_timedelta([1, 2, None], unit="h"),
            "month": pd.period_range("2020-01", periods=3, freq="M"),
            "range": pd.cut([1, 2, 3], 2).astype("object"),
            "arrow": pd.array([1, None, 3], "int64[pyarrow]"),
            "time": pd.array([pd.Timestamp("2020-01-01 01:00"), None, None], "timestamp[us][pyarrow]"),
        }
    )
    write(batches.of(frame, [0] * 3), tmp_path, 3)
    usage = CsvExporter(CsvExporter.Options()).usage(info(3, columns=table_columns(frame)))
    read = run_usage(usage, tmp_path)["data"]
    assert read["lasts"].tolist()[:2] == ["0 days 01:00:00", "0 days 02:00:00"]
    assert read["month"].tolist() == ["2020-01", "2020-02", "2020-03"]
    assert read["range"].tolist() == frame["range"].astype(str).tolist()
    assert read["arrow"].dtype == "int64[pyarrow]"
    assert read["time"].tolist()[0] == pd.Timestamp("2020-01-01 01:00")


def test_lines_are_those_of_pandas_where_pandas_makes_no_mistake():
    frame = every_kind().drop(columns=["text", "count", "seen"])
    assert text(frame) == frame.to_csv(index=False, header=False, lineterminator="\n")


def test_numbers_have_no_digits_but_their_own():
    frame = pd.DataFrame({"two": np.round(np.arange(1, 200) * 0.07, 2), "single": np.float32(0.1)})
    cells = [line.split(",") for line in text(frame).splitlines()]
    assert max(len(two.partition(".")[2]) for two, _ in cells) == 2
    assert {single for _, single in cells} == {"0.1"}


def test_dates_have_no_time_of_day_and_times_are_exact_once_one_is():
    lines = TableLines()
    days = pd.DataFrame({"t": pd.to_datetime(["2020-01-31", None, "2020-02-01"]), "n": 1})
    assert lines.lines(days) == b"2020-01-31,1\n,1\n2020-02-01,1\n"
    exact = pd.DataFrame({"t": pd.to_datetime(["2020-01-31 12:00:00.25"]), "n": 1})
    assert lines.lines(exact) == b"2020-01-31 12:00:00.250,1\n"
    assert lines.lines(days) == b"2020-01-31 00:00:00.000,1\n,1\n2020-02-01 00:00:00.000,1\n"


def test_a_row_whose_only_cell_is_missing_is_not_lost(tmp_path, batches):
    frame = pd.DataFrame({"a": [1.0, np.nan, 2.0]})
    write(batches.of(frame, [0] * 3), tmp_path, 3)
    assert_frame_equal(pd.read_csv(tmp_path / "dataset.csv"), frame)


def test_names_of_columns_are_quoted_and_numbers_stay_names(tmp_path, batches):
    odd = pd.DataFrame([[1, 2]], columns=["a,b", 'c"d\n'])
    write(batches.of(odd, [0]), tmp_path / "odd", 1)
    assert_frame_equal(pd.read_csv(tmp_path / "odd" / "dataset.csv"), odd)
    array = pd.DataFrame(np.array([[0.5, 1.5], [2.5, 3.5]]))
    assert write(batches.of(array, [0, 0]), tmp_path / "array", 2).startswith("0,1\n")
    usage = CsvExporter(CsvExporter.Options()).usage(info(2, columns=table_columns(array)))
    assert run_usage(usage, tmp_path / "array")["data"].columns.tolist() == [0, 1]


@pytest.mark.parametrize(("name", "mark"), [("a", "real"), ("real", "real_2")])
def test_originals_are_marked_in_a_last_column_that_has_a_name_of_its_own(tmp_path, name, mark):
    parts = [pd.DataFrame({name: [1, 2]}), pd.DataFrame({name: [3]})]
    both = [SampleBatch(parts[0], np.zeros(2), 0, real=True), SampleBatch(parts[1], np.zeros(1), 2)]
    exporter = CsvExporter(CsvExporter.Options())
    known = info(3, real=2, columns=table_columns(parts[0]))
    write_shard(exporter, both, known, tmp_path)
    read = run_usage(exporter.usage(known), tmp_path)
    assert read["data"].columns.tolist() == [name, mark]
    assert read["data"][mark].tolist() == [True, True, False]
    assert read["synthetic"].columns.tolist() == [name]
    assert read["synthetic"][name].tolist() == [3]


def test_every_shard_has_the_header_and_together_they_are_the_table(tmp_path, batches):
    frame = every_kind()[["age", "colour", "born"]]
    exporter = CsvExporter(CsvExporter.Options())
    cutter = ShardCutter(batches.of(frame, [0] * 6, size=5), Tally.begin(0, None), None)
    known = info(6, shards=2, columns=table_columns(frame))
    for shard in plan_shards(6, 4):
        write_shard(exporter, cutter.take(shard.count), known, tmp_path, shard)
    heads = [path.read_text().splitlines()[0] for path in sorted(tmp_path.iterdir())]
    assert heads == ["age,colour,born"] * 2
    read = run_usage(exporter.usage(known), tmp_path)["data"]
    assert read["colour"].dtype == "category"
    assert read["colour"].tolist()[2:] == frame["colour"].tolist()[2:]
    assert read["age"].tolist() == frame["age"].tolist()


def test_pictures_cannot_be_made_of_rows(tmp_path, batches):
    with pytest.raises(UnsupportedError, match="pixels: png is not for rows of a table"):
        write(batches.of(pd.DataFrame({"a": [1]}), [0]), tmp_path, 1, pixels="png")
