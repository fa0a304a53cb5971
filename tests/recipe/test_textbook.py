"""The textbook systems are what the books say: layers by their parameter counts, procedures by their settings."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from synthgen import Dataset
from synthgen.errors import RecipeError
from synthgen.plugins import load_plugins
from synthgen.preparation import Setup, prepare
from synthgen.real_data import load_data
from synthgen.recipe import Recipe, load_recipe
from synthgen.recipe.shipped import find_shipped

REGISTRY = load_plugins(installed=False)
LOADED: dict[str, Dataset] = {}
"""Data by what a recipe says of it."""
ONE_CLASS = ("mnist_five", "mnist_five_deep", "mnist_eight_deep")
SMALL = ["train.batch_size=4", "train.device=cpu", "train.precision=fp32"]


class Numbers(NamedTuple):
    """Of a network, as Keras counts: batch norm's running means and variances are parameters, too."""

    generator: int
    discriminator: int


MLP = Numbers(
    101 * 128 + 129 * 128 + 129 * 784,
    785 * 128 + 129 * 128 + 129,
)
BOOKS = {
    "sine_fcgan": Numbers(6_722, 609),
    "sine_discriminator": Numbers(6_722, 609),
    "mnist_dcgan_upsample": Numbers(1_727_233, 1_658_753),
    "fashion_dcgan": Numbers(1_727_233, 1_658_753),
    "mnist_five": Numbers(224_737, 41_089),
    "mnist_five_deep": Numbers(276_801, 148_866 // 2),  # the book's summary counts a frozen network twice
    "mnist_eight_deep": Numbers(276_801, 148_866 // 2),
    "mnist_acgan": Numbers(
        10 * 100
        + 101 * 6272
        + 4 * 128
        + (9 * 128 + 1) * 128
        + 4 * 128
        + (9 * 128 + 1) * 64
        + 4 * 64
        + 9 * 64
        + 1,
        10 * 16
        + (9 * 16 + 1) * 32
        + 4 * 32
        + (9 * 32 + 1) * 64
        + 4 * 64
        + (9 * 64 + 1) * 128
        + (4 * 4 * 128 + 1) * (1 + 10),
    ),
    "mnist_mlp_gan": MLP,
    "mnist_minimax_gan": MLP,
    "mnist_lsgan": MLP,
    "mnist_wgan": MLP,
    "mnist_wgan_gp": MLP,
    "cifar10_dcgan": Numbers(
        101 * 8192
        + 4 * 128
        + (25 * 128 + 1 + 4) * 256  # each transposed convolution and its batch norm
        + 2 * (25 * 256 + 1 + 4) * 256
        + (49 * 256 + 1) * 3,
        (25 * 3 + 1) * 64 + (25 * 64 + 1 + 4) * 128 + (25 * 128 + 1 + 4) * 256 + 8 * 8 * 256 + 1,
    ),
    "mnist_dcgan": Numbers(1_164_289, 40_705),
    "mnist_discriminator": Numbers(0, 40_705),
}


def without_network(name: str) -> list[str]:
    """Overrides that put embedded data of the same size in the place of what may have to be downloaded."""
    if name.startswith("sine"):
        return ["data.count=64"]
    if name.startswith("cifar10"):
        return ["data.name=synthetic_shapes", "data.size=32", "data.count=8", "data.fallback=null"]
    return ["data.name=digits", "data.size=28", "data.fallback=null"]


def set_up(name: str, *overrides: str) -> Setup:
    """All that the recipe comes to, a trial step made, with batches too small to take time."""
    recipe = load_recipe(name, [*without_network(name), *overrides], REGISTRY)
    fresh = ["train.generator_batch_size=4"] if recipe.train.generator_batch_size else []
    recipe = load_recipe(name, [*without_network(name), *overrides, *SMALL, *fresh], REGISTRY)
    assert recipe.data is not None
    key = str(recipe.data.to_dict())
    if key not in LOADED:
        LOADED[key] = load_data(recipe)
    return prepare(recipe, REGISTRY, dataset=LOADED[key])


def keras_count(network: nn.Module) -> int:
    ends = ("running_mean", "running_var")
    running = [buffer for name, buffer in network.named_buffers() if name.endswith(ends)]
    return sum(tensor.numel() for tensor in (*network.parameters(), *running))


def recipe_of(name: str) -> Recipe:
    return load_recipe(name, registry=REGISTRY)


# -------------------------------------------------------------------------------------------------- networks


@pytest.mark.parametrize("name", BOOKS)
def test_networks_have_the_books_parameters_and_take_a_step(name: str):
    setup = set_up(name)
    found = Numbers(keras_count(setup.generator), keras_count(setup.discriminator))
    assert found == BOOKS[name]
    assert len(setup.dataset.classes) == {"mnist_acgan": 10, **dict.fromkeys(ONE_CLASS, 1)}.get(name, 0)


def test_weights_of_the_first_layers_are_those_that_the_books_print():
    sine = set_up("sine_fcgan").generator
    sizes = [sum(p.numel() for p in m.parameters()) for m in sine.modules() if isinstance(m, nn.Linear)]
    assert sizes == [352, 1_056, 2_112, 2_080, 1_056, 66]


def test_trainable_weights_are_counted_apart_from_batch_norms_statistics():
    generator = set_up("mnist_dcgan_upsample").generator
    trained = sum(p.numel() for p in generator.parameters())
    assert keras_count(generator) - trained == 7_360


def test_heads_state_the_parameter_counts():
    for name, numbers in BOOKS.items():
        head = find_shipped(name).text.split("\nname:")[0]
        stated = {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\d", head)}
        if "discriminator" not in name:
            assert set(numbers) <= stated, name


# ------------------------------------------------------------------------------------------------ procedures

KERAS = (1e-3, (0.9, 0.999), 1e-7)
DCGAN = (2e-4, (0.5, 0.999), 1e-7)
TENSORFLOW = (1e-3, (0.9, 0.999), 1e-8)
RMSPROP = (1e-3, (0.0, 0.9), 1e-7)

ONE_DIGIT = {
    "latent": (28, "normal"),
    "optimizer": ("rmsprop", *RMSPROP),
    "steps": 100,
    "batch_size": 50,
    "sample_every": 1,
    "log_every": 1,
    "loss_options": {"real_label": [0.9, 1.0], "fake_label": [0.0, 0.1], "flip": 0.0},
}
FEED_FORWARD = {
    "latent": (100, "uniform"),
    "optimizer": ("adam", *TENSORFLOW),
    "epochs": 100,
    "batch_size": 100,
}
PROCEDURES: dict[str, dict[str, Any]] = {
    "sine_fcgan": {
        "latent": (10, "normal"),
        "optimizer": ("adam", *KERAS),
        "steps": 20_000,
        "batch_size": 128,
        "generator_batch_size": 128,
        "discriminator_passes": "successive",
        "sample_every": 2_000,
    },
    "sine_discriminator": {
        "latent": (10, "normal"),
        "optimizer": ("adam", *KERAS),
        "steps": 4_000,
        "batch_size": 128,
        "discriminator_passes": "successive",
        "every": 0,
    },
    "mnist_dcgan_upsample": {
        "latent": (100, "uniform"),
        "optimizer": ("adam", *DCGAN),
        "steps": 5_000,
        "batch_size": 128,
        "generator_batch_size": 128,
        "log_every": 10,
    },
    "fashion_dcgan": {
        "latent": (100, "uniform"),
        "optimizer": ("adam", *DCGAN),
        "steps": 5_000,
        "batch_size": 128,
        "generator_batch_size": 128,
        "log_every": 10,
    },
    "mnist_five": ONE_DIGIT,
    "mnist_five_deep": ONE_DIGIT,
    "mnist_eight_deep": ONE_DIGIT,
    "mnist_acgan": {
        "latent": (100, "normal"),
        "optimizer": ("adam", *DCGAN),
        "steps": 14_000,
        "batch_size": 32,
        "discriminator_passes": "successive",
        "class_loss": 1.0,
    },
    "mnist_mlp_gan": FEED_FORWARD,
    "mnist_minimax_gan": FEED_FORWARD,
    "mnist_lsgan": FEED_FORWARD,
    "cifar10_dcgan": {
        "latent": (100, "normal"),
        "optimizer": ("adam", 2e-5, (0.9, 0.999), 1e-8),
        "epochs": 500,
        "time_limit": 1800,
        "batch_size": 100,
        "generator_batch_size": 100,
        "discriminator_passes": "separate",
        "discriminator_steps": (2, 1),
    },
    "mnist_wgan": {
        "latent": (100, "uniform"),
        "optimizer": ("rmsprop", 5e-5, (0.0, 0.99), 1e-8),
        "batch_size": 100,
        "discriminator_steps": 5,
        "penalties": [{"name": "weight_clipping", "limit": 0.01}],
    },
    "mnist_wgan_gp": {
        "latent": (100, "uniform"),
        "optimizer": ("adam", 1e-4, (0.0, 0.9), 1e-8),
        "batch_size": 100,
        "discriminator_steps": 5,
        "penalties": [{"name": "wgan_gp", "weight": 10.0}],
    },
    "mnist_dcgan": {
        "latent": (100, "normal"),
        "optimizer": ("adam", *DCGAN),
        "steps": 100 * 234,
        "batch_size": 128,
        "generator_batch_size": 256,
        "sample_every": 10 * 234,
        "snapshot_every": 10 * 234,
    },
    "mnist_discriminator": {
        "optimizer": ("adam", *DCGAN),
        "steps": 100,
        "batch_size": 128,
        "discriminator_passes": "successive",
        "every": 0,
    },
}
PLAIN = {
    "generator_batch_size": None,
    "discriminator_passes": "joint",
    "discriminator_steps": 1,
    "schedule": "constant",
    "ema": 0,
    "warmup": 0,
    "penalties": [],
    "augmentations": (),
    "every": 1,
}
"""What is so where a book says nothing else."""


def found(recipe: Recipe, key: str) -> Any:
    """A setting of the recipe, under its own name or the short one that these tests have for it."""
    optimizer = recipe.train.optimizer
    special = {
        "latent": (recipe.latent.dim, recipe.latent.distribution),
        "optimizer": (optimizer.name, optimizer.lr, optimizer.betas, optimizer.eps),
        "every": recipe.generator.every,
        "augmentations": recipe.augmentations,
        "loss_options": recipe.loss.options.model_dump(mode="json"),
        "penalties": [penalty.to_dict() for penalty in recipe.penalties],
    }
    return special[key] if key in special else getattr(recipe.train, key)


@pytest.mark.parametrize("name", PROCEDURES)
def test_training_is_the_books(name: str):
    recipe = recipe_of(name)
    for key, wanted in (PLAIN | PROCEDURES[name]).items():
        value = found(recipe, key)
        if key == "penalties":
            value = [{k: one[k] for k in some} for one, some in zip(value, wanted, strict=True)]
        assert value == wanted, key
    assert recipe.train.discriminator_optimizer is None
    assert (recipe.train.optimizer.clip_value, recipe.train.optimizer.weight_decay) == (None, 0)


def test_losses_are_the_ones_that_the_systems_are_named_for():
    losses = {name: recipe_of(name).loss.name for name in BOOKS}
    special = {
        "mnist_minimax_gan": "minimax",
        "mnist_lsgan": "least_squares",
        "mnist_wgan": "wasserstein",
        "mnist_wgan_gp": "wasserstein",
    }
    assert losses == dict.fromkeys(BOOKS, "non_saturating") | special


def test_one_digit_only_is_learnt_where_the_book_has_one():
    assert recipe_of("mnist_five").data.source.options.classes == [5]
    assert recipe_of("mnist_five_deep").data.source.options.classes == [5]
    assert recipe_of("mnist_eight_deep").data.source.options.classes == [8]


def test_pixels_are_scaled_as_the_last_layers_have_them():
    for name in BOOKS:
        recipe = recipe_of(name)
        if name.startswith("sine"):
            continue
        scaling = recipe.codec.options.scaling if recipe.codec else "symmetric"
        assert scaling == ("unit" if name in ("mnist_dcgan", "mnist_discriminator") else "symmetric"), name


@pytest.mark.parametrize("name", ["sine_fcgan", "sine_discriminator"])
def test_points_are_plain_numbers_as_in_the_book(name: str):
    setup = set_up(name)
    seen = setup.data.batch(torch.arange(64)).x
    np.testing.assert_allclose(seen, setup.dataset.x, rtol=1e-6)


def test_minimax_and_mlp_differ_in_nothing_but_the_loss():
    one, other = (recipe_of(name).to_dict() for name in ("mnist_mlp_gan", "mnist_minimax_gan"))
    assert {key for key in one if one[key] != other[key]} == {"name", "loss"}


def test_deep_five_and_deep_eight_differ_in_nothing_but_the_digit():
    one, other = (recipe_of(name).to_dict() for name in ("mnist_five_deep", "mnist_eight_deep"))
    assert {key for key in one if one[key] != other[key]} == {"name", "data"}


# ------------------------------------------------------------------------- commands that the heads name


def comment(name: str) -> str:
    """The head's text, lines that end in a backslash joined to the next."""
    head = find_shipped(name).text.split("\nname:")[0]
    lines = [line.removeprefix("#").strip() for line in head.splitlines()]
    return "\n".join(lines).replace("\\\n", " ")


def commands(name: str) -> list[list[str]]:
    """Overrides of each `synthgen run` of this recipe that stands alone on a line of its head."""
    lines = re.findall(rf"^synthgen run {name} (.*=.*)$", comment(name), re.MULTILINE)
    return [shlex.split(line) for line in lines]


ALL_COMMANDS = [
    (name, overrides) for name in BOOKS for overrides in commands(name) if "data=" not in " ".join(overrides)
]


@pytest.mark.parametrize(("name", "overrides"), ALL_COMMANDS, ids=[name for name, _ in ALL_COMMANDS])
def test_commands_in_the_heads_work(name: str, overrides: list[str]):
    changed = set_up(name, *overrides).recipe
    as_in_the_book = load_recipe(name, [*without_network(name), *SMALL], REGISTRY)
    assert changed.digest != as_in_the_book.digest


def test_systems_that_the_books_leave_poor_name_a_better_command():
    assert {"sine_fcgan", *ONE_CLASS, "mnist_wgan", "mnist_acgan"} <= {name for name, _ in ALL_COMMANDS}


EXTENSIONS = {
    name.strip(): shlex.split(overrides)
    for name, overrides in re.findall(
        r"^([a-z][\w ,().-]{2,21}?)\s{2,}(\S+=.*)$", comment("mnist_dcgan"), re.MULTILINE
    )
}


def test_the_tutorials_extensions_are_all_there():
    assert list(EXTENSIONS) == [
        "tanh scaling",
        "latent size",
        "one-sided smoothing",
        "shallower",
        "deeper",
        "batch norm",
        "upsampling",
    ]


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_an_extension_of_the_tutorial_is_an_override_away(extension: str):
    setup = set_up("mnist_dcgan", *EXTENSIONS[extension])
    counts = Numbers(keras_count(setup.generator), keras_count(setup.discriminator))
    changes = {
        "latent size": Numbers(1_164_289 - 50 * 6272, 40_705),
        "batch norm": Numbers(1_164_289 + 2 * 4 * 128, 40_705),
        "deeper": Numbers(1_164_289, 40_705 + (9 * 64 + 1) * 64),
        "shallower": Numbers(1_164_289, 40_705 - (9 * 64 + 1) * 64 - 3_136 + 14 * 14 * 64),
    }
    assert counts == changes.get(extension, BOOKS["mnist_dcgan"])
    layers = [getattr(m, "summary_name", None) for m in setup.generator.modules()]
    assert layers.count("conv_transpose") == (0 if extension == "upsampling" else 2)
    assert layers.count("upsample") == (2 if extension == "upsampling" else 0)
    assert setup.data.spec.value_range == ((-1, 1) if extension == "tanh scaling" else (0, 1))


def test_pictures_of_ones_own_are_learnt_by_the_rgb_system(tmp_path: Path):
    for number in range(4):
        folder = tmp_path / ("cats" if number % 2 else "dogs")
        folder.mkdir(exist_ok=True)
        Image.new("RGB", (40, 36), (60 * number, 10, 200)).save(folder / f"{number}.png")
    (command,) = [o for o in commands("cifar10_dcgan") if "data=image_folder" in o]
    overrides = [o.replace("path/to/pictures", tmp_path.as_posix()) for o in command]
    recipe = load_recipe("cifar10_dcgan", [*overrides, *SMALL, "train.generator_batch_size=4"], REGISTRY)
    setup = prepare(recipe, REGISTRY)
    assert setup.dataset.x.shape == (4, 32, 32, 3)
    assert setup.dataset.classes == ()


def test_a_fault_in_a_list_that_an_override_puts_in_the_place_of_a_layer_is_placed():
    override = "generator.layers.2=[{upsample: 2}, {conv: 128, kernel: x}]"
    with pytest.raises(
        RecipeError, match=r"generator\.layers\.2\.1\.kernel: must be a whole number, not 'x'"
    ):
        load_recipe("mnist_dcgan", [override], REGISTRY)
