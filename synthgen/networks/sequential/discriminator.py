"""The discriminator that is a list of layers, with one head or two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field
from torch import Tensor, nn

from synthgen import Critique, DataSpec, Discriminator, Loss, Options, UnsupportedError
from synthgen.networks.sequential.building import StackBuilder
from synthgen.networks.sequential.choices import name_of
from synthgen.networks.sequential.conditioning import doubt_of_discriminator
from synthgen.networks.sequential.last_activation import doubts_of_logits, leave_out
from synthgen.networks.sequential.layer_options import Layers
from synthgen.networks.sequential.shapes import numel, show
from synthgen.networks.sequential.stack import Stack


class Heads(Options):
    """What follows the layers that all heads share."""

    validity: Layers
    """Layers that end in one number: how real the sample is."""
    class_: Layers | None = Field(None, alias="class")
    """Layers that end in a number for each class, for an auxiliary classifier (AC-GAN, Odena et al. 2017)."""


class SequentialDiscriminator(Discriminator):
    """Layers as the recipe lists them, from the sample to one number, or to several heads.

    Losses with a sigmoid of their own (non_saturating, minimax, relativistic) take logits: a sigmoid that ends the
    layers, or the head validity, is left out under these. So is a softmax that ends the head class. The condition
    enters where an embedding or a concat says so.
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
        validity, key, where_validity = options.layers, "layers", where
        if options.heads is not None:
            builder = StackBuilder(where, shape, spec)
            self.trunk, shape = builder.build(options.layers), builder.shape
            validity, key, where_validity = (
                options.heads.validity,
                "heads.validity",
                f"{where}: head validity",
            )
        self.validity = _head(StackBuilder(where_validity, shape, spec, key), validity, 1)
        self.classes: Stack | None = None
        if options.heads is not None and options.heads.class_ is not None:
            builder = StackBuilder(f"{where}: head class", shape, spec, "heads.class")
            self.classes = _class_head(builder, options.heads.class_, spec)

    def meet(self, loss: Loss) -> None:
        """Leave a last sigmoid out where the loss has one."""
        if loss.logistic or loss.sigmoid_inside:
            leave_out(self.validity, nn.Sigmoid)

    def doubts(self) -> list[str]:
        """Whether the condition is not taken, or a last activation limits what the losses take without limits."""
        stacks = [self.validity] if self.trunk is None else [self.trunk, self.validity]
        of_condition = doubt_of_discriminator(stacks, self.spec, class_head=self.classes is not None)
        of_classes = [] if self.classes is None else doubts_of_logits(self.classes)
        return [*of_condition, *doubts_of_logits(self.validity), *of_classes]

    def forward(self, x: Tensor, condition: Tensor) -> Critique:
        """Logits of samples `(B, *shape)`, and of their classes where there is such a head."""
        if self.trunk is not None:
            x = self.trunk(x, condition)
        logits = self.validity(x, condition).flatten()
        return Critique(logits, None if self.classes is None else self.classes(x, condition).flatten(1))


def _class_head(builder: StackBuilder, layers: Sequence[Any], spec: DataSpec) -> Stack:
    if not spec.classes:
        message = f"{builder.where}: there are no classes in this data; leave it out"
        raise UnsupportedError(message, key="heads.class")
    stack = _head(builder, layers, spec.classes)
    leave_out(stack, nn.Softmax)  # classes are learnt by cross-entropy, whatever the loss
    return stack


def _head(builder: StackBuilder, layers: Sequence[Any], wanted: int) -> Stack:
    """Layers that end in so many numbers."""
    stack = builder.build(layers)
    if numel(builder.shape) != wanted:
        numbers = "one number" if wanted == 1 else f"{wanted} numbers, one for each class"
        flatten = "flatten and " if len(builder.shape) > 1 else ""
        last = "1" if wanted == 1 else "classes"
        where = "in its place" if name_of(layers[-1]) == "dense" else "after it"
        fit = f"{flatten}{{dense: {last}}} {where} would fit"
        builder.fail_at_end(layers, f"gives {show(builder.shape)}, but there must be {numbers}; {fit}")
    return stack
