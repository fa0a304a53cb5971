"""Latents that a person gives, instead of having them drawn: from a file, as an array, or all zeros."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from synthgen.errors import UsageError, describe

ZEROS = "zeros"


@dataclass(frozen=True)
class GivenLatents:
    """Checked latents: one for each sample, or a single one that all samples start from."""

    values: Tensor
    """float32 `(n, dim)`; n is 1 for a single one."""
    origin: str
    """Where they come from, as messages and manifests say it: a file's name, `zeros`, or `an array`."""

    @classmethod
    def check(cls, values: Any, dim: int, origin: str = "an array") -> Self:
        """Latents from an array or a tensor `(n, dim)` or `(dim,)`, or from ones checked before.

        Raises UsageError if they cannot be latents of this width.
        """
        if isinstance(values, cls):
            values, origin = values.values, values.origin
        if isinstance(values, Tensor):
            values = values.detach().cpu().float().numpy()
        try:
            array = np.asarray(values)
        except ValueError as error:  # rows of several lengths
            raise UsageError(f"latents ({origin}): {describe(error)}") from error
        if array.dtype.kind not in "iuf":
            raise UsageError(f"latents ({origin}) must be numbers, not of type {array.dtype}")
        rows = array[None] if array.ndim == 1 else array
        if rows.ndim != 2 or rows.shape[1] != dim or not len(rows):
            raise UsageError(
                f"latents ({origin}) have shape {array.shape}; this model takes (n, {dim}), n of 1 or more, or"
                f" ({dim},) for a single one"
            )
        with np.errstate(over="ignore"):  # too large for float32 is infinite, and told so
            numbers = torch.from_numpy(rows.astype(np.float32))
        finite = numbers.isfinite().all(1)
        if not finite.all():
            row = int((~finite).nonzero()[0])
            raise UsageError(
                f"latents ({origin}): number {row} (from 0) has NaN or infinity; all must be finite"
            )
        return cls(numbers, origin)

    @classmethod
    def read(cls, source: str, dim: int) -> Self:
        """The latents of a `.npy` file, or `zeros`: a single one, the middle of all.

        Raises UsageError for a file that is not there or holds no such array; never unpickles.
        """
        if source == ZEROS:
            return cls(torch.zeros(1, dim), ZEROS)
        path = Path(source)
        try:
            with path.open("rb") as file:
                array = np.lib.format.read_array(file, allow_pickle=False)
        except OSError as error:
            hint = "" if path.suffix else f", and the only latent with a name is {ZEROS}"
            raise UsageError(f"latents {source} cannot be read: {error.strerror}{hint}") from error
        except (ValueError, EOFError) as error:
            raise UsageError(
                f"latents {source} is no .npy file with an array of numbers, such as numpy.save writes: {error}"
            ) from error
        return cls.check(array, dim, path.name)

    def __len__(self) -> int:
        return len(self.values)

    def part(self, first: int, count: int) -> Tensor:
        """Those of samples `first`, `first + 1`, ...: at most `count`, fewer at the end."""
        return self.values.expand(count, -1) if len(self) == 1 else self.values[first : first + count]

    def check_count(self, samples: int) -> None:
        """Raise UsageError unless there is one for each sample, or a single one for all."""
        if len(self) not in (1, samples):
            raise UsageError(
                f"there are {len(self):,} latents ({self.origin}) for {samples:,} samples; give one for each, or a"
                " single one for all"
            )

    @property
    def facts(self) -> dict[str, Any]:
        """What a manifest says of them: origin, number, width, and SHA-256 of the little-endian float32 numbers."""
        numbers = self.values.numpy().astype("<f4")
        count, dim = self.values.shape
        sha256 = hashlib.sha256(numbers.tobytes()).hexdigest()
        return {"origin": self.origin, "count": count, "dim": dim, "sha256": sha256}
