import io

import numpy as np
import pytest
from PIL import Image
from tests_support import write_shard
from torchvision.datasets import ImageFolder

from synthgen import ClassLabel, DatasetInfo, UnsupportedError
from synthgen.export.image_folder import ImageFolderExporter, folder_names
from synthgen.export.images import png

EXPORTER = ImageFolderExporter(ImageFolderExporter.Options())


def names(*classes):
    return folder_names([ClassLabel(i, name) for i, name in enumerate(classes)])


@pytest.mark.parametrize("shape", [(7, 6, 5), (7, 6, 5, 3)])
def test_torchvision_reads_the_very_pixels_and_the_labels(tmp_path, batches, shape):
    x = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    y = [1, 0, 2, 1, 0, 2, 2]
    classes = tuple(ClassLabel(number, str(number)) for number in (2, 9, 10))
    info = DatasetInfo("noise", classes, 7, digits=2)
    write_shard(EXPORTER, batches.of(x, y), info, tmp_path)

    data = ImageFolder(tmp_path, loader=lambda path: np.asarray(Image.open(path)))
    assert data.classes == ["02", "09", "10"]
    assert data.targets == sorted(y)
    order = np.argsort(y, kind="stable")
    assert all(np.array_equal(data[i][0], x[order[i]]) for i in range(7))
    assert (tmp_path / "09" / "03.png").is_file()


@pytest.mark.parametrize("level", [0, 1, 9])
@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (8, 13), (1, 1, 3), (32, 32, 3), (7, 128, 3)])
def test_pillow_reads_the_very_pixels_of_a_png(shape, level):
    image = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    for pixels in (image, image // 255, np.asfortranarray(image)):
        content = png(pixels, level)
        with Image.open(io.BytesIO(content)) as picture:
            assert picture.mode == ("L" if len(shape) == 2 else "RGB")
            assert np.array_equal(np.asarray(picture), pixels)


def test_unlabelled_samples_go_into_one_folder(tmp_path, batches):
    info = DatasetInfo("noise", (), 4, digits=6)
    write_shard(EXPORTER, batches.of(np.zeros((4, 2, 2), np.uint8), [0] * 4), info, tmp_path)
    assert sorted(p.name for p in (tmp_path / "unlabelled").iterdir()) == [f"00000{i}.png" for i in range(4)]


def test_originals_are_marked_by_their_name(tmp_path, batches):
    info = DatasetInfo("noise", (ClassLabel(0, "a"),), 4, digits=1, real=3)
    stream = batches.of(np.zeros((4, 2, 2), np.uint8), [0] * 4)
    write_shard(EXPORTER, (b._replace(real=b.start < 3) for b in stream), info, tmp_path)
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == [
        "0_real.png",
        "1_real.png",
        "2_real.png",
        "3.png",
    ]


def test_a_class_without_samples_gets_no_folder(tmp_path, batches):
    info = DatasetInfo("noise", (ClassLabel(0, "a"), ClassLabel(1, "b")), 1, digits=1)
    write_shard(EXPORTER, batches.of(np.zeros((1, 2, 2), np.uint8), [1]), info, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


@pytest.mark.parametrize("x", [np.zeros((2, 3, 3), np.float32), np.zeros((2, 3, 3, 4), np.uint8)])
def test_what_is_no_grey_or_rgb_image_is_refused(tmp_path, batches, x):
    info = DatasetInfo("noise", (), 2, digits=1)
    with pytest.raises(UnsupportedError, match="'image_folder' writes uint8 images"):
        write_shard(EXPORTER, batches.of(x, [0, 0]), info, tmp_path)


def test_numbers_as_names_get_one_width_unless_a_name_is_no_number():
    assert names("0", "9", "10") == ["00", "09", "10"]
    assert names("0", "ten", "10") == ["0", "ten", "10"]


def test_names_become_safe_for_every_system():
    assert names("a/b", "c:d", "..", "", "con", "NUL.txt", " x. ", ".git", "naïve ☃") == [
        "a_b",
        "c_d",
        "_",
        "__3",
        "_con",
        "_NUL.txt",
        "x",
        "_.git",
        "naïve ☃",
    ]
    assert len(names("é" * 300)[0].encode()) == 200


def test_names_that_clash_are_told_apart_even_where_case_does_not_count():
    assert names("Cat", "cat", "a/b", "a:b", "cat_1") == ["Cat", "cat_1", "a_b", "a_b_3", "cat_1_4"]
    assert names("1", "01", "001") == ["001", "001_1", "001_2"]
