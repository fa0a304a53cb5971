"""Building a list of layers: shapes are followed from one to the next, and a mistake names its layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from torch import nn

from synthgen import DataSpec, UnsupportedError
from synthgen.networks.sequential.activations import Elu, LeakyRelu, say_activation
from synthgen.networks.sequential.choices import name_of
from synthgen.networks.sequential.initialisers import initialise
from synthgen.networks.sequential.layer_options import Embedding, Reshape
from synthgen.networks.sequential.layers import build_layer
from synthgen.networks.sequential.modules import Branch, Concat, Multiply
from synthgen.networks.sequential.places import places_of
from synthgen.networks.sequential.shapes import MisfitError, Shape, numel, show
from synthgen.networks.sequential.stack import Stack, label


class StackBuilder:
    """Builds one list of layers, such as a generator's, on data of this kind.

    `where` begins every message: `generator sequential`. `shape` is that of the stream, so far. `key` is what an
    override calls the list: `layers`, `heads.class`.
    """

    def __init__(self, where: str, shape: Shape, spec: DataSpec, key: str = "layers") -> None:
        self.where = where
        self.shape = shape
        self._spec = spec
        self._key = key
        self._waiting: tuple[str, Shape] | None = None

    def build(self, layers: Sequence[Any]) -> Stack:
        """The layers, one after another.

        Raises UnsupportedError with the layer's place and name, the shape that comes in and what would fit.
        """
        stack = Stack()
        for place, layer in zip(places_of(layers), layers, strict=True):
            try:
                module = self._layer(place, layer)
            except MisfitError as error:
                hint = _channels_last(layers, place)
                self._fail(place, name_of(layer), str(error) + hint, error)
            if not isinstance(module, Branch):
                label(module, name_of(layer), f"{self._key}.{place}", _activation_of(layer))
            stack.append(module)
        if self._waiting is not None:
            text = "nothing joins what it gives; a multiply or concat after it would"
            self._fail(self._waiting[0], "embedding", text)
        return stack

    def fail_at_end(self, layers: Sequence[Any], text: str) -> NoReturn:
        """Raise UnsupportedError about what the last layer gives."""
        place = places_of(layers)[-1]
        self._fail(place, name_of(layers[-1]), text + _channels_last(layers, place))

    def _fail(self, place: str, name: str, text: str, cause: Exception | None = None) -> NoReturn:
        message = f"{self.where}: layer {place} ({name}): {text}"
        raise UnsupportedError(message, key=f"{self._key}.{place}") from cause

    def _layer(self, place: str, layer: Any) -> nn.Module:
        if isinstance(layer, Embedding):
            return self._embedding(place, layer)
        if layer == "multiply":
            return self._multiply()
        if layer == "concat":
            return self._concat()
        module, self.shape = build_layer(layer, self.shape, self._spec)
        return module

    def _embedding(self, place: str, layer: Embedding) -> Branch:
        if not self._spec.condition_dim:
            raise MisfitError("there is no condition in this data that could be embedded; leave it out")
        if self._waiting is not None:
            raise MisfitError(
                f"that of layer {self._waiting[0]} still waits; a multiply or concat between would fit"
            )
        embedding = nn.Linear(self._spec.condition_dim, layer.embedding, bias=False)
        initialise(embedding, layer.initializer)
        key, shape = f"{self._key}.{place}", (layer.embedding,)
        branch = Branch(label(embedding, "embedding", key))
        where = f"{self.where}: layer {place} (embedding)"
        inner = StackBuilder(where, shape, self._spec, f"{key}.layers")
        branch.extend(inner.build(layer.layers))
        self._waiting = place, inner.shape
        return branch

    def _multiply(self) -> nn.Module:
        if self._waiting is None:
            none = "" if self._spec.condition_dim else "; but there is no condition in this data"
            raise MisfitError(
                f"nothing waits to multiply {show(self.shape)} by; an embedding before it would fit{none}"
            )
        _, other = self._take()
        if other != self.shape:
            raise MisfitError(f"cannot multiply {show(self.shape)} by {show(other)}; {self._equal(other)}")
        return Multiply()

    def _equal(self, other: Shape) -> str:
        """What would make a branch that gives `other` fit the stream."""
        if len(self.shape) == 1:
            after = " and a flatten among its layers" if len(other) > 1 else ""
            return f"an embedding of {self.shape[0]}{after} would fit"
        return f"an embedding of {numel(self.shape)} with layers: [{{reshape: {list(self.shape)}}}] would fit"

    def _concat(self) -> nn.Module:
        other: Shape = (self._spec.condition_dim,)
        if self._waiting is not None:
            _, other = self._take()
        if len(other) > 1 and other[1:] != self.shape[1:]:
            like = [1, *self.shape[1:]]
            fit = (
                f"{{reshape: {like}}} as the last of the embedding's layers would fit"
                if len(self.shape) > 1
                else "a flatten as the last of the embedding's layers would fit"
            )
            raise MisfitError(f"cannot put {show(other)} beside {show(self.shape)}; {fit}")
        self.shape = (self.shape[0] + other[0], *self.shape[1:])
        return Concat()

    def _take(self) -> tuple[str, Shape]:
        assert self._waiting is not None
        waiting, self._waiting = self._waiting, None
        return waiting


def _activation_of(layer: Any) -> str:
    """What a layer's sums go through; of an activation with a number, itself."""
    if isinstance(layer, LeakyRelu | Elu):
        return say_activation(layer)
    return say_activation(getattr(layer, "activation", None))


def _channels_last(layers: Sequence[Any], end: str) -> str:
    """A hint where a reshape before this place looks as Keras has it: two equal sides, and then the channels."""
    for place, layer in zip(places_of(layers), layers, strict=True):
        if place == end:
            break
        if isinstance(layer, Reshape) and len(layer.reshape) == 3:
            height, width, channels = layer.reshape
            if height == width != channels:
                return (
                    f"; or has layer {place} its channels last? They come first: {[channels, height, width]}"
                )
    return ""
