"""Settings that do well on most data of a kind, as a recipe's values.

`SynthGAN` and `synthgen fit` start from them. Importable without torch.
"""

from __future__ import annotations

from typing import Any

_STEPS = (1500, 4000)
"""Fewest and most training steps where nobody says how many."""
_STEPS_PER_ROW = 0.2
_RATES = ((2_000, 5.0e-4), (10_000, 1.0e-3), (float("inf"), 3.0e-3))
"""Learning rates of tables with fewer rows than that."""
_SHORTEST = 8
"""Points of the shortest signal that convolutions are for."""


def table_settings(rows: int, columns: int) -> dict[str, Any]:
    """For a table of so many rows and columns: all sections of a recipe but the data."""
    return {
        "generator": {"name": "residual_mlp"},
        "discriminator": {"name": "residual_mlp"},
        "loss": "relativistic",
        "penalties": [
            {"name": "r1", "weight": 0.5, "every": 4},
            {"name": "r2", "weight": 0.5, "every": 4},
        ],
        "train": _training(rows, 256) | {"ema": 0.998, "optimizer": {"lr": _rate(rows)}},
        "export": None,
    }


def signal_settings(rows: int, length: int, channels: int, classes: int) -> dict[str, Any]:
    """For so many signals of so many points and channels in so many classes (0: no labels); otherwise the same."""
    networks = "conv1d" if length >= _SHORTEST else "residual_mlp"
    mismatch = [{"name": "mismatch", "every": 4, "samples": 32}]
    return {
        "generator": {"name": networks},
        "discriminator": {"name": networks},
        "loss": "relativistic",
        "penalties": [
            {"name": "r1", "weight": 0.3, "every": 8},
            {"name": "r2", "weight": 0.3, "every": 8},
            *(mismatch if classes > 1 else []),
        ],
        "train": _training(rows, 64) | {"steps": 2000, "optimizer": {"lr": 1.0e-3}},
        "export": None,
    }


def _rate(rows: int) -> float:
    """The learning rate; small tables are learnt by heart at the one that large ones do best with."""
    return next(rate for most, rate in _RATES if rows < most)


def _training(rows: int, batch_size: int) -> dict[str, Any]:
    """Length and batches by the size of the data; fp32, by which networks this small lose no time."""
    fewest, most = _STEPS
    return {
        "steps": int(min(most, max(fewest, rows * _STEPS_PER_ROW))),
        "batch_size": min(batch_size, max(32, rows)),
        "schedule": "cosine",
        "precision": "fp32",
        "checkpoint_every": None,
        "sample_every": None,
    }
