import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from synthgen import ClassLabel, DataError, DataNotFoundError
from synthgen.data.selection import select
from synthgen.data.sources.class_folders import number_classes
from synthgen.data.sources.image_folder import ImageFolder

from ..helpers import save_picture


def load(root, **options):
    return ImageFolder(ImageFolder.Options(root=root, **options)).load()


def cut_short(path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:2000])


def test_pictures_become_a_dataset_named_after_the_folder(tmp_path):
    for n, name in enumerate(["2/b", "2/a", "10/a", "1/a"]):
        save_picture(tmp_path / "pets" / f"{name}.png", n)
    dataset = load(tmp_path / "pets")
    assert dataset.name == "pets"
    assert dataset.classes == (ClassLabel(1, "1"), ClassLabel(2, "2"), ClassLabel(10, "10"))
    assert (dataset.x.shape, dataset.x.dtype, dataset.y.dtype) == ((4, 8, 12), np.uint8, np.int64)
    assert dataset.x[:, 0, 0].tolist() == [3, 1, 0, 2]
    assert dataset.y.tolist() == [0, 1, 1, 2]
    assert dataset.notes == ()


def test_split_picks_the_folder_and_the_name_stays(tmp_path):
    save_picture(tmp_path / "pets/train/a/1.png", 1)
    save_picture(tmp_path / "pets/test/a/1.png", 2)
    for split, colour in (("train", 1), ("test", 2)):
        dataset = load(tmp_path / "pets", split=split)
        assert dataset.name == "pets"
        assert dataset.x[0, 0, 0] == colour


def test_pictures_without_class_folders_can_be_taken_without_classes(tmp_path):
    for n, name in enumerate(["10", "2", "1"]):
        save_picture(tmp_path / "pets" / f"{name}.png", n)
    (tmp_path / "pets" / "notes.txt").write_text("these are pets")
    dataset = load(tmp_path / "pets", labelled=False)
    assert dataset.classes == ()
    assert dataset.x[:, 0, 0].tolist() == [2, 1, 0]
    assert dataset.y.tolist() == [0, 0, 0]
    with pytest.raises(DataError, match="or take them without classes, with labelled: false"):
        load(tmp_path / "pets")


def test_pictures_in_class_folders_can_be_taken_without_classes(tmp_path):
    for name in ("a/1", "b/1", "b/2"):
        save_picture(tmp_path / "pets" / f"{name}.png")
    options = ImageFolder.Options(root=tmp_path / "pets", labelled=False)
    dataset = select(ImageFolder(options).load(), options, seed=0)
    assert (len(dataset), dataset.classes) == (3, ())


def test_a_relative_root_begins_at_the_current_directory(tmp_path, monkeypatch):
    save_picture(tmp_path / "pets/a/1.png")
    monkeypatch.chdir(tmp_path / "pets")
    assert load(".").name == "pets"


@pytest.mark.parametrize(
    ("mode", "colours", "shape"),
    [
        ("auto", ("L", "L"), (2, 8, 12)),
        ("auto", ("L", "RGB"), (2, 8, 12, 3)),
        ("grey", ("L", "RGB"), (2, 8, 12)),
        ("rgb", ("L", "L"), (2, 8, 12, 3)),
    ],
)
def test_mode_decides_on_grey_or_rgb(tmp_path, mode, colours, shape):
    for n, colour in enumerate(colours):
        save_picture(tmp_path / f"a/{n}.png", "white", mode=colour)
    dataset = load(tmp_path, mode=mode)
    assert dataset.x.shape == shape
    assert (dataset.x == 255).all()


def test_dropped_alpha_is_noted_and_logged(tmp_path, caplog):
    save_picture(tmp_path / "a/1.png", (9, 9, 9, 0), mode="RGBA")
    save_picture(tmp_path / "a/2.png", (9, 9, 9), mode="RGB")
    save_picture(tmp_path / "b/1.png", (9, 0), mode="LA")
    dataset = load(tmp_path)
    assert dataset.x.shape == (3, 8, 12, 3)
    assert (dataset.x == 9).all()
    assert dataset.notes == ("2 of the pictures had transparency (alpha), which was dropped",)
    assert [dataset.notes[0] in record.getMessage() for record in caplog.records] == [True]


def test_mixed_sizes_are_told_with_two_files_and_the_way_out(tmp_path):
    save_picture(tmp_path / "a/1.png", size=(12, 8))
    save_picture(tmp_path / "b/1.png", size=(10, 14))
    with pytest.raises(DataError, match=r"a/1.png is 8×12 \(height×width\), .*b/1.png is 14×10; set size:"):
        load(tmp_path)
    assert load(tmp_path, size=8).x.shape == (2, 8, 8)
    assert load(tmp_path, size=[8, 10], resize="pad", mode="rgb").x.shape == (2, 8, 10, 3)


def test_a_corrupt_picture_is_named_with_the_way_out(tmp_path):
    save_picture(tmp_path / "a/1.png", size=(64, 64))
    cut_short(tmp_path / "a/2.png")
    with pytest.raises(
        DataError, match=r"a/2.png: cannot be read \(image file is truncated.*on_corrupt: skip"
    ):
        load(tmp_path)
    (tmp_path / "a/2.png").write_text("hello")
    with pytest.raises(DataError, match=r"a/2.png: cannot be read \(not a picture"):
        load(tmp_path)


def test_skipped_pictures_are_counted_listed_and_logged(tmp_path, caplog):
    for n in (1, 3, 5):
        save_picture(tmp_path / f"a/{n}.png", n, size=(64, 64))
        save_picture(tmp_path / f"b/{n}.png", 10 + n, size=(64, 64))
    cut_short(tmp_path / "a/2.png")
    (tmp_path / "b/4.jpg").write_text("hello")
    dataset = load(tmp_path, on_corrupt="skip")
    assert dataset.x[:, 0, 0].tolist() == [1, 3, 5, 11, 13, 15]
    assert (dataset.x == dataset.x[:, :1, :1]).all()
    assert dataset.y.tolist() == [0, 0, 0, 1, 1, 1]
    assert dataset.notes == ("2 pictures could not be read and were skipped: b/4.jpg, a/2.png",)
    assert dataset.notes[0] in caplog.text


@pytest.mark.parametrize("damage", [cut_short, lambda path: path.write_text("hello")])
def test_a_class_of_which_nothing_can_be_read_is_named(tmp_path, damage):
    save_picture(tmp_path / "a/1.png", size=(64, 64))
    (tmp_path / "b").mkdir()
    damage(tmp_path / "b/1.png")
    with pytest.raises(DataError, match="b: no picture in it can be read"):
        load(tmp_path, on_corrupt="skip")


def test_an_empty_class_folder_is_named(tmp_path):
    save_picture(tmp_path / "a/1.png")
    (tmp_path / "b").mkdir()
    with pytest.raises(DataError, match="/b: no pictures in it"):
        load(tmp_path)


def test_a_missing_folder_is_data_not_found(tmp_path):
    with pytest.raises(DataNotFoundError, match="no such folder"):
        load(tmp_path / "gone")


@pytest.mark.parametrize("options", [{}, {"root": ".", "resize": "squash"}, {"root": ".", "size": 0}])
def test_options_are_checked(options):
    with pytest.raises(ValidationError):
        ImageFolder.Options(**options)


@pytest.mark.parametrize(
    ("names", "numbers"),
    [(["2", "10"], [2, 10]), (["cat", "dog"], [0, 1]), (["2", "ten"], [0, 1]), (["1", "01"], [0, 1])],
)
def test_folders_called_by_numbers_keep_them_and_others_are_counted(names, numbers):
    assert [label.number for label in number_classes(names)] == numbers


@pytest.mark.parametrize(("size", "shape"), [((129, 64), "64×129"), ((7, 30), "30×7")])
def test_sizes_that_cannot_be_trained_on_are_told_before_decoding(tmp_path, size, shape):
    path = save_picture(tmp_path / "a/1.png", size=size)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DataError, match=f"images of {shape} .*from 8 to 128 pixels a side: set size:"):
        load(tmp_path)


@pytest.mark.parametrize("size", [7, 129, [8, 200], [0, 8]])
def test_a_size_outside_8_to_128_is_no_option(size):
    with pytest.raises(ValidationError, match="equal to"):
        ImageFolder.Options(root=".", size=size)


@pytest.mark.parametrize("mode", ["grey", "rgb"])
def test_more_pictures_than_memory_are_refused_before_decoding(tmp_path, little_memory, mode):
    for n in "12":
        path = save_picture(tmp_path / f"a/{n}.png")
        path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DataError, match=r": 2 images of 8×12 \w+ need .* are free: set a smaller size"):
        load(tmp_path, mode=mode)
