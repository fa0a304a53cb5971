"""The layers that a recipe may list, and what each takes, as in Keras but for leaky_relu's default."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Tag,
)
from pydantic.json_schema import SkipJsonSchema

from synthgen import Options
from synthgen.networks.sequential.activations import (
    ACTIVATION_DEFAULTS,
    PLAIN_ACTIVATIONS,
    Activation,
    Elu,
    LeakyRelu,
)
from synthgen.networks.sequential.choices import NAME, UNKNOWN, Choices, completed
from synthgen.networks.sequential.initialisers import Initializer, Uniform
from synthgen.networks.sequential.places import flat

Padding = Literal["same", "valid"]
Units = PositiveInt | Literal["classes"]
Filters = PositiveInt | Literal["channels"]


# ------------------------------------------------------------------------------------------ layers with weights


class Dense(Options):
    """A fully connected layer on flat numbers."""

    dense: Units
    """How many numbers it gives; `classes` for as many as the label has."""
    activation: Activation = "linear"
    """What the layer's sums go through; with a number of its own as {leaky_relu: 0.2} or {elu: 1.0}."""
    initializer: Initializer = "glorot_uniform"
    """How the weights start; {normal: 0.02} or {uniform: 0.1} for another size than 0.05."""
    bias: bool = True
    """Add a number that is learnt, too; it starts at 0."""


class Conv(Options):
    """A convolution on maps (channels, height, width)."""

    conv: Filters
    """How many channels it gives; `channels` for as many as the images have."""
    kernel: PositiveInt
    """Height and width of what it sees at once."""
    stride: PositiveInt = 1
    """Pixels from one place to the next."""
    padding: Padding = "valid"
    """same: zeros around, so that the size is divided by the stride; valid: none."""
    activation: Activation = "linear"
    """What the layer's sums go through; with a number of its own as {leaky_relu: 0.2} or {elu: 1.0}."""
    initializer: Initializer = "glorot_uniform"
    """How the weights start; {normal: 0.02} or {uniform: 0.1} for another size than 0.05."""
    bias: bool = True
    """Add a number that is learnt, too; it starts at 0."""


class ConvTranspose(Options):
    """A transposed convolution on maps, which enlarges them by its stride."""

    conv_transpose: Filters
    """How many channels it gives; `channels` for as many as the images have."""
    kernel: PositiveInt
    """Height and width of what one pixel is spread over."""
    stride: PositiveInt = 1
    """Times that height and width grow."""
    padding: Padding = "valid"
    """same: the size times the stride; valid: all that the kernel reaches."""
    activation: Activation = "linear"
    """What the layer's sums go through; with a number of its own as {leaky_relu: 0.2} or {elu: 1.0}."""
    initializer: Initializer = "glorot_uniform"
    """How the weights start; {normal: 0.02} or {uniform: 0.1} for another size than 0.05."""
    bias: bool = True
    """Add a number that is learnt, too; it starts at 0."""


class BatchNorm(Options):
    """Every unit, or channel of a map, standardised over the batch; then a scale and a shift that are learnt."""

    batch_norm: float = Field(ge=0, lt=1)
    """Keras' momentum: how much of the running mean and variance is kept at each step; 0.99 for the name alone."""
    epsilon: PositiveFloat = 1e-3
    """Added to the variance."""


class LayerNorm(Options):
    """Every sample's units, or each pixel's channels, standardised; then a scale and a shift that are learnt."""

    layer_norm: PositiveFloat
    """Added to the variance; 1e-3 for the name alone."""


# --------------------------------------------------------------------------------------- layers without weights


class Upsample(Options):
    """Maps made larger."""

    upsample: PositiveInt
    """Times that height and width grow; 2 for the name alone."""
    mode: Literal["nearest", "bilinear"] = "nearest"
    """Pixels repeated, or drawn from those around."""


def _a_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    if not 1 <= len(shape) <= 3:
        raise ValueError("takes one to three numbers, such as [channels, height, width]")
    return shape


class Reshape(Options):
    """The same numbers in another shape, channels first. Flat numbers go through a map's pixels, all channels of
    the first pixel first, as in Keras."""

    reshape: Annotated[tuple[PositiveInt, ...], AfterValidator(_a_shape)] = Field(
        json_schema_extra={"minItems": 1, "maxItems": 3}
    )
    """The new shape: [channels, height, width]; [channels, length] of signals; [numbers] of rows."""


class Dropout(Options):
    """Some numbers set to 0 in training, drawn anew each time; the others enlarged."""

    dropout: float = Field(ge=0, lt=1)
    """The share of them."""


class ZeroPad(Options):
    """Zeros around a map."""

    zero_pad: (
        NonNegativeInt | tuple[tuple[NonNegativeInt, NonNegativeInt], tuple[NonNegativeInt, NonNegativeInt]]
    )
    """How many on each side (1 for the name alone), or [[above, below], [left, right]]."""


class MaxPool(Options):
    """The largest of each window of a map's channel."""

    max_pool: PositiveInt
    """Height and width of the window; 2 for the name alone."""
    stride: PositiveInt | None = None
    """Pixels from one window to the next; as many as the window has if not given."""
    padding: Padding = "valid"
    """same: windows may hang over the edge; valid: they may not."""


# -------------------------------------------------------------------------------------------------------- lists

PLAIN_LAYERS = ("flatten", *PLAIN_ACTIVATIONS)
JOINS = ("multiply", "concat")
_DEFAULTS: dict[str, BaseModel] = {
    "batch_norm": BatchNorm(batch_norm=0.99),
    "layer_norm": LayerNorm(layer_norm=1e-3),
    "upsample": Upsample(upsample=2),
    "zero_pad": ZeroPad(zero_pad=1),
    "max_pool": MaxPool(max_pool=2),
    **ACTIVATION_DEFAULTS,
}
_EXAMPLES = {
    "dense": "{dense: 64}",
    "conv": "{conv: 64, kernel: 3}",
    "conv_transpose": "{conv_transpose: 64, kernel: 4, stride: 2}",
    "reshape": "{reshape: [64, 7, 7]}",
    "dropout": "{dropout: 0.3}",
    "embedding": "{embedding: 100}",
}
_EVERYWHERE = ("dense", "conv", "conv_transpose", "reshape", "dropout", *_DEFAULTS)

_CommonName = Literal[
    "flatten",
    "relu",
    "selu",
    "tanh",
    "sigmoid",
    "linear",
    "softmax",
    "batch_norm",
    "layer_norm",
    "upsample",
    "zero_pad",
    "max_pool",
    "leaky_relu",
    "elu",
]
_CommonLayer = (
    Annotated[Dense, Tag("<dense>")]
    | Annotated[Conv, Tag("<conv>")]
    | Annotated[ConvTranspose, Tag("<conv_transpose>")]
    | Annotated[BatchNorm, Tag("<batch_norm>")]
    | Annotated[LayerNorm, Tag("<layer_norm>")]
    | Annotated[Upsample, Tag("<upsample>")]
    | Annotated[Reshape, Tag("<reshape>")]
    | Annotated[Dropout, Tag("<dropout>")]
    | Annotated[ZeroPad, Tag("<zero_pad>")]
    | Annotated[MaxPool, Tag("<max_pool>")]
    | Annotated[LeakyRelu, Tag("<leaky_relu>")]
    | Annotated[Elu, Tag("<elu>")]
)
_branch = Choices("a layer of an embedding", (*PLAIN_LAYERS, *_DEFAULTS), _EVERYWHERE, _EXAMPLES)
BranchLayer = Annotated[
    _CommonLayer
    | Annotated[_CommonName, AfterValidator(completed(_DEFAULTS)), Tag(NAME)]
    | Annotated[SkipJsonSchema[str], BeforeValidator(_branch.refuse), Tag(UNKNOWN)],
    Discriminator(_branch.tag),
]
"""A layer that the condition may go through before it joins the stream."""


class Embedding(Options):
    """A branch beside the stream: the condition through a linear layer without bias (of a class's one-hot, that is
    Keras' Embedding). What it gives waits for the next multiply or concat."""

    embedding: PositiveInt
    """How many numbers it gives."""
    initializer: Initializer = Uniform(uniform=0.05)
    """How the weights start."""
    layers: tuple[BranchLayer, ...] = ()
    """Layers that the branch goes through."""


_layers = Choices("a layer", (*PLAIN_LAYERS, *JOINS, *_DEFAULTS), (*_EVERYWHERE, "embedding"), _EXAMPLES)


def _not_empty(layers: tuple[Any, ...]) -> tuple[Any, ...]:
    if not layers:
        raise ValueError("is empty; list at least one layer")
    return layers


Layer = Annotated[
    _CommonLayer
    | Annotated[Embedding, Tag("<embedding>")]
    | Annotated[_CommonName | Literal["multiply", "concat"], AfterValidator(completed(_DEFAULTS)), Tag(NAME)]
    | Annotated[SkipJsonSchema[str], BeforeValidator(_layers.refuse), Tag(UNKNOWN)],
    Discriminator(_layers.tag),
]
"""A layer: its name, or a mapping that has the layer's name with its main value, and options beside it."""


def _one_or_several(value: Any) -> str:
    return "<several>" if isinstance(value, list | tuple) else "<one>"


_OneOrSeveral = Annotated[
    Annotated[Layer, Tag("<one>")] | Annotated[tuple[Layer, ...], Tag("<several>")],
    Discriminator(_one_or_several),
]
"""A list of layers in the place of one: so an override of one item can put several there."""
Layers = Annotated[
    tuple[_OneOrSeveral, ...],
    AfterValidator(flat),
    AfterValidator(_not_empty),
    Field(json_schema_extra={"minItems": 1}),
]
"""Layers in the order in which they are gone through."""
