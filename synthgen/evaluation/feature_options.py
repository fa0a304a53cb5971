"""Which points a metric looks at: learnt features, or those of an Inception network that somebody has."""

from __future__ import annotations

from pathlib import Path

from synthgen.evaluation.features import Features, learnt_features
from synthgen.evaluation.inception import InceptionFeatures
from synthgen.metric import Comparison
from synthgen.options import Options


class FeatureOptions(Options):
    """What metrics on features take."""

    inception: Path | None = None
    """Of images: a file with the weights of torchvision's inception_v3 (its state dict, .pth), to take its pooled
    features. Never downloaded; slow without a GPU."""


def chosen_features(comparison: Comparison, options: FeatureOptions) -> Features:
    """The points of the comparison's sides. Raises DataError if they cannot be had."""
    if options.inception is None:
        return comparison.once(learnt_features)
    return comparison.once(InceptionFeatures(options.inception))
