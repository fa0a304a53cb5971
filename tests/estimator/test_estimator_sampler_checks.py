"""imbalanced-learn's own checks of samplers; none of them is expected to fail."""

from __future__ import annotations

import pytest
from estimator_support import tiny

checks = pytest.importorskip("imblearn.utils.estimator_checks", reason="imbalanced-learn is not installed")


@checks.parametrize_with_checks([tiny()])
def test_imbalanced_learn_checks(estimator, check):
    check(estimator)
