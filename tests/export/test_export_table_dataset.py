"""Whole datasets of tables: manifest, card, conditions, originals, and formats that cannot hold them."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from table_frames import run_usage

from synthgen import Dataset, UnsupportedError
from synthgen.errors import SynthgenError
from synthgen.export.csv_file import CsvExporter
from synthgen.export.dataset import export_dataset
from synthgen.export.huggingface import HuggingFaceExporter
from synthgen.export.idx import IdxExporter
from synthgen.export.image_folder import ImageFolderExporter
from synthgen.export.npz import NpzExporter
from synthgen.export.originals import Originals
from synthgen.export.parquet import ParquetExporter
from synthgen.export.verify import verify_dataset
from synthgen.export.webdataset import WebDatasetExporter

TABLES = {"csv": CsvExporter, "parquet": ParquetExporter}


def export(model, folder, format_="csv", exporter=None, originals=None, size=None, **plan):
    exporter = exporter or TABLES[format_](TABLES[format_].Options())
    plan = model.plan(**(plan or {"count": 150}))
    return export_dataset(
        model, plan, exporter, format_, folder, seed=3, originals=originals, shard_size=size
    )


def card(folder):
    return (folder / "README.md").read_text("utf-8")


def code(folder):
    return re.findall(r"```python\n(.*?)```", card(folder), re.S)


@pytest.mark.parametrize("format_", TABLES)
def test_what_the_reading_code_reads_is_what_the_model_samples(make_table_model, pets, tmp_path, format_):
    model = make_table_model(pets, "kind")
    export(model, tmp_path / "out", format_)
    read = run_usage(code(tmp_path / "out")[-1], tmp_path / "out")["data"]
    x, _ = model.sample(150, seed=3)
    assert_frame_equal(read, x, check_dtype=format_ == "parquet", check_categorical=format_ == "parquet")
    assert read.dtypes.astype(str).tolist()[3:] == ["category", str(read["born"].dtype)]
    assert verify_dataset(tmp_path / "out") == []


@pytest.mark.parametrize("format_", TABLES)
def test_the_same_seed_gives_the_same_bytes(make_table_model, pets, tmp_path, format_):
    for name in "ab":
        export(make_table_model(pets, "kind"), tmp_path / name, format_, size=100)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_the_manifest_has_columns_target_and_counts(make_table_model, pets, tmp_path):
    head = export(make_table_model(pets, "kind"), tmp_path / "out")
    assert [column["name"] for column in head["columns"]] == list(pets.columns)
    assert head["columns"][3]["dtype"] == "category"
    assert (head["target"], head["shape"], head["count"]) == ("kind", [5], 150)
    assert sum(entry["count"] for entry in head["classes"]) == 150
    assert json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["columns"] == head["columns"]


def test_the_card_speaks_of_rows_and_columns(make_table_model, pets, tmp_path):
    pets = pets.rename(columns={"weight": "we|ght"})
    export(make_table_model(pets, "kind"), tmp_path / "out")
    text = card(tmp_path / "out")
    assert "**Every one of the 150 rows in this dataset is SYNTHETIC.**" in text
    assert "150 rows × 5 columns, format `csv`.\n\n| column | type |\n| --- | --- |\n| kind | " in text
    assert "| we\\|ght | float64 |" in text
    assert "The label is column `kind`:\n\n| number | class | rows |" in text
    assert "combine values that never go together" in text
    assert "samples" not in text


def test_a_table_without_a_label_says_so(make_table_model, pets, tmp_path):
    head = export(make_table_model(pets), tmp_path / "out")
    assert "target" not in head
    assert "150 rows × 5 columns, format `csv`. No labels.\n\n| column | type |" in card(tmp_path / "out")


@pytest.mark.parametrize(
    "plan",
    [
        {"count": 90, "where": {"size": np.float32(2.5)}},
        {"count": 90, "where": {"size": "4"}},
        {"count": 90, "where": {"size": 3, "kind": "dog"}},
        {"per_class": {"dog": 70, "cat": 2}, "where": {"size": np.int64(7)}},
    ],
)
def test_values_that_were_asked_for_are_in_every_row_and_in_the_call_on_the_card(
    make_table_model, pets, tmp_path, plan
):
    model = make_table_model(pets, "kind")
    head = export(model, tmp_path / "out", **plan)
    read = pd.read_csv(tmp_path / "out" / "dataset.csv")
    asked = head["plan"]["where"]["size"]
    assert asked == plan["where"]["size"]
    assert set(read["size"]) == {float(asked)}
    assert "kind" not in plan["where"] or set(read["kind"]) == {"dog"}
    assert f"- asked for: size = {asked}\n" in card(tmp_path / "out")
    arguments = re.search(r"\.sample\((.*)\)", card(tmp_path / "out"))[1]
    x, _ = eval(f"model.sample({arguments})", {"model": model})
    assert x["weight"].tolist() == read["weight"].tolist()
    assert x["kind"].tolist() == read["kind"].tolist()


@pytest.mark.parametrize("format_", TABLES)
def test_originals_are_the_first_rows_and_keep_every_type(make_table_model, pets, tmp_path, format_):
    model = make_table_model(pets, "kind")
    dataset = Dataset("pets", pets, np.tile([0, 1], 6), model.classes, kind="table", target="kind")
    originals = Originals.of(dataset, "f").having((("size", 1),), model.codec)
    head = export(model, tmp_path / "out", format_, originals=originals, count=20, where={"size": 1})
    assert (head["real"], head["synthetic"]) == (3, 20)
    read = run_usage(code(tmp_path / "out")[-1], tmp_path / "out")
    assert read["data"]["real"].tolist() == [True] * 3 + [False] * 20
    assert read["data"]["weight"].tolist()[:3] == pets["weight"][pets["size"] == 1].tolist()
    assert len(read["synthetic"]) == 20
    assert "**20 of the 23 rows in this dataset are SYNTHETIC.**" in card(tmp_path / "out")


def test_where_no_original_has_what_is_asked_for_there_is_none(make_table_model, pets, tmp_path):
    model = make_table_model(pets, "kind")
    dataset = Dataset("pets", pets, np.tile([0, 1], 6), model.classes, kind="table", target="kind")
    originals = Originals.of(dataset, "f").having((("size", 9),), model.codec)
    head = export(model, tmp_path / "out", originals=originals, count=5, where={"size": 9})
    assert (head["real"], head["synthetic"]) == (0, 5)


def test_an_export_that_goes_on_still_knows_the_columns(make_table_model, pets, tmp_path):
    model = make_table_model(pets, "kind")

    class Failing(CsvExporter):
        def write(self, batches, info, shard, folder):
            if shard.index == 1:
                raise OSError(28, "No space left on device")
            super().write(batches, info, shard, folder)

    with pytest.raises(SynthgenError, match="No space left"):
        export(model, tmp_path / "out", exporter=Failing(CsvExporter.Options()), size=100)
    head = export(model, tmp_path / "out", size=100)
    whole = export(model, tmp_path / "whole", size=100)
    assert head == whole
    for path in (tmp_path / "whole").iterdir():
        assert path.read_bytes() == (tmp_path / "out" / path.name).read_bytes()


@pytest.mark.parametrize(
    "exporter", [ImageFolderExporter, IdxExporter, WebDatasetExporter, HuggingFaceExporter, NpzExporter]
)
def test_formats_of_arrays_refuse_rows_and_name_those_that_take_them(
    make_table_model, pets, tmp_path, exporter
):
    with pytest.raises(UnsupportedError, match="rows of a table; exporters 'csv' and 'parquet' write tables"):
        export(make_table_model(pets), tmp_path / "out", exporter=exporter(exporter.Options()))
    assert not any(tmp_path.iterdir())
