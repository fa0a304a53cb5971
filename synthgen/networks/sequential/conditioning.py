"""Whether a list of layers takes the condition at all."""

from __future__ import annotations

from synthgen import DataSpec
from synthgen.networks.sequential.modules import Branch, Concat
from synthgen.networks.sequential.stack import Stack


def doubt_of_generator(stack: Stack, spec: DataSpec) -> list[str]:
    """A sentence if samples would have classes, or values, that say nothing of them."""
    if _nothing_asked(spec) or _takes_condition(stack):
        return []
    return [
        f"generator.layers: none takes the condition, so samples do not depend on {_what(spec)}; an embedding with"
        f" a multiply, or a concat would fit{_without(spec)}"
    ]


def doubt_of_discriminator(stacks: list[Stack], spec: DataSpec, *, class_head: bool) -> list[str]:
    """A sentence if nothing would tell the generator which condition a sample shows."""
    if _nothing_asked(spec) or class_head or any(_takes_condition(stack) for stack in stacks):
        return []
    ways = "a concat or a class head" if spec.classes else "or a concat"
    return [
        f"discriminator: no layer takes the condition, so nothing teaches {_what(spec)}; an embedding with a"
        f" multiply, {ways} would fit{_without(spec)}"
    ]


def _nothing_asked(spec: DataSpec) -> bool:
    """Whether all samples have the same condition, or none."""
    return spec.condition_dim == 0 or spec.classes == spec.condition_dim == 1


def _takes_condition(stack: Stack) -> bool:
    return any(isinstance(layer, Branch | Concat) for layer in stack)


def _what(spec: DataSpec) -> str:
    return "the class" if spec.classes == spec.condition_dim else "it"


def _without(spec: DataSpec) -> str:
    """What leaves the classes out, where images have them."""
    pictures = len(spec.shape) == 3 and spec.classes == spec.condition_dim
    return ", or data without classes (of most images: data.labelled=false)" if pictures else ""
