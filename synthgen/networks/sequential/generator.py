"""The generator that is a list of layers."""

from __future__ import annotations

from torch import Tensor

from synthgen import DataSpec, Generator, Options
from synthgen.networks.sequential.building import StackBuilder
from synthgen.networks.sequential.conditioning import doubt_of_generator
from synthgen.networks.sequential.last_activation import doubts_of_samples
from synthgen.networks.sequential.layer_options import Layers
from synthgen.networks.sequential.shapes import Shape, numel, show


class SequentialGenerator(Generator):
    """Layers as the recipe lists them, from the noise to the sample.

    The condition enters where an embedding or a concat says so.
    """

    class Options(Options):
        """The layers."""

        layers: Layers
        """A name such as `flatten`, or `{dense: 512, activation: relu}`, from the noise to the sample."""

    def __init__(self, options: Options, spec: DataSpec) -> None:
        super().__init__(options, spec)
        builder = StackBuilder("generator sequential", (spec.noise_dim,), spec)
        self.layers = builder.build(options.layers)
        if builder.shape != spec.shape:
            text = f"gives {show(builder.shape)}, but samples are {show(spec.shape)}; "
            builder.fail_at_end(options.layers, text + _what_fits(builder.shape, spec.shape))
        self.activation = spec.activation() if spec.blocks else None
        """Rows with categories: these are drawn."""

    def doubts(self) -> list[str]:
        """Whether the condition is not taken, or the last activation cannot give what samples have.

        Of rows with categories, the data's own activation follows.
        """
        of_values = [] if self.spec.blocks else doubts_of_samples(self.layers, self.spec)
        return [*doubt_of_generator(self.layers, self.spec), *of_values]

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Samples `(B, *shape)`, as the last layer's activation has them."""
        x: Tensor = self.layers(noise, condition)
        return x if self.activation is None else self.activation(x, condition)


def _what_fits(there: Shape, wanted: Shape) -> str:
    if numel(there) == numel(wanted):
        return f"{{reshape: {list(wanted)}}} after it would fit"
    if len(there) == len(wanted) == 3:
        if there[1:] == wanted[1:]:
            return "a last {conv: channels, kernel: 3, padding: same} would fit"
        times = wanted[1] // there[1]
        if times > 1 and (there[1] * times, there[2] * times) == wanted[1:]:
            how = f"a conv_transpose of stride {times} or {{upsample: {times}}}"
            return f"maps {times} times as large would, by {how}"
        as_they_are = there[0] == wanted[0] and there[1] == there[2] > 1
        square = f", or images of {there[1]}×{there[2]}" if as_they_are else ""
        return f"strides, upsampling and padding that give this height and width would fit{square}"
    after = f" and {{reshape: {list(wanted)}}}" if len(wanted) > 1 else ""
    before = "flatten, " if len(there) > 1 else ""
    return f"a last {before}{{dense: {numel(wanted)}}}{after} would fit"
