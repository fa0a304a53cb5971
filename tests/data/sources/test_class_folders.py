import os
import sys

import pytest

from synthgen import DataError, DataNotFoundError
from synthgen.data.sources.class_folders import list_pictures, natural, split_folder


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_digits_in_names_sort_as_numbers_and_case_does_not_matter():
    names = ["10", "2", "b10", "B9", "a", "02", "²"]
    assert sorted(names, key=natural) == ["02", "2", "10", "a", "B9", "b10", "²"]


def test_pictures_are_listed_by_class_at_any_depth_in_natural_order(tmp_path):
    touch(tmp_path, "10/a.PNG", "2/10.jpg", "2/9.jpg", "2/deep/er/1.gif", "2/notes.txt", "README.md")
    names, pictures = list_pictures(tmp_path)
    assert names == ["2", "10"]
    assert [(p.path.relative_to(tmp_path).as_posix(), p.y) for p in pictures] == [
        ("2/9.jpg", 0),
        ("2/10.jpg", 0),
        ("2/deep/er/1.gif", 0),
        ("10/a.PNG", 1),
    ]


def test_hidden_files_and_folders_are_passed_over(tmp_path):
    touch(tmp_path, "a/1.png", "a/.1.png", "a/.thumbs/1.png", ".git/1.png", "__MACOSX/a/1.png")
    names, pictures = list_pictures(tmp_path)
    assert names == ["a"]
    assert len(pictures) == 1


def test_class_folders_without_pictures_are_named(tmp_path):
    touch(tmp_path, "a/1.png", "b/notes.txt", "c/.hidden.png")
    with pytest.raises(DataError, match=r"/b: no pictures in it \(likewise c\); fill or remove"):
        list_pictures(tmp_path)


def test_a_folder_without_class_folders_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"no class folders in it; it must hold one folder a class\.$"):
        list_pictures(tmp_path)
    touch(tmp_path, "1.png")
    with pytest.raises(DataError, match="move them into class folders"):
        list_pictures(tmp_path)


def test_train_and_test_folders_are_the_splits(tmp_path):
    touch(tmp_path, "train/a/1.png", "test/a/1.png", "val/a/1.png")
    for split in ("train", "test", "val"):
        assert split_folder(tmp_path, split) == tmp_path / split
    with pytest.raises(DataError, match="no split 'all'; there are test, train, val"):
        split_folder(tmp_path, "all")
    with pytest.raises(DataError, match=r"no split '\.\./x'"):
        split_folder(tmp_path, "../x")


def test_only_a_test_folder_is_no_training_data(tmp_path):
    touch(tmp_path, "test/a/1.png")
    with pytest.raises(DataError, match="no split 'train'; there are test"):
        split_folder(tmp_path, "train")


def test_without_split_folders_train_is_everything_and_test_an_error(tmp_path):
    touch(tmp_path, "a/1.png")
    assert split_folder(tmp_path, "train") == split_folder(tmp_path, "all") == tmp_path
    with pytest.raises(
        DataError, match="no folders train and test, so no split 'test'; split train is everything"
    ):
        split_folder(tmp_path, "test")


def test_a_class_may_be_called_train(tmp_path):
    touch(tmp_path, "bus/1.png", "train/1.png", "train/steam/2.png")
    assert split_folder(tmp_path, "train") == tmp_path


def test_a_missing_folder_and_a_file_are_told_apart(tmp_path):
    with pytest.raises(DataNotFoundError, match="/gone: no such folder"):
        split_folder(tmp_path / "gone", "train")
    touch(tmp_path, "file")
    with pytest.raises(DataError, match="file: is a file; root must be a folder"):
        split_folder(tmp_path / "file", "train")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_class_folder_whose_name_is_no_text_is_named(tmp_path):
    touch(tmp_path, "tea/1.png", os.fsdecode(b"caf\xe9/1.png"))
    with pytest.raises(
        DataError, match=r"the class folder 'caf\\udce9' has a name that is no text.*rename it"
    ):
        list_pictures(tmp_path)
