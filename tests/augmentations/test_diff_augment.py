"""DiffAugment's changes, each against what its option says, and their gradients."""

from __future__ import annotations

import pytest
import torch

from synthgen import UnsupportedError

NOTHING = {"translation": 0.0, "cutout": 0.0, "brightness": 0.0}


@pytest.fixture
def build(registry):
    def make(**options):
        registered = registry.find("augmentation", "diff_augment")
        return registered.build(registered.component.Options(**{**NOTHING, **options}))

    torch.manual_seed(0)
    return make


def images(count: int, channels: int = 1, height: int = 8, width: int = 12) -> torch.Tensor:
    """The same image again and again, no two of its pixels equal."""
    generator = torch.Generator().manual_seed(0)
    return torch.rand(1, channels, height, width, generator=generator).repeat(count, 1, 1, 1) - 0.5


def moved(image: torch.Tensor, down: int, right: int, fill: float) -> torch.Tensor:
    """`image (C, H, W)` moved, the slow and obvious way."""
    result = torch.full_like(image, fill)
    height, width = image.shape[1:]
    for y in range(height):
        for x in range(width):
            if 0 <= y - down < height and 0 <= x - right < width:
                result[:, y, x] = image[:, y - down, x - right]
    return result


def test_without_a_change_images_stay_as_they_are(build):
    x = images(4, 3)
    assert torch.equal(build().augment(x), x)


@pytest.mark.parametrize(("channels", "fill"), [(1, -1.0), (3, 0.0)])
def test_translation_moves_each_image_by_whole_pixels_up_to_its_share_of_the_size(channels, fill, build):
    x = images(600, channels)
    found = {}
    wanted = {(d, r): moved(x[0], d, r, fill) for d in range(-2, 3) for r in range(-3, 4)}
    for result in build(translation=0.25, fill=fill).augment(x):
        place = next(place for place, image in wanted.items() if torch.equal(image, result))
        found[place] = found.get(place, 0) + 1
    assert set(found) == set(wanted)  # every shift comes, also the largest, and no image is like the next
    assert max(found.values()) < 5 * 600 / len(wanted)


def test_cutout_hides_one_rectangle_and_leaves_the_rest(build):
    x = images(500)
    result = build(cutout=0.5, fill=0.25).augment(x)
    hidden = result != x
    assert (result[hidden] == 0.25).all()
    rows, columns = hidden.any(3).sum(2).flatten(), hidden.any(2).sum(2).flatten()
    assert torch.equal(hidden.sum((1, 2, 3)), rows * columns)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (2, 4, 3, 6)  # cut off at the edge
    share = hidden.float().mean(0)
    assert share.min() > 0.08  # a corner: 3/9 of the rows, 4/13 of the columns
    assert share.max() < 0.3  # the middle: 4/9 and 6/13


def test_brightness_adds_one_number_to_a_whole_image(build):
    x = images(500, 3)
    added = build(brightness=0.5).augment(x) - x
    of_image = added.mean((1, 2, 3), keepdim=True)
    assert torch.allclose(added, of_image.expand_as(added), atol=1e-6)
    assert 0.4 < of_image.max() <= 0.5
    assert -0.5 <= of_image.min() < -0.4


@pytest.mark.parametrize(
    "options", [{"translation": 0.25, "fill": -1.0}, {"cutout": 0.5}, {"brightness": 0.5}]
)
def test_images_from_0_to_1_are_changed_as_those_from_minus_1_to_1(options, build):
    x = images(50, 3)
    symmetric, unit = build(**options), build(**options)
    unit.value_range = (0.0, 1.0)
    torch.manual_seed(1)
    wanted = (symmetric.augment(x) + 1) / 2
    torch.manual_seed(1)
    assert torch.allclose(unit.augment((x + 1) / 2), wanted, atol=1e-6)


def test_saturation_scales_colours_about_their_grey_and_leaves_grey_images(build):
    x = images(500, 3)
    grey = x.mean(1, keepdim=True)
    result = build(saturation=1.0).augment(x)
    assert torch.allclose(result.mean(1, keepdim=True), grey, atol=1e-6)
    factors = ((result - grey) / (x - grey)).flatten(1)
    assert torch.allclose(factors, factors.median(1, keepdim=True).values, atol=1e-2)
    assert factors.median(1).values.min() < 0.1
    assert factors.median(1).values.max() > 1.9
    assert torch.equal(build(saturation=1.0).augment(images(9)), images(9))


def test_contrast_scales_an_image_about_its_mean(build):
    x = images(500, 3)
    result = build(contrast=0.5).augment(x)
    assert torch.allclose(result.mean((1, 2, 3)), x.mean((1, 2, 3)), atol=1e-6)
    factors = result.std((1, 2, 3)) / x.std((1, 2, 3))
    assert 0.5 <= factors.min() < 0.6
    assert 1.4 < factors.max() <= 1.5


def test_every_second_image_is_mirrored_only_where_asked(build):
    x = images(500)
    result = build(flip=True).augment(x)
    mirrored = (result == x.flip(3)).all((1, 2, 3))
    assert 200 < mirrored.sum() < 300
    assert torch.equal(result[~mirrored], x[~mirrored])
    assert type(build().options)().flip is False


def test_draws_come_from_torchs_global_random_numbers(build):
    x, change = images(20), build(translation=0.25, cutout=0.5, brightness=0.5)
    torch.manual_seed(7)
    first, second = change.augment(x), change.augment(x)
    torch.manual_seed(7)
    assert torch.equal(change.augment(x), first)
    assert not torch.equal(first, second)


@pytest.mark.parametrize(
    "options",
    [
        {"translation": 0.5, "flip": True},
        {"cutout": 0.5},
        {"brightness": 0.5},
        {"saturation": 0.8, "contrast": 0.5},
        {"translation": 0.25, "cutout": 0.5, "brightness": 0.5, "saturation": 1.0, "contrast": 0.5},
    ],
    ids=["translation", "cutout", "brightness", "colour", "all"],
)
def test_gradients_agree_with_finite_differences_also_the_second_time(options, build):
    change, x = build(**options), images(2, 2, 3, 4).double().requires_grad_()

    def augmented(x):
        torch.manual_seed(1)
        return change.augment(x).sin()  # with a second derivative that is not zero

    assert torch.autograd.gradcheck(augmented, x)
    assert torch.autograd.gradgradcheck(augmented, x)


@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
def test_shape_and_type_stay_whatever_the_layout(layout, build):
    x = images(5, 3).to(memory_format=layout)
    change = build(translation=0.25, cutout=0.5, brightness=0.5)
    torch.manual_seed(2)
    result = change.augment(x)
    assert (result.shape, result.dtype) == (x.shape, x.dtype)
    torch.manual_seed(2)
    assert torch.equal(result, change.augment(x.contiguous()))


def test_samples_that_are_no_images_are_refused(build):
    with pytest.raises(
        UnsupportedError, match=r"needs images \(channels, height, width\), not samples \(6,\)"
    ):
        build().augment(torch.zeros(4, 6))
