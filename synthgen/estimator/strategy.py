"""How many samples of each class make a set balanced: imbalanced-learn's `sampling_strategy` for over-sampling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

_WORDS = ("auto", "not majority", "minority", "not minority", "all")


def missing_samples(strategy: Any, labels: Sequence[Any], counts: Sequence[int], y: Any) -> dict[Any, int]:
    """How many samples to make of each class that the strategy is about; of others, none.

    `labels` are the classes and `counts` how many there are of each; `y` is what a callable strategy is given.

    - `"auto"` or `"not majority"`: all classes but the largest are brought up to it; `"all"` and
      `"not minority"`: all, or all but the smallest, are; `"minority"`: only the smallest is.
    - a mapping: so many of these classes in the end; a callable: gives such a mapping for y.
    - a number in (0, 1]: of two classes, the smaller in the end as a share of the larger.

    Raises ValueError where that asks for fewer samples than there are, or for a class that is not there.
    """
    if len(labels) < 2:
        raise ValueError(f"The target 'y' needs to have more than 1 class. Got {len(labels)} class instead.")
    if callable(strategy):
        strategy = strategy(y)
    if isinstance(strategy, str):
        return _by_word(strategy, labels, counts)
    if isinstance(strategy, Mapping):
        return _by_class(strategy, labels, counts)
    if isinstance(strategy, Real):
        return _by_ratio(float(strategy), labels, counts)
    raise ValueError(
        "The 'sampling_strategy' parameter of SynthGAN must be a float in the range (0, 1], a str among"
        f" {set(_WORDS)}, a mapping or a callable. Got {strategy!r} instead."
    )


def _by_word(word: str, labels: Sequence[Any], counts: Sequence[int]) -> dict[Any, int]:
    if word not in _WORDS:
        raise ValueError(
            f"The 'sampling_strategy' parameter of SynthGAN must be a str among {set(_WORDS)}. Got {word!r}"
            " instead."
        )
    largest, smallest = int(np.argmax(counts)), int(np.argmin(counts))
    wanted = set(range(len(labels)))
    if word == "minority":
        wanted = {smallest}
    elif word == "not minority":
        wanted -= {smallest}
    elif word != "all":
        wanted -= {largest}
    return {labels[i]: max(counts) - counts[i] for i in sorted(wanted)}


def _by_class(totals: Mapping[Any, Any], labels: Sequence[Any], counts: Sequence[int]) -> dict[Any, int]:
    there = dict(zip(labels, counts, strict=True))
    absent = [label for label in totals if label not in there]
    if absent:
        raise ValueError(f"The {absent} target class is/are not present in the data.")
    missing = {}
    for label, total in totals.items():
        if not isinstance(total, Integral):
            raise ValueError(
                f"sampling_strategy: the number of samples of class {label!r} must be an int, not {total!r}."
            )
        if total < there[label]:
            raise ValueError(
                "With over-sampling methods, the number of samples in a class should be greater or equal to the"
                f" original number of samples. Originally, there is {there[label]} samples and {total} samples are"
                " asked."
            )
        missing[label] = int(total) - there[label]
    return missing


def _by_ratio(ratio: float, labels: Sequence[Any], counts: Sequence[int]) -> dict[Any, int]:
    if not 0 < ratio <= 1:
        raise ValueError(
            f"When 'sampling_strategy' is a float, it should be in the range (0, 1]. Got {ratio!r}."
        )
    if len(labels) != 2:
        raise ValueError(
            "'sampling_strategy' can be a float only when the type of target is binary. For multi-class, use a"
            " dict."
        )
    smallest = int(np.argmin(counts))
    if max(counts) == min(counts):
        smallest = 1
    missing = int(max(counts) * ratio - counts[smallest])
    if missing <= 0:
        raise ValueError(
            "The specified ratio required to remove samples from the minority class while trying to generate new"
            " samples. Please increase the ratio."
        )
    return {labels[smallest]: missing}
