import datetime
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthgen import ClassLabel, DataError, DataNotFoundError, UnsupportedError
from synthgen.data.loading import check_dataset
from synthgen.data.sources.parquet_file import ParquetFile


def load(path: Path, **options):
    return check_dataset(ParquetFile(ParquetFile.Options(path=path, **options)).load(), "parquet")


def write(path: Path, **columns) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_a_frame_comes_back_with_its_types_and_its_label(tmp_path):
    frame = pd.DataFrame(
        {
            "i": np.array([1, 2, 3], np.int16),
            "n": pd.array([1, None, 3], "Int64"),
            "c": pd.Categorical(["b", "a", "b"], ["b", "a", "z"], ordered=True),
            "t": pd.to_datetime(["2020-01-01", None, "2021-01-01"]).tz_localize("Europe/Paris"),
            "s": ["x", None, "y"],
        }
    )
    frame.to_parquet(tmp_path / "toy.parquet")
    dataset = load(tmp_path / "toy.parquet", target="c")
    pd.testing.assert_frame_equal(dataset.x, frame)
    assert (dataset.name, dataset.target) == ("toy", "c")
    assert dataset.classes == (ClassLabel(0, "b"), ClassLabel(1, "a"))
    assert dataset.y.tolist() == [0, 1, 0]


def test_types_that_pandas_would_lose_are_kept(tmp_path):
    path = write(
        tmp_path / "toy.parquet",
        i=pa.array([2**60 + 1, None], pa.int64()),
        u=pa.array([None, 7], pa.uint8()),
        b=pa.array([True, None]),
        d=pa.array([datetime.date(2020, 1, 1), None]),
        m=pa.array([Decimal("1.50"), None]),
        whole=pa.array([1, 2], pa.int32()),
    )
    frame = load(path).x
    assert [str(dtype) for dtype in frame.dtypes[["i", "u", "b", "m", "whole"]]] == [
        "Int64",
        "UInt8",
        "boolean",
        "float64",
        "int32",
    ]
    assert frame["d"].dtype.kind == "M"
    assert frame["i"].iloc[0] == 2**60 + 1
    assert frame.isna().sum().tolist() == [1, 1, 1, 1, 1, 0]


def test_an_index_with_a_name_is_a_column_and_one_without_is_not(tmp_path):
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index([7, 9], name="id"))
    frame.to_parquet(tmp_path / "named.parquet")
    assert load(tmp_path / "named.parquet").x.to_dict("list") == {"a": [1, 2], "id": [7, 9]}
    assert load(tmp_path / "named.parquet", columns=["a"]).x.to_dict("list") == {"a": [1, 2]}
    frame.rename_axis(None).to_parquet(tmp_path / "plain.parquet")
    assert load(tmp_path / "plain.parquet").x.to_dict("list") == {"a": [1, 2]}


def test_columns_called_by_numbers_are_called_so_as_text(tmp_path):
    pd.DataFrame({0: [1, 2], 1: ["a", "b"]}).to_parquet(tmp_path / "toy.parquet")
    assert load(tmp_path / "toy.parquet", target="1").x.columns.tolist() == ["0", "1"]


def test_several_files_are_joined_with_their_categories(tmp_path):
    for number, (category, size) in enumerate([("x", pa.int32()), ("y", pa.int64())]):
        write(
            tmp_path / f"part-{number}.parquet",
            c=pa.array([category, category]).dictionary_encode(),
            n=pa.array([number, number], size),
        )
    frame = load(tmp_path / "part-*.parquet").x
    assert frame["c"].dtype.categories.tolist() == ["x", "y"]
    assert frame["n"].tolist() == [0, 0, 1, 1]
    write(tmp_path / "part-2.parquet", c=["z"], m=[1])
    with pytest.raises(
        DataError, match=r"part-2\.parquet: its columns are not those of .*; only one has 'm', 'n'"
    ):
        load(tmp_path / "part-*.parquet")
    write(tmp_path / "part-2.parquet", c=["z"], n=["1"])
    with pytest.raises(DataError, match=r"part-0\.parquet and 2 more: types do not agree"):
        load(tmp_path / "part-*.parquet")


def test_columns_are_kept_and_dropped_and_the_target_stays(tmp_path):
    path = write(tmp_path / "toy.parquet", a=[1, 2], b=[3, 4], c=[0, 1], nested=[[1], [2]])
    assert list(load(path, columns=["b"], target="c").x) == ["b", "c"]
    assert list(load(path, drop=["a", "nested"]).x) == ["b", "c"]


def test_files_that_hold_no_table_of_single_values_are_refused(tmp_path):
    with pytest.raises(DataNotFoundError, match=r"none\.parquet was not found"):
        load(tmp_path / "none.parquet")
    nested = write(tmp_path / "nested.parquet", a=[[1], [2]], b=[b"1", b"2"], c=[1, 2])
    with pytest.raises(
        DataError, match=r"no single values are in column a \(list<.*>\), b \(binary\); leave"
    ):
        load(nested)
    empty = write(tmp_path / "empty.parquet", a=pa.array([], pa.int64()))
    with pytest.raises(DataError, match=r"empty\.parquet: has no rows"):
        load(empty)
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(empty.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"broken\.parquet: cannot be read as Parquet"):
        load(broken)
    twice = tmp_path / "twice.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"]), twice)
    with pytest.raises(DataError, match=r"twice\.parquet: has more than one column called 'a'; rename them"):
        load(twice)


def test_without_pyarrow_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UnsupportedError, match=r"source 'parquet' needs pyarrow, .*: pip install pyarrow"):
        ParquetFile(ParquetFile.Options(path="x"))
