"""From a layer's options and the shape that comes in to its module and the shape that goes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from synthgen import DataSpec
from synthgen.networks.sequential import layer_options as options
from synthgen.networks.sequential import modules
from synthgen.networks.sequential.activations import build_activation
from synthgen.networks.sequential.choices import name_of
from synthgen.networks.sequential.convolutions import Conv, ConvTranspose
from synthgen.networks.sequential.initialisers import initialise
from synthgen.networks.sequential.shapes import (
    MisfitError,
    Shape,
    conv_padding,
    conv_size,
    conv_transpose_crop,
    conv_transpose_size,
    map_of,
    numel,
    show,
)

Built = tuple[nn.Module, Shape]


def build_layer(layer: Any, shape: Shape, spec: DataSpec) -> Built:
    """The module of a layer that has nothing to do with branches, and the shape of what it gives.

    Raises MisfitError if it does not fit samples of this shape.
    """
    return _BUILDERS.get(name_of(layer), _activation)(layer, shape, spec)


def _dense(layer: options.Dense, shape: Shape, spec: DataSpec) -> Built:
    if len(shape) > 1:
        raise MisfitError(f"takes flat numbers, not {show(shape)}; a flatten before it would fit")
    units = _classes(shape, spec) if layer.dense == "classes" else layer.dense
    module = modules.Dense(shape[0], units, build_activation(layer.activation), bias=layer.bias)
    initialise(module, layer.initializer)
    return module, (units,)


def _conv(layer: options.Conv, shape: Shape, spec: DataSpec) -> Built:
    channels, *sides = _map(shape, spec)
    filters = _channels(shape, spec) if layer.conv == "channels" else layer.conv
    sizes = _window_sizes(sides, layer.kernel, layer.stride, layer.padding, shape)
    top, left = (conv_padding(side, layer.kernel, layer.stride, layer.padding) for side in sides)
    activation = build_activation(layer.activation)
    module = Conv(channels, filters, layer.kernel, layer.stride, (top, left), activation, bias=layer.bias)
    initialise(module, layer.initializer)
    return module, (filters, *sizes)


def _conv_transpose(layer: options.ConvTranspose, shape: Shape, spec: DataSpec) -> Built:
    channels, *sides = _map(shape, spec)
    filters = _channels(shape, spec) if layer.conv_transpose == "channels" else layer.conv_transpose
    crop = conv_transpose_crop(layer.kernel, layer.stride, layer.padding)
    activation = build_activation(layer.activation)
    module = ConvTranspose(channels, filters, layer.kernel, layer.stride, crop, activation, bias=layer.bias)
    initialise(module, layer.initializer)
    sizes = (conv_transpose_size(side, layer.kernel, layer.stride, layer.padding) for side in sides)
    return module, (filters, *sizes)


def _upsample(layer: options.Upsample, shape: Shape, spec: DataSpec) -> Built:
    channels, height, width = _map(shape, spec)
    times = layer.upsample
    return nn.Upsample(scale_factor=times, mode=layer.mode), (channels, height * times, width * times)


def _reshape(layer: options.Reshape, shape: Shape, spec: DataSpec) -> Built:
    there, wanted = numel(shape), numel(layer.reshape)
    if there != wanted:
        numbers = str(there) if len(shape) == 1 else f"{show(shape)} = {there}"
        before = "" if len(shape) == 1 else "flatten and "
        raise MisfitError(
            f"cannot make {show(layer.reshape)} = {wanted} numbers of {numbers};"
            f" {before}a dense layer of {wanted} before it{_other_first(there, layer.reshape)} would fit"
        )
    return modules.Reshape(layer.reshape), layer.reshape


def _flatten(layer: str, shape: Shape, spec: DataSpec) -> Built:
    return modules.Flatten(), (numel(shape),)


def _batch_norm(layer: options.BatchNorm, shape: Shape, spec: DataSpec) -> Built:
    kind = {1: nn.BatchNorm1d, 2: nn.BatchNorm1d, 3: nn.BatchNorm2d}[len(shape)]
    return kind(shape[0], eps=layer.epsilon, momentum=1 - layer.batch_norm), shape


def _layer_norm(layer: options.LayerNorm, shape: Shape, spec: DataSpec) -> Built:
    return modules.LayerNorm(shape[0], eps=layer.layer_norm), shape


def _dropout(layer: options.Dropout, shape: Shape, spec: DataSpec) -> Built:
    return modules.Dropout(layer.dropout), shape


def _zero_pad(layer: options.ZeroPad, shape: Shape, spec: DataSpec) -> Built:
    channels, height, width = _map(shape, spec)
    pad = layer.zero_pad
    (top, bottom), (left, right) = ((pad, pad), (pad, pad)) if isinstance(pad, int) else pad
    size = (channels, height + top + bottom, width + left + right)
    return nn.ZeroPad2d((left, right, top, bottom)), size


def _max_pool(layer: options.MaxPool, shape: Shape, spec: DataSpec) -> Built:
    channels, *sides = _map(shape, spec)
    stride = layer.stride or layer.max_pool
    sizes = _window_sizes(sides, layer.max_pool, stride, layer.padding, shape)
    top, left = (conv_padding(side, layer.max_pool, stride, layer.padding) for side in sides)
    return modules.MaxPool(layer.max_pool, stride, (top, left)), (channels, *sizes)


def _activation(layer: Any, shape: Shape, spec: DataSpec) -> Built:
    return build_activation(layer), shape


_BUILDERS: dict[str, Callable[[Any, Shape, DataSpec], Built]] = {
    "dense": _dense,
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "upsample": _upsample,
    "reshape": _reshape,
    "flatten": _flatten,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "dropout": _dropout,
    "zero_pad": _zero_pad,
    "max_pool": _max_pool,
}


# ---------------------------------------------------------------------------------------------- what is asked of


def _other_first(numbers: int, wanted: Shape) -> str:
    """The shape with another first size that so many numbers can take, where there is one."""
    first, rest = divmod(numbers, numel(wanted[1:]))
    return "" if rest or len(wanted) == 1 else f", or {{reshape: {[first, *wanted[1:]]}}},"


def _map(shape: Shape, spec: DataSpec) -> Shape:
    """The shape itself, if it is a map's."""
    if len(shape) == 3:
        return shape
    found = map_of(numel(shape), spec.shape)
    example = f", such as {{reshape: {list(found)}}}," if found else ""
    raise MisfitError(
        f"takes maps (channels, height, width), not {show(shape)}; a reshape before it{example} would fit"
    )


def _window_sizes(
    sides: list[int], kernel: int, stride: int, padding: options.Padding, shape: Shape
) -> list[int]:
    """Height and width after a window has gone over a map."""
    sizes = [conv_size(side, kernel, stride, padding) for side in sides]
    if min(sizes) < 1:
        raise MisfitError(
            f"its window of {kernel}×{kernel} is larger than {show(shape)}; one of at most {min(sides)}, or"
            " padding: same, would fit"
        )
    return sizes


def _classes(shape: Shape, spec: DataSpec) -> int:
    """Values of the label."""
    if not spec.classes:
        raise MisfitError(f"there are no classes in this data to make of {show(shape)}; a number would fit")
    return spec.classes


def _channels(shape: Shape, spec: DataSpec) -> int:
    """Channels of the images."""
    if len(spec.shape) != 3:
        raise MisfitError(
            f"samples of shape {show(spec.shape)} have no channels to make of {show(shape)}; a number would fit"
        )
    return spec.shape[0]
