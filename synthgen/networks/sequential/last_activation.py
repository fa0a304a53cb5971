"""What a list of layers ends in: what the loss has already is left out, and limits that do not fit are told."""

from __future__ import annotations

from math import inf

from torch import nn

from synthgen import DataSpec
from synthgen.networks.sequential.modules import Flatten, Reshape
from synthgen.networks.sequential.stack import Stack, label

_REACH: dict[type[nn.Module], tuple[float, float]] = {
    nn.Sigmoid: (0.0, 1.0),
    nn.Tanh: (-1.0, 1.0),
    nn.ReLU: (0.0, inf),
    nn.SELU: (-1.758, inf),
}


def last_layer(stack: Stack) -> int:
    """Index of the last layer that does more than to put numbers in another order."""
    ends = (index for index in reversed(range(len(stack))) if not isinstance(stack[index], Flatten | Reshape))
    return next(ends, 0)


def leave_out(stack: Stack, kind: type[nn.Module]) -> None:
    """Replace an activation of this kind at the end by none, and say in the summary that the loss has it."""
    index = last_layer(stack)
    last = stack[index]
    if isinstance(last, kind):
        nothing = nn.Identity()
        label(nothing, str(last.summary_name), str(last.summary_place), "in the loss")
        stack[index] = nothing
    elif isinstance(getattr(last, "activation", None), kind):
        last.activation = nn.Identity()
        said = f"{last.summary_activation}, in the loss"
        label(last, str(last.summary_name), str(last.summary_place), said)


def doubts_of_samples(stack: Stack, spec: DataSpec) -> list[str]:
    """A sentence if the last activation cannot give all values that samples have."""
    low, high = spec.value_range
    name, reach = _end(stack)
    if reach[0] <= low and high <= reach[1]:
        return []
    fits = "tanh" if low < 0 else "sigmoid"
    unit = reach[0] == 0 and low < 0 and reach[1] > 0 and name != "softmax" and len(spec.shape) == 3
    other = ", or samples from 0 to 1 by codec={name: images, scaling: unit}" if unit else ""
    return [
        f"generator.{_place(stack)}: its {name} {_say(reach)}, but samples have values from {low:g} to {high:g};"
        f" {fits} would fit{other}"
    ]


def doubts_of_logits(stack: Stack) -> list[str]:
    """A sentence if the last activation limits what the loss takes without limits."""
    name, reach = _end(stack)
    if reach == (-inf, inf):
        return []
    return [
        f"discriminator.{_place(stack)}: its {name} {_say(reach)}, but the loss takes numbers without limits;"
        " no activation would fit"
    ]


def _place(stack: Stack) -> str:
    return str(stack[last_layer(stack)].summary_place)


def _end(stack: Stack) -> tuple[str, tuple[float, float]]:
    """The last activation's name, and the lowest and highest number that it gives."""
    last = stack[last_layer(stack)]
    activation = getattr(last, "activation", last)
    name = type(activation).__name__.lower()
    if isinstance(activation, nn.Softmax):
        return name, (1.0, 1.0) if _width(stack) == 1 else (0.0, 1.0)
    if isinstance(activation, nn.ELU):
        return name, (-activation.alpha, inf)
    return name, _REACH.get(type(activation), (-inf, inf))


def _width(stack: Stack) -> int | None:
    """Channels, or units, at the last activation; None where no layer before it says."""
    for layer in reversed(stack[: last_layer(stack) + 1]):
        if isinstance(layer, Reshape):
            return layer.shape[0]
        width = getattr(layer, "out_features", None) or getattr(layer, "out_channels", None)
        if width or isinstance(layer, Flatten):
            return width
    return None


def _say(reach: tuple[float, float]) -> str:
    low, high = reach
    if low == high:
        return f"over one number gives {low:g} everywhere"
    return f"gives nothing below {low:g}" if high == inf else f"gives numbers from {low:g} to {high:g}"
