"""Activations: how a recipe writes them, and as modules. None works in place: gradients can be taken twice."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Discriminator, Field, PositiveFloat, Tag
from pydantic.json_schema import SkipJsonSchema
from torch import nn

from synthgen import Options
from synthgen.networks.sequential.choices import NAME, UNKNOWN, Choices, completed


class LeakyRelu(Options):
    """max(x, slope x)."""

    leaky_relu: float = Field(ge=0, lt=1)
    """The slope below zero; 0.2 for the name alone, as GANs have it (Keras' own default is 0.3)."""


class Elu(Options):
    """x, and below zero alpha (exp(x) - 1)."""

    elu: PositiveFloat
    """alpha; 1 for the name alone."""


ActivationName = Literal["relu", "leaky_relu", "elu", "selu", "tanh", "sigmoid", "linear", "softmax"]
PLAIN_ACTIVATIONS = ("relu", "selu", "tanh", "sigmoid", "linear", "softmax")
ACTIVATION_DEFAULTS: dict[str, BaseModel] = {"leaky_relu": LeakyRelu(leaky_relu=0.2), "elu": Elu(elu=1.0)}
_activations = Choices(
    "an activation",
    (*PLAIN_ACTIVATIONS, *ACTIVATION_DEFAULTS),
    ACTIVATION_DEFAULTS,
    {"leaky_relu": "{leaky_relu: 0.2}"},
)
Activation = Annotated[
    Annotated[ActivationName, AfterValidator(completed(ACTIVATION_DEFAULTS)), Tag(NAME)]
    | Annotated[LeakyRelu, Tag("<leaky_relu>")]
    | Annotated[Elu, Tag("<elu>")]
    | Annotated[SkipJsonSchema[str], BeforeValidator(_activations.refuse), Tag(UNKNOWN)],
    Discriminator(_activations.tag),
]

_PLAIN: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "selu": nn.SELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "linear": nn.Identity,
}


def say_activation(options: Activation | None) -> str:
    """In a word, or two: `leaky_relu 0.2`; nothing for None."""
    if isinstance(options, LeakyRelu):
        return f"leaky_relu {options.leaky_relu:g}"
    if isinstance(options, Elu):
        return f"elu {options.elu:g}"
    return options or ""


def build_activation(options: Activation) -> nn.Module:
    """The activation; softmax is over a map's channels, as in Keras."""
    if isinstance(options, LeakyRelu):
        return nn.LeakyReLU(options.leaky_relu)
    if isinstance(options, Elu):
        return nn.ELU(options.elu)
    return nn.Softmax(dim=1) if options == "softmax" else _PLAIN[options]()
