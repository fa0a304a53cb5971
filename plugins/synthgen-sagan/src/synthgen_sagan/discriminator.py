"""The residual, spectrally normalised discriminator with self-attention and a projection head."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from synthgen import Critique, DataSpec, Discriminator
from synthgen_sagan.layers import SelfAttention, halved_conv, prepared
from synthgen_sagan.options import SAGANDiscriminatorOptions
from synthgen_sagan.plan import make_plan


class SAGANDiscriminator(Discriminator):
    """Residual blocks that halve the image, self-attention on the way, and a projection of the condition.

    After Zhang et al. 2019; the head is that of Miyato and Koyama 2018, its embedding linear in the condition.
    """

    Options = SAGANDiscriminatorOptions

    def __init__(self, options: SAGANDiscriminatorOptions, spec: DataSpec) -> None:
        super().__init__(options, spec)
        plan = make_plan(spec, options.attention, "discriminator sagan")
        spectral = options.spectral_norm
        widths = [options.width(halvings) for halvings in range(plan.levels)]
        layers: list[nn.Module] = []
        for level, (inside, outside) in enumerate(
            zip([plan.image_channels, *widths], widths, strict=False), start=1
        ):
            layers.append(HalvingBlock(inside, outside, spectral, of_image=level == 1))
            if level == plan.attention:
                layers.append(SelfAttention(outside, spectral))
        self.layers = nn.Sequential(*layers, LevelBlock(widths[-1], spectral))
        places, units = plan.base[0] * plan.base[1], options.features or widths[-1]
        self.features = (
            prepared(nn.Linear(widths[-1] * places, units), spectral) if options.features else None
        )
        self.logit = prepared(nn.Linear(units, 1), spectral)
        embedding = nn.Linear(spec.condition_dim, units, bias=False) if spec.condition_dim else None
        self.embedding = None if embedding is None else prepared(embedding, spectral)

    def forward(self, x: Tensor, condition: Tensor) -> Critique:
        """Logits of images `(B, C, H, W)` under these conditions."""
        places = F.relu(self.layers(x))
        if self.features is None:
            features = places.sum((2, 3))
        else:
            features = F.leaky_relu(self.features(places.flatten(1)), 0.2)
        logits = self.logit(features).squeeze(1)
        if self.embedding is not None:
            logits = logits + (self.embedding(condition) * features).sum(1)
        return Critique(logits)


class HalvingBlock(nn.Module):
    """ReLU, 3×3, ReLU, 3×3, halved; beside it a halved 1×1. Of an image without the first ReLU."""

    def __init__(self, inside: int, outside: int, spectral: bool, of_image: bool) -> None:
        super().__init__()
        self.of_image = of_image
        self.first = prepared(nn.Conv2d(inside, outside, 3, padding=1), spectral)
        self.second = prepared(nn.Conv2d(outside, outside, 3, padding=1), spectral)
        self.skip = prepared(nn.Conv2d(inside, outside, 1), spectral)

    def forward(self, x: Tensor) -> Tensor:
        """`(B, in, H, W) -> (B, out, H / 2, W / 2)`."""
        h = self.first(x if self.of_image else F.relu(x))
        h = halved_conv(F.relu(h, inplace=True), self.second)
        return h + self.skip(F.avg_pool2d(x, 2))  # pooled first: a quarter of the work


class LevelBlock(nn.Module):
    """ReLU, 3×3, ReLU, 3×3, and what came in."""

    def __init__(self, channels: int, spectral: bool) -> None:
        super().__init__()
        self.first = prepared(nn.Conv2d(channels, channels, 3, padding=1), spectral)
        self.second = prepared(nn.Conv2d(channels, channels, 3, padding=1), spectral)

    def forward(self, x: Tensor) -> Tensor:
        """`(B, C, H, W)`, the same shape."""
        return x + self.second(F.relu(self.first(F.relu(x)), inplace=True))
