"""scikit-learn's own checks of estimators; none of them is expected to fail."""

from __future__ import annotations

from estimator_support import tiny
from sklearn.utils.estimator_checks import parametrize_with_checks


@parametrize_with_checks([tiny()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)
