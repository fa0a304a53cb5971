"""How weights start: how a recipe writes it, and as it is done in Keras; biases start at zero."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Discriminator, PositiveFloat, Tag
from pydantic.json_schema import SkipJsonSchema
from torch import Tensor, nn

from synthgen import Options
from synthgen.networks.sequential.choices import NAME, UNKNOWN, Choices, completed


class Normal(Options):
    """Weights from a normal distribution around 0."""

    normal: PositiveFloat
    """Its standard deviation; 0.05 for the name alone, as in Keras."""


class Uniform(Options):
    """Weights spread evenly around 0."""

    uniform: PositiveFloat
    """The largest of them; 0.05 for the name alone, as in Keras."""


InitializerName = Literal["he_uniform", "glorot_uniform", "normal", "uniform"]
_DEFAULTS: dict[str, BaseModel] = {
    "normal": Normal(normal=0.05),
    "uniform": Uniform(uniform=0.05),
}
_initializers = Choices(
    "an initialiser",
    ("he_uniform", "glorot_uniform", *_DEFAULTS),
    _DEFAULTS,
    {"normal": "{normal: 0.02}"},
)
Initializer = Annotated[
    Annotated[InitializerName, AfterValidator(completed(_DEFAULTS)), Tag(NAME)]
    | Annotated[Normal, Tag("<normal>")]
    | Annotated[Uniform, Tag("<uniform>")]
    | Annotated[SkipJsonSchema[str], BeforeValidator(_initializers.refuse), Tag(UNKNOWN)],
    Discriminator(_initializers.tag),
]


def initialise(layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d, initializer: Initializer) -> None:
    """Fill the weights of a new layer, and zero its bias.

    A kernel's fan-in is that of Keras: for transposed convolutions it is counted from their outputs.
    """
    _fill(layer.weight, initializer)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def _fill(weight: Tensor, initializer: Initializer) -> None:
    if isinstance(initializer, Normal):
        nn.init.normal_(weight, std=initializer.normal)
    elif isinstance(initializer, Uniform):
        nn.init.uniform_(weight, -initializer.uniform, initializer.uniform)
    elif initializer == "he_uniform":
        nn.init.kaiming_uniform_(weight, nonlinearity="relu")  # He et al. 2015
    else:
        nn.init.xavier_uniform_(weight)  # Glorot and Bengio 2010
