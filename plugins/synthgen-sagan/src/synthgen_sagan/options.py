"""What both networks can be told."""

from __future__ import annotations

from pydantic import Field, NonNegativeInt, PositiveInt

from synthgen import Options


class SAGANOptions(Options):
    """Width, the place of the attention, and normalisation."""

    channels: PositiveInt = Field(32, multiple_of=8)
    """Channels of the largest feature map, a multiple of 8; each smaller one has twice as many, up to
    widening times as many. The generator's largest map has the image's size, the discriminator's half of it."""
    widening: PositiveInt = 16
    """No feature map has more than so many times the channels of the largest."""
    attention: NonNegativeInt | None = None
    """Shorter side of the feature map with self-attention: the image's, halved once or more; the one
    nearest 16 if not given, 0 for no attention."""
    spectral_norm: bool = True
    """Divide the weights of every convolution and linear layer by their largest singular value."""

    def width(self, halvings: int) -> int:
        """Channels of the feature map that is so many halvings smaller than the largest."""
        return self.channels * min(2**halvings, self.widening)


class SAGANDiscriminatorOptions(SAGANOptions):
    """The discriminator has one more."""

    features: NonNegativeInt = 0
    """Units of a layer that sees the whole smallest map; 0 for the paper's sum over its places, which forgets where
    things are. Small networks learn classes by outline faster with it."""
