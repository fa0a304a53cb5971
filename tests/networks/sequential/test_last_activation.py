"""A sigmoid that ends a discriminator is left out where the loss has it, and applied where it has not."""

from __future__ import annotations

import pytest
import torch

from synthgen import load_recipe
from synthgen.preparation import prepare
from synthgen.recipe_summary import summarise_recipe

RECIPE = """\
data: {{name: npz, path: "{data}"}}
latent: {{dim: 8}}
generator:
  name: sequential
  layers: [{{dense: 64, activation: tanh}}, {{reshape: [1, 8, 8]}}]
discriminator:
  name: sequential
  layers: {layers}
loss: {loss}
train: {{steps: 2, batch_size: 8, device: cpu, precision: fp32}}
"""
FUSED = (
    "[flatten, {dense: 4, activation: sigmoid}, {dense: 1, activation: sigmoid, initializer: {normal: 9}}]"
)
ALONE = "[flatten, {dense: 1, initializer: {normal: 9}}, sigmoid]"
A_MAP = "[{conv: 1, kernel: 8, activation: sigmoid, initializer: {normal: 9}}, flatten]"


@pytest.fixture
def recipe(tmp_path, tiny_npz, registry):
    def write(layers, loss):
        path = tmp_path / "net.yaml"
        path.write_text(RECIPE.format(data=tiny_npz.as_posix(), layers=layers, loss=loss))
        return load_recipe(path, registry=registry)

    return write


def limited(recipe, registry):
    """Whether the discriminator that a training has gives probabilities, not logits."""
    setup = prepare(recipe, registry)
    x = torch.randn(64, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    logits = setup.discriminator(x, torch.eye(3)[torch.arange(64) % 3]).logits
    return bool(((logits >= 0) & (logits <= 1)).all())


@pytest.mark.parametrize("layers", [FUSED, ALONE, A_MAP], ids=["fused", "alone", "map"])
@pytest.mark.parametrize(
    ("loss", "applied"),
    [
        ("non_saturating", False),
        ("minimax", False),
        ("relativistic", False),
        ("least_squares", True),
        ("wasserstein", True),
        ("hinge", True),
    ],
)
def test_a_last_sigmoid_is_applied_only_under_losses_that_have_none(loss, applied, layers, recipe, registry):
    assert limited(recipe(layers, loss), registry) == applied


@pytest.mark.parametrize(("loss", "said"), [("minimax", "sigmoid, in the loss"), ("wasserstein", "sigmoid")])
def test_the_summary_says_what_becomes_of_it(loss, said, recipe, registry):
    summary = summarise_recipe(recipe(FUSED, loss), registry)
    assert [layer.activation for layer in summary.discriminator.layers] == ["", "sigmoid", said]


def test_no_loss_has_the_sigmoid_of_a_class_head_or_a_softmax_over_one_number(build, spec, condition):
    heads = {"validity": [{"dense": 1}], "class": [{"dense": "classes", "activation": "sigmoid"}]}
    network = build("discriminator", spec(1, 4, 4), "[flatten]", heads=heads)
    classes = network(torch.randn(6, 1, 4, 4) * 50, condition()).class_logits
    assert classes.min() >= 0 and classes.max() <= 1
    network = build("discriminator", spec(1, 4, 4), "[flatten, {dense: 1}, softmax]")
    assert torch.equal(network(torch.randn(6, 1, 4, 4), condition()).logits, torch.ones(6))
