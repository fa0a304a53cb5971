"""Differentiable augmentation for training on few images (Zhao et al. 2020, arXiv 2006.10738)."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor

from synthgen import Augmentation, Options, UnsupportedError


class DiffAugment(Augmentation):
    """Random translation, cutout and brightness of images, for training on few (Zhao et al. 2020).

    Each image has its own draw. Translation (and the mirror) comes first, then colour, then cutout, so that
    what a translation uncovers is coloured like the image. Values may leave their range, as in the paper.
    """

    class Options(Options):
        """The paper's translation, cutout and brightness; 0 leaves a change out."""

        translation: float = Field(0.125, ge=0, le=1)
        """Largest shift, up or down and left or right, as a share of the image's height and width."""
        cutout: float = Field(0.5, ge=0, le=1)
        """Height and width of the hidden rectangle, as a share of the image's; its centre is anywhere."""
        brightness: float = Field(0.5, ge=0, le=2)
        """Largest value added to or taken from a whole image, on a scale where black is -1 and white 1."""
        saturation: float = Field(0.0, ge=0, le=1)
        """Colourfulness is multiplied by 1 ± up to this much (the paper: 1); nothing happens to grey."""
        contrast: float = Field(0.0, ge=0, le=1)
        """Contrast is multiplied by 1 ± up to this much (the paper: 0.5)."""
        flip: bool = False
        """Mirror every second image left to right; a mirrored digit is none."""
        fill: float = Field(-1.0, ge=-1, le=1)
        """What is put where a translation uncovers and cutout hides: -1 black, 0 grey (the paper), 1 white."""

    def augment(self, x: Tensor) -> Tensor:
        """Images `(B, C, H, W)`, changed; raises UnsupportedError for samples that are no images."""
        if x.dim() != 4:
            shape = tuple(x.shape[1:])
            raise UnsupportedError(
                f"diff_augment needs images (channels, height, width), not samples {shape}"
            )
        options = self.options
        draw = torch.rand(8, len(x), 1, 1, 1, device=x.device, dtype=x.dtype)
        if options.translation or options.flip:
            x = self._move(x, draw[0], draw[1], draw[2])
        if options.brightness or options.saturation or options.contrast:
            x = self._colour(x, draw[3], draw[4], draw[5])
        return self._cut_out(x, draw[6], draw[7]) if options.cutout else x

    def _move(self, x: Tensor, down: Tensor, right: Tensor, mirror: Tensor) -> Tensor:
        """Fetch every pixel from where it was; a gather is exact, and so is its gradient."""
        (n, channels, height, width), options = x.shape, self.options
        row = torch.arange(height, device=x.device)[:, None] - _shift(down, height, options.translation)
        column = torch.arange(width, device=x.device) - _shift(right, width, options.translation)
        if options.flip:
            column = torch.where(mirror < 0.5, column, width - 1 - column)
        rows, columns = (row >= 0) & (row < height), (column >= 0) & (column < width)
        place = row.clamp(0, height - 1) * width + column.clamp(0, width - 1)
        moved = x.flatten(2).gather(2, place.view(n, 1, -1).expand(-1, channels, -1))
        return self._keep(moved.view(n, channels, height, width), rows.to(x.dtype) * columns.to(x.dtype))

    def _colour(self, x: Tensor, brightness: Tensor, saturation: Tensor, contrast: Tensor) -> Tensor:
        options = self.options
        if options.brightness:
            x = x + self._half * options.brightness * (2 * brightness - 1)
        if options.saturation and x.shape[1] > 1:
            grey = x.mean(1, keepdim=True)
            x = torch.lerp(grey, x, 1 + options.saturation * (2 * saturation - 1))
        if options.contrast:
            mean = x.mean((1, 2, 3), keepdim=True)
            x = torch.lerp(mean, x, 1 + options.contrast * (2 * contrast - 1))
        return x

    def _cut_out(self, x: Tensor, row: Tensor, column: Tensor) -> Tensor:
        rows = _hidden(row, x.shape[2], self.options.cutout).transpose(2, 3)
        columns = _hidden(column, x.shape[3], self.options.cutout)
        return self._keep(x, 1 - rows.to(x.dtype) * columns.to(x.dtype))

    def _keep(self, x: Tensor, share: Tensor) -> Tensor:
        """`x` where `share` is 1, `fill` where it is 0: exact, and on CPUs far faster than by booleans."""
        fill = sum(self.value_range) / 2 + self._half * self.options.fill
        return torch.lerp(x.new_full((), fill), x, share)

    @property
    def _half(self) -> float:
        """Half the range of the images' values: what 1 is in the options, which are on a scale from -1 to 1."""
        return (self.value_range[1] - self.value_range[0]) / 2


def _shift(draw: Tensor, size: int, share: float) -> Tensor:
    """A whole number of pixels from -most to most, all as likely, for each draw from [0, 1)."""
    most = round(share * size)
    return (draw * (2 * most + 1)).long().clamp_(max=2 * most) - most


def _hidden(draw: Tensor, size: int, share: float) -> Tensor:
    """Which of `size` pixels in a row lie in a stretch of `share * size` with its middle at any of them."""
    length = round(share * size)
    start = (draw * (size + 1 - length % 2)).long() - length // 2  # as often cut off at either end
    place = torch.arange(size, device=draw.device)
    return (place >= start) & (place < start + length)
