"""The way from one condition to another, or from one latent to another, as images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from synthgen.classes import find_class, list_classes
from synthgen.device import fork_random
from synthgen.errors import UnsupportedError, UsageError
from synthgen.pictures import sample_grid
from synthgen.sampling import ChunkDraws, chunk_seed, split_where
from synthgen.synthesizer import Synthesizer
from synthgen.training.settings import LatentSettings
from synthgen.values import join

End = str | int | Mapping[str, Any]
"""Where a way begins or ends: a class by name or number, or values of conditions by name."""


def interpolate(
    synthesizer: Synthesizer,
    start: End | None = None,
    end: End | None = None,
    *,
    latents: bool = False,
    where: Mapping[str, Any] | None = None,
    steps: int = 10,
    rows: int = 4,
    seed: int = 0,
) -> np.ndarray:
    """Images uint8 `(rows, steps, H, W)` or `(rows, steps, H, W, 3)`: each row goes from `start` to `end`.

    On the way the condition is blended linearly, so that classes pass into each other. Each row has a latent of
    its own; with `latents` it goes to a second one, along a great circle where latents are normal (White 2016,
    Sampling generative networks, section 2.1), straight where they are uniform. Without `end`, that is all
    that changes. `where` has values of conditions that hold everywhere; what nobody asks for is drawn.

    Raises UnsupportedError for models of tables and signals; UsageError for a class, condition or value that the
    model does not have, and where nothing would change.
    """
    _check(synthesizer, steps, rows)
    if end is None and not latents:
        raise UsageError(
            "say where to go: name two classes (or values of a condition), or go between two latents"
        )
    draws = ChunkDraws(seed, 0, rows, synthesizer.latent)
    first, codes = _condition(synthesizer, "start (--from)", start, where, draws)
    last = first if end is None else _condition(synthesizer, "end (--to)", end, where, draws)[0]
    if not latents and torch.equal(first, last):
        raise UsageError(f"from {start} to {end} nothing changes; go between two latents (--latents)")
    way = torch.linspace(0, 1, steps)
    noise = draws.noise[:, None].expand(rows, steps, -1)
    if latents:
        noise = blend_latents(draws.noise, draws.more_noise(), way, synthesizer.latent)
    condition = torch.lerp(first[:, None], last[:, None], way[None, :, None])
    images = _make(
        synthesizer, noise.flatten(0, 1), condition.flatten(0, 1), codes.repeat_interleave(steps, 0), seed
    )
    return images.reshape(rows, steps, *images.shape[1:])


def blend_latents(a: Tensor, b: Tensor, way: Tensor, latent: LatentSettings) -> Tensor:
    """Latents `(rows, steps, dim)` between `a` and `b (rows, dim)` at the shares `way (steps,)`, 0 to 1.

    Normal latents lie close to a sphere, whose inside a generator has hardly seen: the way goes around it.
    """
    share = way[None, :, None]
    straight = torch.lerp(a[:, None], b[:, None], share)
    if latent.distribution == "uniform":
        return straight
    angle = torch.cosine_similarity(a.double(), b.double(), dim=1).clamp(-1, 1).acos()[:, None, None]
    sine = angle.sin()
    around = ((1 - share) * angle).sin() / sine * a[:, None] + (share * angle).sin() / sine * b[:, None]
    return torch.where(sine > 1e-4, around, straight).float()  # a great circle needs two directions


def strip(images: np.ndarray, title: str = "") -> Image.Image:
    """What `interpolate` made as one picture; the title stands before the first row."""
    return sample_grid([(title if r == 0 else "", row) for r, row in enumerate(images)])


def _check(synthesizer: Synthesizer, steps: int, rows: int) -> None:
    kind = {1: "rows of a table", 2: "signals"}.get(len(synthesizer.spec.shape), "images")
    if kind != "images":
        raise UnsupportedError(
            f"this model makes {kind}; only images can be shown on the way from one to another"
        )
    if steps < 2 or rows < 1:
        raise UsageError(f"a strip has 2 steps or more and 1 row or more, not {steps} and {rows}")


def _condition(
    synthesizer: Synthesizer, side: str, end: End | None, where: Mapping[str, Any] | None, draws: ChunkDraws
) -> tuple[Tensor, Tensor]:
    """The condition `(rows, condition_dim)` at one end, and its codes `(rows, conditions)`; `side` is which."""
    label, classes = synthesizer.label, synthesizer.classes
    asked: dict[str, Any] = {}
    if isinstance(end, Mapping):
        asked = dict(end)
    elif end is not None:
        if label is None:
            numbers = [one.name for one in synthesizer.spec.conditions if one.values is None]
            instead = f"give {numbers[0]}={end} instead" if numbers else "go between two latents"
            raise UsageError(f"there is no class '{end}': the model was trained without labels; {instead}")
        asked[label] = end
    twice = sorted({*asked} & {*(where or {})})
    if twice:
        raise UsageError(f"{twice[0]} is given for the {side} and for everywhere; where holds at both ends")
    asked |= where or {}
    synthesizer.plan(1, where=asked)  # refuses what the model does not have
    others, named = split_where(label, asked, None)
    if classes and named is None:
        raise UsageError(f"say which class the {side} has, of {list_classes(classes)}")
    index = find_class(classes, named[0]) if named is not None else 0
    labels = np.full(len(draws.noise), index, np.int64)
    codes = synthesizer.codes(labels, draws.for_conditions, others)
    return synthesizer.spec.encode_conditions(codes), codes


def _make(synthesizer: Synthesizer, noise: Tensor, condition: Tensor, codes: Tensor, seed: int) -> np.ndarray:
    """Images of these, a chunk at a time."""
    parts = [part.split(synthesizer.codec.chunk) for part in (noise, condition, codes)]
    with fork_random(synthesizer.device):  # a generator may draw noise of its own
        torch.manual_seed(chunk_seed(seed, 0))
        images = [synthesizer.forward(*piece) for piece in zip(*parts, strict=True)]
    made: np.ndarray = join(images)
    return made
