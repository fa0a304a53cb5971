import numpy as np
import pytest

from synthgen import (
    ClassLabel,
    DataError,
    DataNotFoundError,
    PluginError,
    Source,
    SourceOptions,
    UnsupportedError,
)
from synthgen.data.loading import check_dataset, fallback_options, load_dataset
from synthgen.data.sources.digits import Digits
from synthgen.data.sources.image_folder import ImageFolder
from synthgen.data.sources.mnist import Mnist
from synthgen.data.sources.npz import Npz

from .helpers import make_dataset, make_table


class LostSource(Source):
    """Finds nothing."""

    def load(self):
        raise DataNotFoundError("looked under the sofa\n  and behind it")


class Standin(Source):
    """Three classes; what split it was asked for is in the notes."""

    def load(self):
        return make_dataset(
            (9, 9, 9), ["a", "b", "c"], [3, 5, 7], (8, 8), notes=(f"split {self.options.split}",)
        )


def raising(error):
    class Broken(Source):
        def load(self):
            raise error

    return Broken(SourceOptions())


def test_a_source_that_has_its_data_is_loaded_and_selected_from():
    dataset = load_dataset(Standin(SourceOptions(classes=["b"], limit=4)), None, 0)
    assert dataset.classes == (ClassLabel(5, "b"),)
    assert len(dataset) == 4


def test_missing_data_without_a_fallback_is_the_sources_own_error():
    with pytest.raises(DataNotFoundError, match="looked under the sofa"):
        load_dataset(LostSource(SourceOptions()), None, 0)


def test_the_fallback_keeps_its_name_notes_what_it_stands_for_and_warns(caplog):
    dataset = load_dataset(LostSource(SourceOptions()), Standin(SourceOptions()), 0, name="mnist")
    assert dataset.name == "toy"
    assert dataset.notes == ("stands in for mnist, which was not found", "split train")
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("synthgen", "WARNING")
    lines = record.getMessage().strip().splitlines()
    assert set(lines[0]) == set(lines[-1]) == {"#"}
    assert lines[1] == "#  MNIST WAS NOT FOUND. TOY TAKES ITS PLACE."
    assert lines[2] == "#  All that follows, and every result, is about toy, not about mnist."
    assert {"#  looked under the sofa", "#    and behind it"} <= set(lines)


def test_a_source_is_called_after_its_class_where_no_name_is_given():
    assert (
        load_dataset(LostSource(SourceOptions()), Standin(SourceOptions()), 0)
        .notes[0]
        .startswith("stands in for lost_source,")
    )


def test_the_fallback_takes_the_selection_that_it_has_not_itself():
    lost = LostSource(SourceOptions(split="test", classes=["c", "a"], per_class=2, limit=3))
    dataset = load_dataset(lost, Standin(SourceOptions(per_class=5)), 0)
    assert [label.name for label in dataset.classes] == ["c", "a"]
    assert len(dataset) == 3
    assert "split test" in dataset.notes
    own = load_dataset(lost, Standin(SourceOptions(classes=["b"], limit=6)), 0)
    assert [label.name for label in own.classes] == ["b"]
    assert len(own) == 2


def test_a_fallback_that_cannot_make_the_split_says_so():
    with pytest.raises(UnsupportedError, match="digits has no split 'extra'"):
        load_dataset(LostSource(SourceOptions(split="extra")), Digits(Digits.Options()), 0)


def test_a_fallback_that_fails_too_tells_both(caplog):
    with pytest.raises(DataNotFoundError, match=r"sofa(.|\n)*Its fallback failed, too: gone as well"):
        load_dataset(LostSource(SourceOptions()), raising(DataError("gone as well")), 0)
    assert not caplog.records


def test_broken_data_is_no_reason_for_the_fallback():
    with pytest.raises(DataError, match="corrupt"):
        load_dataset(raising(DataError("corrupt")), Standin(SourceOptions()), 0)


def test_an_unexpected_exception_is_the_plugins_fault_and_names_it():
    with pytest.raises(
        PluginError, match=r"source 'sky' \(.*test_loading\) failed to load: ZeroDivisionError: oh no"
    ):
        load_dataset(raising(ZeroDivisionError("oh\nno")), None, 0, name="sky")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"x": [[1]]}, "type list"),
        ({"x": np.zeros((12, 4, 4), np.float32)}, r"x float32 \(12, 4, 4\); it must be uint8"),
        ({"x": np.zeros((12, 3, 4, 4), np.uint8)}, r"x uint8 \(12, 3, 4, 4\)"),
        ({"x": np.zeros((0, 4, 4), np.uint8)}, "no samples"),
        ({"y": np.zeros(11, np.int64)}, r"y int64 \(11,\); it must be a NumPy array, int64 \(12,\)"),
        ({"y": np.zeros(12, np.int32)}, "y int32"),
        ({"y": np.full(12, 3)}, "y from 3 to 3; it must be an index into the 3 classes"),
        ({"y": np.full(12, -1)}, "y from -1 to -1"),
        ({"y": [0] * 12}, "y list; it must be a NumPy array"),
        ({"notes": (3,)}, "a name, kind, description or notes that are no text"),
        ({"kind": None}, "a name, kind, description or notes that are no text"),
        ({"target": "label"}, "target 'label', which is no column of a table"),
        ({"classes": ()}, "labels in y but no classes"),
        ({"classes": ("a", "b", "c")}, "tuple of synthgen.ClassLabel"),
        ({"classes": (ClassLabel("1", "a"),) * 3}, "number must be an int"),
        ({"classes": (ClassLabel(0, "a"), ClassLabel(1, "a"), ClassLabel(2, "b"))}, "names are not unique"),
        (
            {"classes": (ClassLabel(0, "a"), ClassLabel(1, "b\udce9"), ClassLabel(2, "c"))},
            r"a class whose name is no text: 'b\\udce9'",
        ),
        ({"classes": (ClassLabel(0, "a"), ClassLabel(0, "b"), ClassLabel(2, "c"))}, "numbers are not unique"),
    ],
)
def test_an_ill_shaped_dataset_is_the_plugins_fault(fault, message):
    with pytest.raises(PluginError, match=f"source 'sky' returned .*{message}"):
        check_dataset(make_dataset(**fault), "sky")


FRAME = make_table().x


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"x": FRAME.to_numpy()}, "x of type ndarray; of kind 'table' it must be a DataFrame"),
        ({"x": FRAME[:0]}, r"no values: x is \(0, 3\)"),
        ({"x": FRAME[[]]}, r"no values: x is \(12, 0\)"),
        ({"x": FRAME.set_axis(["a", "kind", "a"], axis=1)}, "columns of the same name: a"),
        ({"x": FRAME[::-1]}, "a DataFrame whose index is not 0 to N - 1"),
        ({"x": FRAME.set_axis(range(1, 13))}, "a DataFrame whose index is not 0 to N - 1"),
        ({"y": np.zeros(11, np.int64)}, r"y int64 \(11,\)"),
        ({"y": np.full(12, 3)}, "y from 3 to 3; it must be an index into the 3 classes"),
        ({"target": "sort"}, "target 'sort', which is no column of a table"),
        ({"target": None}, "a table with classes but no target"),
        ({"classes": (), "y": np.zeros(12, np.int64)}, "target 'kind' but no classes"),
    ],
)
def test_an_ill_shaped_table_is_the_plugins_fault(fault, message):
    with pytest.raises(PluginError, match=f"source 'sky' returned .*{message}"):
        check_dataset(make_table(**fault), "sky")


def test_tables_with_and_without_labels_and_with_names_that_are_no_text_are_well_shaped():
    unlabelled = {"classes": (), "y": np.zeros(12, np.int64), "target": None}
    numbered = FRAME.set_axis([0, 1, ("kind", 2)], axis=1)
    for dataset in (make_table(), make_table(**unlabelled), make_table(numbered, target=("kind", 2))):
        assert check_dataset(dataset, "sky") is dataset


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([[0.0]], "x of type list"),
        (np.zeros((12, 8), np.float16), r"x float16 \(12, 8\); it must be float"),
        (np.zeros((12, 8), np.int64), r"x int64 \(12, 8\); it must be float"),
        (np.zeros(12), r"x float64 \(12,\); it must be float \(N, length\) or \(N, length, channels\)"),
        (np.zeros((0, 8)), r"no samples: x is \(0, 8\)"),
        (np.where(np.eye(12) == 1, np.nan, 0), "signals with NaN or infinity"),
        (np.where(np.eye(12) == 1, np.inf, 0), "signals with NaN or infinity"),
    ],
)
def test_ill_shaped_signals_are_the_plugins_fault(x, message):
    with pytest.raises(PluginError, match=f"source 'sky' returned {message}"):
        check_dataset(make_dataset(x=x, kind="signals"), "sky")


@pytest.mark.parametrize("x", [np.zeros((12, 8), np.float32), np.zeros((12, 8, 3))])
def test_signals_of_one_channel_and_of_several_are_well_shaped(x):
    dataset = make_dataset(x=x, kind="signals")
    assert check_dataset(dataset, "sky") is dataset


def test_the_size_of_what_is_no_image_is_nobodys_concern():
    class Tables(Source):
        def load(self):
            return make_table()

    dataset = load_dataset(Tables(SourceOptions(limit=10)), None, 0)
    assert (len(dataset), dataset.kind, dataset.target) == (10, "table", "kind")


def test_something_that_is_no_dataset_is_the_plugins_fault():
    with pytest.raises(PluginError, match=r"returned NoneType; it must be a synthgen\.Dataset"):
        check_dataset(None, "sky")


def test_the_fallback_is_scaled_to_the_size_of_the_images_it_stands_for():
    assert fallback_options(Mnist, Digits, {"limit": 5}) == {"limit": 5, "size": (28, 28)}
    assert fallback_options(Mnist, Digits, {"size": 16}) == {"size": 16}
    assert fallback_options(Mnist, Npz, {"path": "a.npz"}) == {"path": "a.npz"}
    assert fallback_options(ImageFolder, Digits, {}) == {}


@pytest.mark.parametrize("shape", [(7, 8), (8, 129), (200, 200, 3)])
def test_images_too_small_or_too_large_to_train_on_are_refused(tmp_path, shape):
    height, width = shape[:2]
    np.savez(tmp_path / "toy.npz", x=np.zeros((3, *shape), np.uint8))
    npz = Npz(Npz.Options(path=tmp_path / "toy.npz"))
    with pytest.raises(
        DataError, match=rf"toy: images of {height}×{width} .*8 to 128 pixels a side: scale them beforehand"
    ):
        load_dataset(npz, None, 0)


@pytest.mark.parametrize("shape", [(8, 128), (128, 8), (8, 8, 3)])
def test_images_of_sizes_at_the_bounds_are_loaded(tmp_path, shape):
    np.savez(tmp_path / "toy.npz", x=np.zeros((3, *shape), np.uint8))
    assert load_dataset(Npz(Npz.Options(path=tmp_path / "toy.npz")), None, 0).x.shape == (3, *shape)


def test_the_option_that_mends_the_size_is_named_where_a_source_has_it():
    class Scaling(Source):
        class Options(SourceOptions):
            size: int = 4

        def load(self):
            return make_dataset()

    with pytest.raises(DataError, match="set size: to bring them there"):
        load_dataset(Scaling(Scaling.Options()), None, 0)


def test_running_out_of_memory_is_about_the_data_and_not_the_plugins_fault():
    with pytest.raises(DataError, match=r"source 'sky': its data does not fit into memory \(no room\)"):
        load_dataset(raising(MemoryError("no room")), None, 0, name="sky")


def test_running_out_of_memory_while_selecting_is_about_the_data(monkeypatch):
    def full(*_):
        raise MemoryError

    monkeypatch.setattr("synthgen.data.loading.select", full)
    with pytest.raises(DataError, match="toy: its data does not fit into memory; use a smaller size"):
        load_dataset(Standin(SourceOptions()), None, 0)


def test_what_a_source_says_of_its_data_can_always_be_written():
    class Odd(Source):
        def load(self):
            return make_dataset((9,), ["a"], [0], (8, 8), notes=("skipped caf\udce9.png",), name="caf\udce9")

    dataset = load_dataset(Odd(SourceOptions()), None, 0)
    assert (dataset.name, dataset.notes) == (r"caf\udce9", (r"skipped caf\udce9.png",))
