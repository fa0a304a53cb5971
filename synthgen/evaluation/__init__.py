"""Judging synthetic data: metrics, and what is made of their figures."""

from __future__ import annotations

from synthgen import Register, hookimpl
from synthgen.evaluation.all_metrics import AllMetrics
from synthgen.evaluation.diversity import Duplicates, Recall, Spread
from synthgen.evaluation.fidelity import FrechetDistance, KernelDistance, Precision
from synthgen.evaluation.privacy.closest import DcrShare, Nndr
from synthgen.evaluation.privacy.copies import ExactCopies, NearCopies
from synthgen.evaluation.privacy.membership import MembershipAuc
from synthgen.evaluation.tables.c2st import BoostingTest, LogisticTest
from synthgen.evaluation.tables.shapes import Shapes
from synthgen.evaluation.tables.trends import Trends
from synthgen.evaluation.tables.violations import Violations
from synthgen.evaluation.utility import Augmentation, Utility


@hookimpl
def register_metrics(register: Register) -> None:
    """The built-in metrics; each room of them adds its own here."""
    register("all", AllMetrics)
    # fidelity and diversity
    register("frechet", FrechetDistance)
    register("kid", KernelDistance)
    register("precision", Precision)
    register("recall", Recall)
    register("spread_ratio", Spread)
    register("duplicates", Duplicates)
    # utility
    register("utility", Utility)
    register("augmentation", Augmentation)
    # tables
    register("shapes", Shapes)
    register("trends", Trends)
    register("c2st_logistic", LogisticTest)
    register("c2st_boosting", BoostingTest)
    register("violations", Violations)
    # privacy
    register("exact_copies", ExactCopies)
    register("near_copies", NearCopies)
    register("dcr_share", DcrShare)
    register("nndr", Nndr)
    register("membership_auc", MembershipAuc)
