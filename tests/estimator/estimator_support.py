"""A SynthGAN that trains in milliseconds, and a table to train it on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from synthgen import SynthGAN

NETWORKS = {"generator": {"width": 8, "blocks": 1}, "discriminator": {"width": 8, "blocks": 1}}


def tiny(**parameters: Any) -> SynthGAN:
    """Two steps of networks with eight units."""
    settings = {"max_steps": 2, "batch_size": 8, "latent_dim": 4, "random_state": 0, "options": NETWORKS}
    return SynthGAN(**{**settings, **parameters})


def mixed_table(rows: int = 120) -> pd.DataFrame:
    """Columns of several kinds, some with gaps, and an index that is not 0, 1, 2, ..."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": random.integers(17, 90, rows),
            "income": np.round(random.lognormal(3, 1, rows), 2),
            "member": random.random(rows) < 0.5,
            "town": random.choice(["Ulm", "Bonn", "Kiel"], rows),
            "size": pd.Categorical(random.choice(["S", "M"], rows), ["S", "M", "L"], ordered=True),
            "score": np.where(random.random(rows) < 0.2, np.nan, random.normal(size=rows)),
            "born": pd.Timestamp("1980-01-01") + pd.to_timedelta(random.integers(0, 9000, rows), "D"),
            "visits": pd.array(
                np.where(random.random(rows) < 0.1, None, random.integers(0, 90, rows)), "Int64"
            ),
        }
    )
    frame.index = pd.Index(np.arange(rows) * 7 + 3)
    return frame
