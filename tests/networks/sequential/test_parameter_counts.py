"""The books' networks, written as layers, have the books' numbers of parameters and make the books' shapes."""

from __future__ import annotations

import pytest
import torch

SINE_G = """
- {dense: 32, activation: linear, initializer: he_uniform}
- {dense: 32, activation: relu, initializer: he_uniform}
- {dense: 64, activation: elu, initializer: he_uniform}
- {dense: 32, activation: elu, initializer: he_uniform}
- {dense: 32, activation: selu, initializer: he_uniform}
- {dense: 2, activation: selu}
"""
SINE_D = """
- {dense: 16, activation: relu}
- {dense: 16, activation: relu}
- {dense: 16, activation: relu}
- {dense: 1, activation: sigmoid}
"""
FIVE_G_HEAD = """
- dense: 6272
- {leaky_relu: 0.3}
- reshape: [32, 14, 14]
- {conv: 32, kernel: 5, padding: same}
- {leaky_relu: 0.3}
- {conv_transpose: 32, kernel: 4, stride: 2, padding: same}
- {leaky_relu: 0.3}
"""
FIVE_G = FIVE_G_HEAD + "- {conv: 1, kernel: 5, padding: same, activation: tanh}"
FIVE_DEEP_G = (
    FIVE_G_HEAD
    + """
- {conv: 64, kernel: 5, padding: same}
- {leaky_relu: 0.3}
- {conv: channels, kernel: 5, padding: same, activation: tanh}
"""
)
FIVE_D = """
- {conv: 64, kernel: 4}
- {leaky_relu: 0.3}
- flatten
- {dropout: 0.3}
- {dense: 1, activation: sigmoid}
"""
FIVE_DEEP_D = """
- {conv: 64, kernel: 4}
- {leaky_relu: 0.3}
- {conv: 64, kernel: 4, stride: 2}
- {leaky_relu: 0.3}
- flatten
- {dropout: 0.3}
- {dense: 1, activation: sigmoid}
"""
TUTORIAL_G = """
- dense: 6272
- {leaky_relu: 0.2}
- reshape: [128, 7, 7]
- {conv_transpose: 128, kernel: 4, stride: 2, padding: same}
- {leaky_relu: 0.2}
- {conv_transpose: 128, kernel: 4, stride: 2, padding: same}
- {leaky_relu: 0.2}
- {conv: 1, kernel: 7, padding: same, activation: sigmoid}
"""
TUTORIAL_D = """
- {conv: 64, kernel: 3, stride: 2, padding: same}
- {leaky_relu: 0.2}
- {dropout: 0.4}
- {conv: 64, kernel: 3, stride: 2, padding: same}
- {leaky_relu: 0.2}
- {dropout: 0.4}
- flatten
- {dense: 1, activation: sigmoid}
"""


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("latent", "shape", "layers", "parameters"),
    [
        (10, (2,), SINE_G, 6_722),
        (28, (1, 28, 28), FIVE_G, 224_737),
        (28, (1, 28, 28), FIVE_DEEP_G, 276_801),
        (100, (1, 28, 28), TUTORIAL_G, 1_164_289),
    ],
    ids=["sine", "five", "five_deep", "tutorial"],
)
def test_generator_has_the_books_parameters_and_makes_its_samples(
    latent, shape, layers, parameters, build, spec
):
    generator = build("generator", spec(*shape, noise_dim=latent, conditions=()), layers)
    assert count(generator) == parameters
    assert generator(torch.zeros(2, latent), torch.zeros(2, 0)).shape == (2, *shape)


@pytest.mark.parametrize(
    ("shape", "layers", "parameters"),
    [
        ((2,), SINE_D, 609),
        ((1, 28, 28), FIVE_D, 41_089),
        # The book prints 148,866: Keras' summary of a compiled model that was frozen since counts weights twice.
        ((1, 28, 28), FIVE_DEEP_D, 148_866 // 2),
        ((1, 28, 28), TUTORIAL_D, 40_705),
    ],
    ids=["sine", "five", "five_deep", "tutorial"],
)
def test_discriminator_has_the_books_parameters_and_gives_a_logit(shape, layers, parameters, build, spec):
    discriminator = build("discriminator", spec(*shape, conditions=()), layers)
    assert count(discriminator) == parameters
    critique = discriminator(torch.zeros(2, *shape), torch.zeros(2, 0))
    assert critique.logits.shape == (2,)
    assert critique.class_logits is None


def test_the_sine_generators_first_layers_have_the_books_parameters(build, spec):
    generator = build("generator", spec(2, noise_dim=10, conditions=()), SINE_G)
    assert [count(layer) for layer in generator.layers][:2] == [352, 1_056]
