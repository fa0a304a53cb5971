"""Train on synthetic and test on real rows, and the other way round, where the target is a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from synthgen.components import Dataset
from synthgen.errors import DataError
from synthgen.evaluation.utility.boosting import FEW, name_of_learner, rows_as_numbers
from synthgen.evaluation.utility.examples import Examples, draw, halves
from synthgen.evaluation.utility.gain import spread_of
from synthgen.evaluation.utility.lesson import MOST_REAL, MOST_SYNTHETIC, MOST_TEST, tested_on
from synthgen.metric import Comparison, Figure, Measurement, take_samples

FEWEST = 20
"""Rows of a side with a known target."""
SEEDS = 3
"""Trainings of each side in a full report; a quick one makes one."""

Predict = Callable[[np.ndarray], np.ndarray]


def has_number_to_predict(comparison: Comparison) -> bool:
    """Whether the target is a number, and no label."""
    return comparison.real.target is not None and not comparison.real.classes


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows as numbers with their targets: to learn from, synthetic, and real ones to test on."""

    real: Examples
    synthetic: Examples
    test: Examples
    categorical: np.ndarray


def measure_regression(comparison: Comparison) -> Measurement:
    """`tstr` and `trts` as R², the share of the target's variance that is predicted: 1 is all, 0 no more than its
    mean does, and it has no lower end.

    Raises DataError where a side has too few rows, or one value of the target only.
    """
    rows = _read(comparison)
    count = min(rows.real.count, rows.synthetic.count)
    by_synthetic, by_real, of_synthetic = [], [], []
    for seed in range(comparison.seed, comparison.seed + (SEEDS if comparison.full else 1)):
        learnt = _learn(draw(rows.synthetic, count, seed), rows.categorical, seed)
        by_synthetic.append(_score(learnt, rows.test))
        learnt = _learn(draw(rows.real, count, seed), rows.categorical, seed)
        by_real.append(_score(learnt, rows.test))
        of_synthetic.append(_score(learnt, rows.synthetic))
    tested = tested_on(rows.test.count, unseen=comparison.held_out is not None)
    backwards = f"Tested on {rows.synthetic.count:,} synthetic rows; real: {tested[0].lower()}{tested[1:]}"
    target = comparison.real.target
    by = f"R² of {target}, by {name_of_learner(count)}. Trained on {count:,} rows of each side."
    return Measurement(
        (
            _figure("tstr", target, by_synthetic, by_real, f"{by} {tested}"),
            _figure("trts", target, of_synthetic, by_real, f"{by} {backwards}"),
        )
    )


def _read(comparison: Comparison) -> _Rows:
    target = comparison.real.target
    real, test = comparison.real, comparison.held_out
    if test is None:
        first, second = halves(np.zeros(len(real), np.int64), comparison.seed)
        real, test = take_samples(real, first), take_samples(real, second)
    part = 1 if comparison.full else 4
    sides: list[Dataset] = []
    targets: list[np.ndarray] = []
    for side, which, most in (
        (real, "real", MOST_REAL),
        (comparison.synthetic, "synthetic", MOST_SYNTHETIC),
        (test, "real", MOST_TEST),
    ):
        y = side.x[target].to_numpy(np.float64, na_value=np.nan)
        places = Examples(np.flatnonzero(np.isfinite(y)), y[np.isfinite(y)])
        some = draw(places, most // part, comparison.seed)
        if some.count < FEWEST or np.ptp(some.y) == 0:
            what = f"{some.count} rows that have one, and it takes {FEWEST}"
            what = "one value of it" if some.count >= FEWEST else what
            raise DataError(
                f"{target} cannot be learnt: the {which} data to learn from or test on has {what}"
            )
        sides.append(take_samples(side, some.x))
        targets.append(some.y)
    rows, categorical = rows_as_numbers([side.x for side in sides], target)
    if not len(categorical):
        raise DataError(f"the table has no column to learn {target} from")
    examples = [Examples(x, y) for x, y in zip(rows, targets, strict=True)]
    return _Rows(examples[0], examples[1], examples[2], categorical)


def _learn(given: Examples, categorical: np.ndarray, seed: int) -> Predict:
    """scikit-learn's histogram gradient boosting; of few rows, extremely randomised trees (Geurts et al. 2006)."""
    from sklearn.ensemble import (  # noqa: PLC0415 - slow to import
        ExtraTreesRegressor,
        HistGradientBoostingRegressor,
    )
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    model: Any
    if given.count < FEW:
        model = ExtraTreesRegressor(100, random_state=seed % 2**32)
    else:
        model = HistGradientBoostingRegressor(
            max_features=0.5,  # so that two seeds do not learn the same
            categorical_features=categorical,
            early_stopping=False,
            random_state=seed % 2**32,
        )
    with threadpool_limits(1):  # several threads that have to wait for a core are slower than one
        predict: Predict = model.fit(given.x, given.y).predict
    return predict


def _score(learnt: Predict, test: Examples) -> float:
    from sklearn.metrics import r2_score  # noqa: PLC0415

    return float(r2_score(test.y, learnt(test.x)))


def _figure(
    name: Literal["tstr", "trts"],
    target: str | None,
    scores: Sequence[float],
    real: Sequence[float],
    note: str,
) -> Figure:
    words = {"tstr": "Train on synthetic, test on real", "trts": "Train on real, test on synthetic"}
    found, beside = spread_of(scores), spread_of(real)
    assert found is not None and beside is not None
    return Figure(
        name=name,
        title=f"{words[name]}: R² of {target}",  # reports of two targets are not put in one order
        value=found.mean,
        real=beside.mean,
        spread=found.deviation,
        better="higher" if name == "tstr" else "near_real",
        note=note,
    )
