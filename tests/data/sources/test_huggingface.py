import gc
import json
import sys

import numpy as np
import pandas as pd
import pytest

from synthgen import ClassLabel, DataError, DataNotFoundError
from synthgen.data.sources.huggingface import Huggingface

from ..helpers import save_picture


def load(root, **options):
    return Huggingface(Huggingface.Options(root=root, **options)).load()


def write_table(folder, rows, form="csv"):
    """Rows of (file_name, label), and a picture for each; picture i has the colour i."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, (name, _) in enumerate(rows):
        if not (folder / name).exists():
            save_picture(folder / name, i)
    table = pd.DataFrame(rows, columns=["file_name", "label"])
    path = folder / f"metadata.{form}"
    if form == "csv":
        table.to_csv(path, index=False)
    elif form == "jsonl":
        path.write_text("".join(json.dumps({"file_name": n, "label": y}) + "\n" for n, y in rows))
    else:
        pytest.importorskip("pyarrow", reason="parquet needs pyarrow")
        table.to_parquet(path)
    return path


def colours(dataset):
    return dataset.x[:, 0, 0].tolist()


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_rows_become_images_in_their_order_with_classes_by_name(tmp_path, form):
    write_table(tmp_path / "pets", [("b.png", "dog"), ("sub/a.png", "cat"), ("c.png", "dog")], form)
    dataset = load(tmp_path / "pets")
    assert dataset.name == "pets"
    assert dataset.classes == (ClassLabel(0, "cat"), ClassLabel(1, "dog"))
    assert dataset.y.dtype == np.int64
    assert (colours(dataset), dataset.y.tolist()) == ([0, 1, 2], [1, 0, 1])


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_labels_that_are_numbers_keep_them(tmp_path, form):
    write_table(tmp_path, [("a.png", 10), ("b.png", 2), ("c.png", 10)], form)
    dataset = load(tmp_path)
    assert dataset.classes == (ClassLabel(2, "2"), ClassLabel(10, "10"))
    assert dataset.y.tolist() == [1, 0, 1]
    names = load(tmp_path, names=[f"kind {n}" for n in range(11)]).classes
    assert names == (ClassLabel(2, "kind 2"), ClassLabel(10, "kind 10"))


def test_numbers_with_leading_zeros_are_names(tmp_path):
    write_table(tmp_path, [("a.png", "007"), ("b.png", "7")])
    assert [label.name for label in load(tmp_path).classes] == ["007", "7"]


def test_split_folders_have_their_own_tables(tmp_path):
    write_table(tmp_path / "train", [("a.png", "x"), ("b.png", "y")])
    write_table(tmp_path / "test", [("a.png", "y")])
    (tmp_path / "test/metadata.csv").write_text("broken")
    assert len(load(tmp_path)) == 2
    write_table(tmp_path / "test", [("a.png", "y")])
    assert load(tmp_path, split="test").classes == (ClassLabel(0, "y"),)
    with pytest.raises(DataError, match="has no split 'all'; there are test, train"):
        load(tmp_path, split="all")


def test_one_table_may_list_the_pictures_of_split_folders(tmp_path):
    write_table(tmp_path, [("train/a.png", "x"), ("test/a.png", "y"), ("train/b.png", "x")])
    assert colours(load(tmp_path)) == [0, 2]
    assert colours(load(tmp_path, split="test")) == [1]


def test_a_folder_called_train_beside_others_is_no_split(tmp_path):
    write_table(tmp_path, [("train/a.png", "train"), ("bus/a.png", "bus")])
    assert colours(load(tmp_path)) == [0, 1]
    with pytest.raises(DataError, match="has no folders train and test, so no split 'test'"):
        load(tmp_path, split="test")


def test_several_tables_are_each_relative_to_their_own_folder(tmp_path):
    write_table(tmp_path / "train/10", [("a.png", "x")], "jsonl")
    write_table(tmp_path / "train/9", [("a.png", "x"), ("b.png", "y")])
    write_table(tmp_path / "train/.hidden", [("a.png", "z")])
    assert colours(load(tmp_path)) == [0, 1, 0]


def test_another_column_may_hold_the_label_or_none(tmp_path):
    write_table(tmp_path, [("a.png", 1), ("b.png", 2)])
    (tmp_path / "metadata.csv").write_text("kind,file_name,synthetic\nx,a.png,true\ny,b.png,false\n")
    assert [label.name for label in load(tmp_path, label="kind").classes] == ["x", "y"]
    unlabelled = load(tmp_path, label=None)
    assert unlabelled.classes == ()
    assert unlabelled.y.tolist() == [0, 0]
    with pytest.raises(
        DataError, match="has no column 'label', only kind, file_name, synthetic; name the one"
    ):
        load(tmp_path)


def test_pictures_are_brought_to_size_and_kind_and_alpha_is_noted(tmp_path, caplog):
    write_table(tmp_path, [("a.png", "x"), ("b.png", "y")])
    save_picture(tmp_path / "b.png", (1, 2, 3, 4), (20, 30), "RGBA")
    dataset = load(tmp_path, size=[16, 8])
    assert dataset.x.shape == (2, 16, 8, 3)
    assert dataset.notes == ("1 of the pictures had transparency (alpha), which was dropped",)
    assert load(tmp_path, size=16, mode="grey").x.shape == (2, 16, 16)
    with pytest.raises(DataError, match="pictures of different sizes"):
        load(tmp_path)


def test_a_corrupt_picture_is_an_error_or_skipped(tmp_path):
    write_table(tmp_path, [("a.png", "x"), ("b.png", "y"), ("c.png", "y")])
    (tmp_path / "b.png").write_text("hello")
    with pytest.raises(DataError, match=r"b.png: cannot be read \(not a picture"):
        load(tmp_path)
    dataset = load(tmp_path, on_corrupt="skip")
    assert colours(dataset) == [0, 2]
    assert dataset.y.tolist() == [0, 1]
    assert dataset.notes == ("1 pictures could not be read and were skipped: b.png",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("file_name,label\n", "metadata.csv: has no rows"),
        ("", "metadata.csv: has no column 'file_name', only none"),
        ("name,label\na.png,x\n", "metadata.csv: has no column 'file_name', only name, label"),
        ("file_name,label\na.png,x\nb.png,y\na.png,x\n", "line 4: a.png is listed already by .*line 2"),
        ("file_name,label\na.png,x\n./a.png,x\n", "line 3: a.png is listed already"),
        ("file_name,label\na.png,x\ngone.png,x\n", "line 3: there is no picture .*gone.png"),
        ("file_name,label\na.png\n", "line 2: does not have as many values"),
        ("file_name,label\na.png,x,y\n", "line 2: does not have as many values"),
        ("file_name,label\na.png,\n", "line 2: label is ''; it must be a class name or a whole number"),
        ("file_name,label\n,x\n", "line 2: file_name is ''; it must name a picture"),
        ("file_name,label\n../a.png,x\n", "line 2: file_name '../a.png' leads out of"),
        ("file_name,label\n/a.png,x\n", "line 2: file_name '/a.png' leads out of"),
        ('file_name,label\n"a.png,x\n', "metadata.csv: cannot be read"),
        (b"file_name,label\n\xff.png,x\n", "metadata.csv: cannot be read"),
    ],
)
def test_a_table_that_is_not_as_it_should_be_is_told_with_its_row(tmp_path, content, message):
    save_picture(tmp_path / "a.png")
    save_picture(tmp_path / "b.png")
    content = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "metadata.csv").write_bytes(content)
    with pytest.raises(DataError, match=message):
        load(tmp_path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 3: is not JSON"),
        ("[1]", "line 3: is no JSON object"),
        ('{"file_name": "b.png"}', "line 3: has no column 'label', only file_name"),
        ('{"file_name": "b.png", "label": 1.5}', "line 3: label is 1.5; it must be"),
        ('{"file_name": "b.png", "label": null}', "line 3: label is None"),
        ('{"file_name": 7, "label": 1}', "line 3: file_name is 7"),
        ('{"file_name": "b.png", "label": "\\ud800"}', r"line 3: label is '\\ud800', which is no text"),
        ('{"file_name": "b.png", "label": true}', "line 3: label is true, others are not true or false"),
        ("[" * 100_000, "line 3: is not JSON that can be read"),
        (
            '{"file_name": "' + "b" * 300 + '", "label": 1}',
            "line 3: the picture b{300} cannot be looked at: .*[Nn]ame too long",
        ),
    ],
)
def test_a_line_of_json_that_is_not_as_it_should_be_is_told(tmp_path, line, message):
    save_picture(tmp_path / "a.png")
    save_picture(tmp_path / "b.png")
    (tmp_path / "metadata.jsonl").write_text('{"file_name": "a.png", "label": 1}\n\n' + line + "\n")
    with pytest.raises(DataError, match=message):
        load(tmp_path)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_labels_that_are_true_or_false_are_classes_of_that_name(tmp_path, form):
    write_table(tmp_path, [("a.png", True), ("b.png", False), ("c.png", True)], form)
    dataset = load(tmp_path)
    assert [(c.number, c.name.lower()) for c in dataset.classes] == [(0, "false"), (1, "true")]
    assert dataset.y.tolist() == [1, 0, 1]


def test_true_keeps_its_number_where_nothing_is_false_and_can_be_named(tmp_path):
    write_table(tmp_path, [("a.png", True), ("b.png", True)], "jsonl")
    assert load(tmp_path).classes == (ClassLabel(1, "true"),)
    assert load(tmp_path, names=["real", "fake"]).classes == (ClassLabel(1, "fake"),)


def test_only_the_columns_needed_are_read_from_parquet(tmp_path, monkeypatch):
    parquet = pytest.importorskip("pyarrow.parquet", reason="parquet needs pyarrow")
    path = write_table(tmp_path, [("a.png", "x"), ("b.png", "y")], "parquet")
    frame = pd.read_parquet(path)
    frame["image"] = [b"0" * 1000] * 2
    frame.to_parquet(path)
    read, taken = parquet.ParquetFile.read, []
    monkeypatch.setattr(
        parquet.ParquetFile, "read", lambda file, columns: taken.append(columns) or read(file, columns)
    )
    assert load(tmp_path).y.tolist() == [0, 1]
    load(tmp_path, label=None)
    assert taken == [["file_name", "label"], ["file_name"]]
    with pytest.raises(DataError, match="has no column 'kind', only file_name, label, image; name the one"):
        load(tmp_path, label="kind")
    assert len(taken) == 2


def test_names_without_labels_are_refused(tmp_path):
    write_table(tmp_path, [("a.png", 1)])
    with pytest.raises(DataError, match="has no labels to go with the names; give option label, too"):
        load(tmp_path, label=None, names=["a", "b"])


def test_gaps_in_numbers_of_a_parquet_table_are_told_with_the_row(tmp_path):
    path = write_table(tmp_path, [("a.png", 1), ("b.png", None)], "parquet")
    with pytest.raises(DataError, match=r"metadata\.parquet, row 2: label is None"):
        load(tmp_path)
    path.write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"metadata\.parquet: cannot be read, cut short or corrupt"):
        load(tmp_path)


def test_parquet_without_its_library_names_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "metadata.parquet").write_bytes(b"PAR1")
    for library in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(DataError, match=r"pip install pyarrow"):
        load(tmp_path)


def test_names_for_labels_that_are_names_are_refused(tmp_path):
    write_table(tmp_path, [("a.png", "1"), ("b.png", "two")])
    with pytest.raises(DataError, match="line 3: label is 'two', a name; leave option names out"):
        load(tmp_path, names=["a", "b"])


def test_a_folder_without_a_table_and_one_that_is_not_there_are_told(tmp_path):
    save_picture(tmp_path / "a/1.png")
    with pytest.raises(DataError, match=r"no metadata.csv, metadata.jsonl or metadata.parquet in it"):
        load(tmp_path)
    with pytest.raises(DataNotFoundError, match=r"gone: no such folder \(option root\)"):
        load(tmp_path / "gone")
    with pytest.raises(DataError, match=r"1\.png: cannot be read"):
        load(tmp_path / "a/1.png")


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # it leaves the table open
def test_the_datasets_library_reads_the_same_folder_the_same_way(tmp_path):
    datasets = pytest.importorskip("datasets", reason="needs Hugging Face's datasets library")
    rows = [("b.png", "dog"), ("a.png", "cat"), ("c.png", "dog")]
    write_table(tmp_path / "pets/train", rows)
    theirs = datasets.load_dataset(
        "imagefolder", data_dir=str(tmp_path / "pets"), cache_dir=str(tmp_path / "cache"), split="train"
    )
    ours = load(tmp_path / "pets")
    assert theirs["label"] == [ours.classes[y].name for y in ours.y]
    assert all(np.array_equal(np.asarray(a), b) for a, b in zip(theirs["image"], ours.x, strict=True))
    gc.collect()
