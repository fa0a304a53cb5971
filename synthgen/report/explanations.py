"""What each figure means, in a sentence for somebody who has never trained a GAN."""

from __future__ import annotations

from synthgen.metric import Figure

EXPLANATIONS = {
    "frechet": (
        "How far apart the two clouds of samples lie, by the features that are named below; 0 is the same"
        " cloud. It can only be compared within one dataset."
    ),
    "kid": (
        "Another distance of the two clouds of samples, which does not depend on how many there are; 0 is "
        "the same cloud."
    ),
    "precision": "Share of synthetic samples that lie among real ones: could each one be real?",
    "density": "How crowded with real samples the places are where the synthetic ones lie; about 1 for real data.",
    "recall": "Share of real samples that lie among synthetic ones: is everything there that real data has?",
    "coverage": (
        "Share of real samples that have a synthetic one close by; unlike recall it is not fooled by "
        "outliers."
    ),
    "spread_ratio": "How much the samples of one class differ from each other, as a share of what real ones do.",
    "missing_classes": "Classes of which there are no samples, or none that cover what is real of them.",
    "duplicates": "Share of synthetic samples that repeat another synthetic one, or nearly do.",
    "tstr": "Train on synthetic, test on real: what a classifier is worth that never saw a real sample.",
    "trts": (
        "Train on real, test on synthetic: how often a classifier sees in a sample what its label says. "
        "High in spite of missing variety, so it says nothing without the figure above."
    ),
    "shapes": (
        "How well each column alone is distributed as the real one, on average over the columns; 1 is equal."
    ),
    "trends": (
        "How well the columns depend on each other as the real ones do, on average over the pairs; 1 is "
        "equal."
    ),
    "c2st_logistic": (
        "How well a straight-line classifier tells synthetic rows from real ones (AUC); 0.5 is not at all, "
        "1 always."
    ),
    "c2st_boosting": (
        "How well a strong classifier tells synthetic rows from real ones (AUC); 0.5 is not at all, 1 "
        "always. It finds the smallest artefact."
    ),
    "violations": "Share of rows that break a rule of the table.",
    "dcr_share": (
        "Share of synthetic samples that are closer to a training sample than to a held-out one; one half "
        "if nothing was copied."
    ),
    "nndr": (
        "How much closer a sample's nearest training sample is than its second nearest; far below the real "
        "value, samples cling to single training samples."
    ),
    "exact_copies": "Share of synthetic samples that are a training sample, value for value.",
    "near_copies": "Share of synthetic samples that are a training sample but for a trifle.",
    "membership_auc": (
        "How well an attacker who has the synthetic samples tells who was in the training data (AUC); 0.5 "
        "is not at all."
    ),
}

PREDICTED = {
    "tstr": (
        "Train on synthetic, test on real: how much of the target's variance is predicted by a model that never saw"
        " a real sample; 1 is all, 0 no more than by the mean alone."
    ),
    "trts": (
        "Train on real, test on synthetic: how well the target of a synthetic sample is what a model of real ones"
        " expects of it. High in spite of missing variety, so it says nothing without the figure above."
    ),
}
"""Where the target is a number."""


def explain(figure: Figure) -> str:
    """The sentence for a figure; nothing for one of a third party, whose note speaks for it."""
    if figure.name.startswith("augmentation_gain"):
        return (
            "What a classifier gains if synthetic samples are added to so many real ones; above 0 it helps."
        )
    if figure.name in PREDICTED and "R²" in figure.title:
        return PREDICTED[figure.name]
    return EXPLANATIONS.get(figure.name, "")
