"""`SynthGAN`, the scikit-learn face of the engine: `SynthGAN().fit(X, y).sample(n)`."""

from __future__ import annotations

from synthgen.estimator.synthgan import SynthGAN

__all__ = ["SynthGAN"]
