"""What a network is made of: layers, their output shapes and parameters, in the manner of Keras' summary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from synthgen.device import fork_random

_STATISTICS = ("running_mean", "running_var")
"""Buffers of batch and instance norm that Keras counts as parameters which are not trained."""


@dataclass(frozen=True)
class Layer:
    """A row of a summary."""

    name: str
    shape: tuple[int, ...] | None
    """Of its first output, without the batch; None if its weights are used without a call of the layer."""
    parameters: int
    """Weights, trainable or not, and running statistics; those of a shared layer count where it is first."""
    place: str = ""
    """Where the recipe lists it, as an override has it after the section: `layers.3`. Empty if it does not."""
    activation: str = ""
    """What its sums go through, if that is known."""


@dataclass(frozen=True)
class NetworkSummary:
    """A network's layers in the order in which they are called, and its parameters."""

    layers: tuple[Layer, ...]
    other: int
    """Parameters that belong to none of the layers, such as one that a network has beside them."""
    trainable: int
    not_trainable: int
    """Frozen weights, and running means and variances of normalisation, as Keras counts them."""

    @property
    def total(self) -> int:
        """All parameters, each once."""
        return self.trainable + self.not_trainable

    def to_dict(self) -> dict[str, Any]:
        """As values that JSON has."""
        return {
            "layers": [
                {
                    "name": layer.name,
                    "output_shape": None if layer.shape is None else list(layer.shape),
                    "parameters": layer.parameters,
                    **({"place": layer.place, "activation": layer.activation} if layer.place else {}),
                }
                for layer in self.layers
            ],
            "other": self.other,
            "total": self.total,
            "trainable": self.trainable,
            "not_trainable": self.not_trainable,
        }

    def to_text(self) -> str:
        """A table with the totals below it."""
        rows = [("at", "layer", "activation", "output shape", "parameters")]
        for layer in self.layers:
            shape = "-" if layer.shape is None else str(layer.shape)
            rows.append((layer.place, layer.name, layer.activation, shape, f"{layer.parameters:,}"))
        if self.other:
            rows.append(("", "(other)", "", "-", f"{self.other:,}"))
        columns = [column for column in zip(*rows, strict=True) if any(column[1:])]
        widths = [max(map(len, column)) for column in columns]
        *left, last = widths
        lines = [
            "  ".join([*(f"{a:{width}}" for a, width in zip(row, left, strict=False)), f"{row[-1]:>{last}}"])
            for row in zip(*columns, strict=True)
        ]
        lines.insert(1, "-" * len(lines[0]))
        lines.append(
            f"total {self.total:,}: {self.trainable:,} trainable, {self.not_trainable:,} not trainable"
        )
        return "\n".join(lines)


def summarise_network(network: nn.Module, *inputs: Tensor) -> NetworkSummary:
    """The summary of a network that is called once with these inputs, in evaluation.

    Its layers are the modules with a text attribute `summary_name`, which they are called by, and elsewhere those
    without modules of their own, called by their path. `summary_place` and `summary_activation` are told where a
    module has them. Neither the network nor torch's random state is changed.
    """
    names = _layers(network)
    shapes = _first_shapes(network, list(names), inputs)
    entries = _entries(network, set(names))
    rows = _in_order(list(names), shapes, {owner for owner, _ in entries if owner is not None})
    counts: dict[nn.Module | None, int] = dict.fromkeys([*rows, None], 0)
    for owner, tensor in entries:
        counts[owner] += tensor.numel()
    trainable = sum(tensor.numel() for _, tensor in entries if tensor.requires_grad)
    return NetworkSummary(
        layers=tuple(_row(module, names[module], shapes.get(module), counts[module]) for module in rows),
        other=counts[None],
        trainable=trainable,
        not_trainable=sum(counts.values()) - trainable,
    )


def _row(module: nn.Module, name: str, shape: tuple[int, ...] | None, parameters: int) -> Layer:
    place, activation = (str(getattr(module, f"summary_{key}", "")) for key in ("place", "activation"))
    return Layer(name, shape, parameters, place, activation)


def _layers(network: nn.Module) -> dict[nn.Module, str]:
    """The modules to show and their names, in the order in which they were built; a shared one once."""
    found: dict[nn.Module, str] = {}

    def visit(module: nn.Module, path: str, inside: bool) -> None:
        """`inside` a layer that has a name only others that have one are shown."""
        name = getattr(module, "summary_name", None)
        kind = type(module).__name__
        # a parametrisation, such as spectral norm's, is a part of its layer and no layer
        children = [(key, child) for key, child in module.named_children() if key != "parametrizations"]
        if isinstance(name, str):
            found.setdefault(module, name)
        elif not children and not inside and not isinstance(module, nn.Identity):
            found.setdefault(module, f"{path} ({kind})" if path else kind)
        for key, child in children:
            visit(child, f"{path}.{key}" if path else key, inside or isinstance(name, str))

    visit(network, "", False)
    return found


def _first_shapes(
    network: nn.Module, modules: list[nn.Module], inputs: tuple[Tensor, ...]
) -> dict[nn.Module, tuple[int, ...] | None]:
    """Shape of the first output of each module that is called, without the batch, in the order of the calls."""
    shapes: dict[nn.Module, tuple[int, ...] | None] = {}

    def before(module: nn.Module, arguments: Any) -> None:
        shapes.setdefault(module, None)

    def after(module: nn.Module, arguments: Any, output: Any) -> None:
        if shapes[module] is None:
            shapes[module] = _shape(output)

    hooks = [module.register_forward_pre_hook(before) for module in modules]
    hooks += [module.register_forward_hook(after) for module in modules]
    try:
        with _evaluation(network), fork_random(inputs[0].device), torch.no_grad():
            network(*inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return shapes


@contextmanager
def _evaluation(network: nn.Module) -> Iterator[None]:
    """Every module in evaluation, and then as it was."""
    training = {module: module.training for module in network.modules()}
    network.eval()
    try:
        yield
    finally:
        for module, was in training.items():
            module.training = was


def _shape(output: Any) -> tuple[int, ...] | None:
    """Of a tensor, or of the first of several."""
    parts = output if isinstance(output, tuple | list) else [output]
    return next((tuple(part.shape[1:]) for part in parts if isinstance(part, Tensor)), None)


def _entries(network: nn.Module, layers: set[nn.Module]) -> list[tuple[nn.Module | None, Tensor]]:
    """Each weight and running statistic once, with the innermost layer in which it lies, if it lies in one."""
    owners = {p: m for p, m in network.named_modules(remove_duplicate=False) if m in layers}
    seen: set[int] = set()
    entries: list[tuple[nn.Module | None, Tensor]] = []
    for name, tensor in network.state_dict(keep_vars=True).items():
        counts = isinstance(tensor, nn.Parameter) or name.rpartition(".")[2] in _STATISTICS
        if not counts or id(tensor) in seen:
            continue
        seen.add(id(tensor))
        parts = name.split(".")[:-1]
        paths = (".".join(parts[:depth]) for depth in range(len(parts), -1, -1))
        entries.append((next((owners[path] for path in paths if path in owners), None), tensor))
    return entries


def _in_order(
    built: list[nn.Module], called: dict[nn.Module, Any], with_weights: set[nn.Module]
) -> list[nn.Module]:
    """Layers as they are called; one that has weights and is not called comes after that built before it."""
    rows = list(called)
    for index, module in enumerate(built):
        if module not in called and module in with_weights:
            before = [other for other in built[:index] if other in rows]
            rows.insert(rows.index(before[-1]) + 1 if before else 0, module)
    return rows
