"""What synthetic samples are worth to somebody who trains a classifier."""

from synthgen.evaluation.utility.augmentation import Augmentation
from synthgen.evaluation.utility.train_and_test import Utility

__all__ = ["Augmentation", "Utility"]
