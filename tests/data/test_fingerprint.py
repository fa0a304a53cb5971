import numpy as np
import pytest

from synthgen import ClassLabel
from synthgen.data.fingerprint import fingerprint

from .helpers import make_dataset


def test_equal_content_has_one_fingerprint_whatever_it_is_called_or_laid_out():
    dataset = make_dataset()
    same = make_dataset(name="other", notes=("x",), x=np.asfortranarray(dataset.x))
    assert fingerprint(dataset) == fingerprint(same)
    assert len(fingerprint(dataset)) == 64


def test_the_fingerprint_is_the_same_in_every_version_and_on_every_machine():
    assert fingerprint(make_dataset((1, 1))).startswith("e193a98b741eff8b")


@pytest.mark.parametrize(
    "change",
    [
        {"x": np.zeros((12, 4, 4), np.uint8)},
        {"x": make_dataset().x.reshape(12, 2, 8)},
        {"y": np.zeros(12, np.int64)},
        {"classes": tuple(ClassLabel(i, "abc"[i]) for i in range(3))},
    ],
)
def test_other_pixels_shape_labels_or_classes_change_it(change):
    assert fingerprint(make_dataset(**change)) != fingerprint(make_dataset())
