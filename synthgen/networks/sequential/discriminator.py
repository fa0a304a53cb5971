"""The discriminator that is a list of layers, with one head or two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field
from torch import Tensor

from synthgen import Critique, DataSpec, Discriminator, Options, UnsupportedError
from synthgen.networks.sequential.building import StackBuilder
from synthgen.networks.sequential.choices import name_of
from synthgen.networks.sequential.layer_options import Layers
from synthgen.networks.sequential.shapes import Shape, numel, show
from synthgen.networks.sequential.stack import Stack, name_layer

_IN_THE_LOSS = ("sigmoid", "softmax")


class Heads(Options):
    """What follows the layers that all heads share."""

    validity: Layers
    """Layers that end in one number: how real the sample is."""
    class_: Layers | None = Field(None, alias="class")
    """Layers that end in a number for each class, for an auxiliary classifier (AC-GAN, Odena et al. 2017)."""


class SequentialDiscriminator(Discriminator):
    """Layers as the recipe lists them, from the sample to one number, or to several heads.

    Losses take logits: a sigmoid or softmax that ends a head is left out. The condition enters where an embedding
    or a concat says so.
    """

    class Options(Options):
        """The layers."""

        layers: Layers
        """A name such as `flatten`, or `{dense: 512, activation: relu}`, from the sample to one number."""
        heads: Heads | None = None
        """Where the layers end in no number, but in what two heads take: `{validity: [...], class: [...]}`."""

    def __init__(self, options: Options, spec: DataSpec) -> None:
        super().__init__(options, spec)
        where = "discriminator sequential"
        self.trunk: Stack | None = None
        shape = spec.shape
        validity, where_validity = options.layers, where
        if options.heads is not None:
            builder = StackBuilder(where, shape, spec)
            self.trunk, shape = builder.build(options.layers), builder.shape
            validity, where_validity = options.heads.validity, f"{where}: head validity"
        self.validity = _head(where_validity, validity, shape, 1, spec)
        self.classes: Stack | None = None
        if options.heads is not None and options.heads.class_ is not None:
            self.classes = _class_head(f"{where}: head class", options.heads.class_, shape, spec)

    def forward(self, x: Tensor, condition: Tensor) -> Critique:
        """Logits of samples `(B, *shape)`, and of their classes where there is such a head."""
        if self.trunk is not None:
            x = self.trunk(x, condition)
        logits = self.validity(x, condition).flatten()
        return Critique(logits, None if self.classes is None else self.classes(x, condition).flatten(1))


def _class_head(where: str, layers: Sequence[Any], shape: Shape, spec: DataSpec) -> Stack:
    if not spec.classes:
        raise UnsupportedError(f"{where}: there are no classes in this data; leave it out")
    return _head(where, layers, shape, spec.classes, spec)


def _head(where: str, layers: Sequence[Any], shape: Shape, wanted: int, spec: DataSpec) -> Stack:
    """Layers that end in so many numbers, without the activation that is in the loss."""
    kept, dropped = _without_last_activation(layers)
    builder = StackBuilder(where, shape, spec)
    stack = builder.build(kept)
    if dropped:
        name = name_of(layers[-1])
        name_layer(stack[-1], f"{name} ({'' if name == dropped else f'its {dropped} '}is in the loss)")
    if numel(builder.shape) != wanted:
        numbers = "one number" if wanted == 1 else f"{wanted} numbers, one for each class"
        flatten = "flatten and " if len(builder.shape) > 1 else ""
        last = "1" if wanted == 1 else "classes"
        fit = f"{flatten}{{dense: {last}}} after it would fit"
        builder.fail_at_end(layers, f"gives {show(builder.shape)}, but there must be {numbers}; {fit}")
    return stack


def _without_last_activation(layers: Sequence[Any]) -> tuple[Sequence[Any], str | None]:
    """The layers without a sigmoid or softmax at their end, and its name if there was one."""
    last = layers[-1]
    if isinstance(last, str) and last in _IN_THE_LOSS:
        return (*layers[:-1], "linear"), last
    activation = getattr(last, "activation", None)
    if activation in _IN_THE_LOSS and isinstance(last, BaseModel):
        return (*layers[:-1], last.model_copy(update={"activation": "linear"})), name_of(activation)
    return layers, None
