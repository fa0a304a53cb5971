import numpy as np
import pytest

from synthgen import ClassLabel, DataError, DataNotFoundError
from synthgen.data.loading import check_dataset
from synthgen.data.sources.npz import Npz

X = np.arange(4 * 2 * 3, dtype=np.uint8).reshape(4, 2, 3)
Y = np.array([7, 3, 7, 5])


def load(path, **options):
    return Npz(Npz.Options(path=path, **options)).load()


def loaded(tmp_path, **arrays):
    np.savez(tmp_path / "toy.npz", **arrays)
    return load(tmp_path / "toy.npz")


def test_what_the_exporter_writes_comes_back_with_numbers_and_names(tmp_path):
    dataset = loaded(
        tmp_path, x=X, y=Y, classes=np.array(["three", "seven", "five"]), numbers=np.array([3, 7, 5])
    )
    assert dataset.name == "toy"
    assert np.array_equal(dataset.x, X)
    assert dataset.classes == (ClassLabel(3, "three"), ClassLabel(7, "seven"), ClassLabel(5, "five"))
    assert dataset.y.tolist() == [1, 0, 1, 2]
    assert dataset.y.dtype == np.int64


def test_classes_without_numbers_are_numbered_from_zero(tmp_path):
    dataset = loaded(tmp_path, x=X, y=np.array([1, 0, 1, 1], np.uint8), classes=np.array(["no", "yes"]))
    assert dataset.classes == (ClassLabel(0, "no"), ClassLabel(1, "yes"))
    assert dataset.y.tolist() == [1, 0, 1, 1]


def test_without_classes_the_numbers_in_y_are_their_names(tmp_path):
    dataset = loaded(tmp_path, x=X, y=Y)
    assert dataset.classes == (ClassLabel(3, "3"), ClassLabel(5, "5"), ClassLabel(7, "7"))
    assert dataset.y.tolist() == [2, 0, 2, 1]


def test_without_y_the_images_are_unlabelled(tmp_path):
    dataset = loaded(tmp_path, x=X)
    assert dataset.classes == ()
    assert dataset.y.tolist() == [0, 0, 0, 0]


def test_a_class_that_no_image_has_is_kept(tmp_path):
    dataset = loaded(tmp_path, x=X, y=np.zeros(4, int), classes=np.array(["a", "b"]))
    assert len(dataset.classes) == 2


def test_whole_numbers_of_another_type_are_images_as_well(tmp_path):
    assert np.array_equal(loaded(tmp_path, x=X.astype(np.int64)).x, X)


@pytest.mark.parametrize(("channels", "shape"), [(1, (4, 2, 3)), (3, (4, 2, 3, 3))])
def test_a_last_axis_of_one_is_grey_and_of_three_rgb(tmp_path, channels, shape):
    x = np.repeat(X[..., None], channels, axis=3)
    dataset = loaded(tmp_path, x=x)
    assert dataset.x.shape == shape
    assert np.array_equal(dataset.x.reshape(-1), x.reshape(-1))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": X}, "no array 'x'.*it has images"),
        ({"x": X / 255}, r"array 'x' is float64 \(4, 2, 3\); .*uint8.*if you set kind: images"),
        ({"x": X.astype(int) + 999}, "array 'x' is int64.*whole numbers must be from 0 to 255"),
        ({"x": X[0]}, r"array 'x' is uint8 \(2, 3\); images must be"),
        ({"x": np.zeros((4, 3, 8, 8), np.uint8)}, "put the channels last"),
        ({"x": np.zeros((4, 8, 8, 4), np.uint8)}, r"uint8 \(4, 8, 8, 4\); images must be"),
        ({"x": X[:0]}, "not one image"),
        ({"x": np.array([None])}, "array 'x' cannot be read.*pickled objects are not read"),
        ({"x": X, "y": Y.astype(float)}, r"array 'y' is float64 \(4,\); labels must be integers"),
        ({"x": X, "y": Y[:3]}, r"array 'y' is int64 \(3,\); .*each of the 4 samples"),
        ({"x": X, "y": Y[:, None]}, r"array 'y' is int64 \(4, 1\)"),
        (
            {"x": X, "y": Y, "classes": np.array(["a", "b"])},
            r"y\[1\] is 3, which is no class number; there are 0, 1",
        ),
        ({"x": X, "y": np.array([0, 0, -1, 0]), "classes": np.array(["a"])}, r"y\[2\] is -1"),
        ({"x": X, "y": Y, "classes": np.array([1, 2])}, "array 'classes' is int64"),
        ({"x": X, "y": Y, "numbers": np.array(["3"])}, "array 'numbers' is <U1"),
        (
            {"x": X, "y": Y, "classes": np.array(["a"]), "numbers": np.array([3, 5])},
            "1 classes but 2 numbers",
        ),
        (
            {"x": X, "y": Y, "classes": np.array(["a", "b", "a"]), "numbers": [3, 5, 7]},
            "'classes' has a more than",
        ),
        (
            {"x": X, "y": Y, "classes": np.array(["a", "b", "c"]), "numbers": [3, 5, 3]},
            "'numbers' has 3 more than",
        ),
        ({"x": X, "classes": np.array(["a"])}, "has 'classes' but no 'y'"),
    ],
)
def test_arrays_that_are_not_as_they_should_be_are_named(tmp_path, arrays, message):
    with pytest.raises(DataError, match=rf"toy\.npz: .*{message}"):
        loaded(tmp_path, **arrays)


def test_the_first_bad_label_is_named_by_its_row(tmp_path):
    with pytest.raises(DataError, match=r"y\[3\] is 9"):
        loaded(tmp_path, x=X, y=np.array([0, 1, 0, 9]), classes=np.array(["a", "b"]))


def test_a_missing_file_is_data_not_found(tmp_path):
    with pytest.raises(DataNotFoundError, match=r"nothing\.npz: no such file"):
        load(tmp_path / "nothing.npz")


def test_what_is_no_npz_file_is_refused(tmp_path):
    np.save(tmp_path / "x.npy", X)
    (tmp_path / "text.npz").write_text("hello")
    np.savez(tmp_path / "cut.npz", x=X)
    (tmp_path / "cut.npz").write_bytes((tmp_path / "cut.npz").read_bytes()[:-30])
    for name in ("x.npy", "text.npz", "cut.npz", "."):
        with pytest.raises(DataError, match="not an npz file"):
            load(tmp_path / name)


def test_a_damaged_array_is_named(tmp_path):
    np.savez(tmp_path / "toy.npz", x=X, y=Y)
    content = bytearray((tmp_path / "toy.npz").read_bytes())
    content[content.find(X.tobytes())] ^= 0xFF
    (tmp_path / "toy.npz").write_bytes(content)
    with pytest.raises(DataError, match="array 'x' cannot be read"):
        load(tmp_path / "toy.npz")


def test_there_are_no_splits(tmp_path):
    np.savez(tmp_path / "toy.npz", x=X)
    with pytest.raises(DataError, match="no splits, so no 'test'"):
        load(tmp_path / "toy.npz", split="test")


@pytest.mark.parametrize(("channels", "kind"), [((), "grey"), ((1,), "grey"), ((3,), "RGB")])
def test_more_images_than_memory_are_refused(tmp_path, little_memory, channels, kind):
    with pytest.raises(DataError, match=rf"toy\.npz: 30 images of 2×3 {kind} need 0.0 MB of memory"):
        loaded(tmp_path, x=np.zeros((30, 2, 3, *channels), np.uint8))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_windows_are_signals_with_their_labels(tmp_path, dtype):
    x = np.linspace(-3, 3, 24, dtype=dtype).reshape(4, 6)
    dataset = loaded(tmp_path, x=x, y=Y)
    assert (dataset.kind, dataset.x.dtype, dataset.description) == (
        "signals",
        dtype,
        "Signals from the file toy.npz.",
    )
    assert np.array_equal(dataset.x, x)
    assert dataset.y.tolist() == [2, 0, 2, 1]


def test_images_with_nan_are_told_by_their_place(tmp_path):
    x = np.full((3, 4, 4), 0.5)
    x[2, 1, 1] = np.nan
    np.savez(tmp_path / "toy.npz", x=x)
    with pytest.raises(DataError, match=r"toy\.npz: x\[2\] has NaN or infinity; leave such images out"):
        load(tmp_path / "toy.npz", kind="images")


def test_windows_of_several_channels_are_signals_where_kind_says_so(tmp_path):
    x = np.zeros((4, 6, 2), np.float32)
    np.savez(tmp_path / "toy.npz", x=x)
    assert load(tmp_path / "toy.npz", kind="signals").x.shape == (4, 6, 2)
    with pytest.raises(DataError, match=r"float32 \(4, 6, 2\); .*if these are signals .*, set kind: signals"):
        load(tmp_path / "toy.npz")


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.array([[0, 1], [2, np.nan], [np.inf, 1]]), r"x\[1\] has NaN or infinity"),
        (np.zeros((2, 3), np.float16), r"array 'x' is float16 \(2, 3\); signals must be float32 or float64"),
        (np.zeros((2, 3), np.int64), r"array 'x' is int64 \(2, 3\); signals must be float"),
        (np.zeros(3), r"float64 \(3,\); signals must be \(N, length\)"),
        (np.zeros((0, 3)), "not one signal"),
    ],
)
def test_signals_that_are_not_as_they_should_be_are_told(tmp_path, x, message):
    np.savez(tmp_path / "toy.npz", x=x)
    with pytest.raises(DataError, match=rf"toy\.npz: .*{message}"):
        load(tmp_path / "toy.npz", kind="signals")


def test_more_signals_than_memory_are_refused(tmp_path, little_memory):
    with pytest.raises(DataError, match=r"toy\.npz: 30 windows of 6 values need 0.0 MB of memory"):
        loaded(tmp_path, x=np.zeros((30, 6)))


def test_arrays_that_are_named_are_numbers_given_with_the_samples(tmp_path):
    np.savez(
        tmp_path / "toy.npz", x=X, y=Y, heat=np.array([3, 1, 2, 2]), size=np.ones(4, np.float32), other=X
    )
    dataset = load(tmp_path / "toy.npz", given=["size", "heat"])
    assert list(dataset.given) == ["size", "heat"]
    assert dataset.given["heat"].tolist() == [3.0, 1.0, 2.0, 2.0]
    assert {values.dtype for values in dataset.given.values()} == {np.dtype(np.float64)}
    assert check_dataset(dataset, "npz") is dataset
    assert load(tmp_path / "toy.npz").given == {}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cold", r"toy\.npz: no array 'cold' of given numbers; it has heat, long, text, gap"),
        ("y", "no array 'y' of given numbers"),
        (
            "long",
            r"array 'long' is float64 \(5,\); there must be one number for each of the 4 samples, \(4,\)",
        ),
        ("text", r"array 'text' is <U1 \(4,\); there must be one number"),
        ("gap", r"toy\.npz: gap\[2\] is NaN or infinity"),
    ],
)
def test_numbers_that_cannot_be_are_told_by_their_array(tmp_path, name, message):
    gap = np.array([0, 1, np.nan, np.inf])
    np.savez(tmp_path / "toy.npz", x=X, y=Y, heat=Y, long=np.zeros(5), text=np.array(list("abcd")), gap=gap)
    with pytest.raises(DataError, match=message):
        load(tmp_path / "toy.npz", given=[name])
