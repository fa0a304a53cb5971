"""Building a list of layers: shapes are followed from one to the next, and a mistake names its layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from torch import nn

from synthgen import DataSpec, UnsupportedError
from synthgen.networks.sequential.choices import name_of
from synthgen.networks.sequential.initialisers import initialise
from synthgen.networks.sequential.layer_options import Embedding
from synthgen.networks.sequential.layers import build_layer
from synthgen.networks.sequential.modules import Branch, Concat, Multiply
from synthgen.networks.sequential.shapes import MisfitError, Shape, numel, show
from synthgen.networks.sequential.stack import Stack, name_layer


class StackBuilder:
    """Builds one list of layers, such as a generator's, on data of this kind.

    `where` begins every message: `generator sequential`. `shape` is that of the stream, so far.
    """

    def __init__(self, where: str, shape: Shape, spec: DataSpec) -> None:
        self.where = where
        self.shape = shape
        self._spec = spec
        self._waiting: tuple[int, Shape] | None = None
        self._last = 0

    def build(self, layers: Sequence[Any]) -> Stack:
        """The layers, one after another.

        Raises UnsupportedError with the layer's number and name, the shape that comes in and what would fit.
        """
        stack = Stack()
        for number, layer in enumerate(layers):
            self._last = number
            try:
                module = self._layer(number, layer)
            except MisfitError as error:
                self._fail(number, name_of(layer), str(error), error)
            stack.append(module if isinstance(module, Branch) else name_layer(module, name_of(layer)))
        if self._waiting is not None:
            text = "nothing joins what it gives; a multiply or concat after it would"
            self._fail(self._waiting[0], "embedding", text)
        return stack

    def fail_at_end(self, layers: Sequence[Any], text: str) -> NoReturn:
        """Raise UnsupportedError about what the last layer gives."""
        self._fail(self._last, name_of(layers[-1]), text)

    def _fail(self, number: int, name: str, text: str, cause: Exception | None = None) -> NoReturn:
        raise UnsupportedError(f"{self.where}: layer {number} ({name}): {text}") from cause

    def _layer(self, number: int, layer: Any) -> nn.Module:
        if isinstance(layer, Embedding):
            return self._embedding(number, layer)
        if layer == "multiply":
            return self._multiply()
        if layer == "concat":
            return self._concat()
        module, self.shape = build_layer(layer, self.shape, self._spec)
        return module

    def _embedding(self, number: int, layer: Embedding) -> Branch:
        if not self._spec.condition_dim:
            raise MisfitError("there is no condition in this data that could be embedded; leave it out")
        if self._waiting is not None:
            raise MisfitError(
                f"that of layer {self._waiting[0]} still waits; a multiply or concat between would fit"
            )
        embedding = nn.Linear(self._spec.condition_dim, layer.embedding, bias=False)
        initialise(embedding, layer.initializer)
        branch, shape = Branch(name_layer(embedding, "embedding")), (layer.embedding,)
        inner = StackBuilder(f"{self.where}: layer {number} (embedding)", shape, self._spec)
        branch.extend(inner.build(layer.layers))
        self._waiting = number, inner.shape
        return branch

    def _multiply(self) -> nn.Module:
        if self._waiting is None:
            none = "" if self._spec.condition_dim else "; but there is no condition in this data"
            raise MisfitError(f"nothing waits to be multiplied; an embedding before it would fit{none}")
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

    def _take(self) -> tuple[int, Shape]:
        assert self._waiting is not None
        waiting, self._waiting = self._waiting, None
        return waiting
