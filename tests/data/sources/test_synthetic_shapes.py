import numpy as np
import pytest
from pydantic import ValidationError

from synthgen import ClassLabel, DataError, UnsupportedError
from synthgen.data.sources import synthetic_shapes
from synthgen.data.sources.synthetic_shapes import SyntheticShapes


def load(**options):
    return SyntheticShapes(SyntheticShapes.Options(**options)).load()


def shape_masks(x):
    """Pixels that differ from the corner farthest from the shape: the shape itself."""
    corners = np.stack([x[:, 0, 0], x[:, 0, -1], x[:, -1, 0], x[:, -1, -1]], 1).astype(int)
    ground = np.median(corners, axis=1)[:, None, None]
    return np.abs(x.astype(int) - ground).max(3) > 60


def test_there_are_four_classes_of_equal_number_in_rgb():
    dataset = load(count=40)
    assert (dataset.name, dataset.x.shape, dataset.x.dtype) == ("synthetic_shapes", (40, 32, 32, 3), np.uint8)
    names = ("circle", "square", "triangle", "star")
    assert dataset.classes == tuple(ClassLabel(n, name) for n, name in enumerate(names))
    assert dataset.y.dtype == np.int64
    assert np.bincount(dataset.y).tolist() == [10, 10, 10, 10]


def test_the_same_seed_draws_the_same_and_a_larger_count_only_adds():
    few, same, more = load(count=50), load(count=50), load(count=300)
    assert np.array_equal(few.x, same.x)
    assert np.array_equal(few.x, more.x[:50])


def test_another_seed_and_the_test_split_draw_others():
    sets = [load(count=20), load(count=20, seed=1), load(count=20, split="test")]
    images = {image.tobytes() for dataset in sets for image in dataset.x}
    assert len(images) == 60


@pytest.mark.parametrize(("size", "shape"), [(8, (8, 8)), ([16, 40], (16, 40)), ([40, 16], (40, 16))])
def test_size_sets_height_and_width_and_shapes_stay_round_and_within(size, shape):
    dataset = load(count=40, size=size)
    assert dataset.x.shape == (40, *shape, 3)
    if min(shape) < 16:
        return
    for mask in shape_masks(dataset.x)[dataset.y == 0]:
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        assert abs(np.ptp(rows) - np.ptp(columns)) <= 2
        assert np.ptp(rows) >= 5
        assert not (mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any())


def test_edges_are_smooth():
    dataset = load(count=40, size=64)
    values = [len(np.unique(image.reshape(-1, 3), axis=0)) for image in dataset.x]
    assert min(values) > 20


def test_colour_and_background_say_nothing_of_the_class():
    dataset = load(count=2000, size=16)
    corner = dataset.x[:, 0, 0].astype(float).mean(1)
    strongest = dataset.x.reshape(len(dataset), -1, 3).astype(float)
    strongest = strongest[np.arange(len(dataset)), np.ptp(strongest, axis=2).argmax(1)]
    for feature in (corner, *strongest.T):
        means = [feature[dataset.y == label].mean() for label in range(4)]
        assert np.ptp(means) < 4 * feature.std() * np.sqrt(2 / 500)


def test_shapes_can_be_told_apart_by_how_much_of_their_turning_circle_they_fill():
    dataset = load(count=120, size=64)
    fills = []
    for mask in shape_masks(dataset.x):
        rows, columns = np.nonzero(mask)
        reach = np.hypot(rows - rows.mean(), columns - columns.mean()).max()
        fills.append(mask.sum() / (np.pi * reach**2))
    circle, square, triangle, star = (np.median(np.array(fills)[dataset.y == label]) for label in range(4))
    assert circle > 0.9
    assert 0.55 < square < 0.75  # 2 / pi
    assert 0.35 < triangle < 0.5  # 3 sqrt(3) / 4 pi
    assert star < triangle


@pytest.mark.parametrize("size", [8, 30, [24, 40]])
def test_images_are_the_same_however_many_are_drawn_at_a_time(size, monkeypatch):
    height, width = (size, size) if isinstance(size, int) else size
    whole = load(count=300, size=size).x
    drawn = []
    draw = synthetic_shapes._draw
    monkeypatch.setattr(synthetic_shapes, "_draw", lambda y, *rest: drawn.append(len(y)) or draw(y, *rest))
    for pixels in (1, 7 * height * width):
        drawn.clear()
        monkeypatch.setattr(synthetic_shapes, "_CHUNK", pixels)
        assert np.array_equal(load(count=300, size=size).x, whole)
        assert max(drawn) == max(1, pixels // (height * width))


def test_more_shapes_than_memory_are_refused(little_memory):
    with pytest.raises(DataError, match=r"4,000 images of 32×32 RGB need .* use a smaller size or count"):
        load()


def test_an_unknown_split_is_told_with_those_there_are():
    with pytest.raises(UnsupportedError, match="no split 'all'; it has train and test"):
        SyntheticShapes(SyntheticShapes.Options(split="all"))


@pytest.mark.parametrize("options", [{"count": 3}, {"size": 4}, {"size": [32, 200]}, {"seed": -1}])
def test_options_are_checked(options):
    with pytest.raises(ValidationError):
        SyntheticShapes.Options(**options)
