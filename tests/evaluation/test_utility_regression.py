"""Use for training where the target is a number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from utility_data import in_thirds, priced_table, thirds

from synthgen import Comparison, DataError, Dataset, Figure
from synthgen.evaluation.evaluate import NamedMetric, evaluate
from synthgen.evaluation.results import Evaluation
from synthgen.evaluation.utility import Augmentation, Utility
from synthgen.evaluation.verdict import Verdict, verdict
from synthgen.report.explanations import explain


def measure(comparison: Comparison) -> tuple[Figure, Figure]:
    tstr, trts = Utility(Utility.Options()).measure(comparison).figures
    assert (tstr.name, trts.name) == ("tstr", "trts")
    return tstr, trts


def judged(comparison: Comparison) -> tuple[Evaluation, Verdict]:
    metrics = [NamedMetric("utility", Utility(Utility.Options()))]
    found = evaluate(comparison, metrics)
    return found, verdict(found)


def shuffled(dataset: Dataset) -> Dataset:
    prices = np.random.default_rng(1).permutation(dataset.x["price"])
    return replace(dataset, x=dataset.x.assign(price=prices))


@pytest.mark.parametrize("count", [900, 3000])
def test_other_real_rows_predict_as_well_as_real_ones(count):
    tstr, trts = measure(in_thirds(priced_table(count)))
    assert tstr.real > 0.9
    assert tstr.value == pytest.approx(tstr.real, abs=0.03)
    assert trts.value == pytest.approx(trts.real, abs=0.03)
    assert tstr.title.endswith(": R² of price") and "R² of price, by " in tstr.note
    assert ("gradient boosting" in tstr.note) == (count == 3000)
    assert "held-out real samples" in tstr.note and "AUC" not in tstr.title + tstr.note
    assert not tstr.per_class and tstr.spread is None


def test_a_full_report_has_a_spread_over_seeds_and_the_same_seed_the_same_figures():
    comparison = in_thirds(priced_table(), full=True)
    first, again = (measure(comparison)[0] for _ in range(2))
    assert first.spread > 0 and first == again


def test_shuffled_targets_teach_nothing_and_are_not_predicted():
    real, synthetic, held_out = thirds(priced_table())
    tstr, trts = measure(Comparison(real, shuffled(synthetic), held_out, full=False))
    assert tstr.value < 0.2 and trts.value < 0
    assert tstr.real > 0.9


def test_without_held_out_rows_one_half_of_the_real_ones_is_tested_on():
    real, synthetic, _ = thirds(priced_table())
    tstr, _ = measure(Comparison(real, synthetic, full=False))
    assert tstr.value > 0.9
    assert "may have learnt from" in tstr.note and "Trained on 148 rows" in tstr.note


def test_what_cannot_be_learnt_is_told():
    real, synthetic, held_out = thirds(priced_table())
    same = replace(synthetic, x=synthetic.x.assign(price=3.0))
    with pytest.raises(DataError, match=r"price cannot be learnt: the synthetic data .* has one value of it"):
        measure(Comparison(real, same, held_out))
    unknown = replace(synthetic, x=synthetic.x.assign(price=np.nan))
    with pytest.raises(DataError, match="has 0 rows that have one, and it takes 20"):
        measure(Comparison(real, unknown, held_out))
    alone = [replace(part, x=part.x[["price"]]) for part in (real, synthetic, held_out)]
    with pytest.raises(DataError, match="no column to learn price from"):
        measure(Comparison(*alone))
    with pytest.raises(DataError, match="price is a number, and this is measured of labels only"):
        Augmentation(Augmentation.Options()).measure(Comparison(real, synthetic, held_out))


def test_the_verdict_speaks_of_regression():
    real, synthetic, held_out = thirds(priced_table())
    found, good = judged(Comparison(real, synthetic, held_out, full=False))
    assert good.outcome == "good"
    assert "trained on the synthetic samples alone, regression reaches R² 0.9" in good.headline
    assert "classifier" not in good.to_text() and "label" not in good.to_text()
    assert "predicted by a model of real samples, R²" in good.finding("faithful").sentence
    assert all("variance" in explain(f) or "expects" in explain(f) for f in found.figures())
    _, bad = judged(Comparison(real, shuffled(synthetic), held_out, full=False))
    assert bad.finding("useful").answer == bad.finding("faithful").answer == "no"
    assert "their target does not go well with the rest" in bad.finding("faithful").sentence
    assert "classifier" not in bad.to_text()
