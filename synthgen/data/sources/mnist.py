"""MNIST: handwritten digits, 60,000 to train on and 10,000 to test on."""

from __future__ import annotations

from synthgen.data.sources.idx_sets import IdxSet


class Mnist(IdxSet):
    """Handwritten digits, 28 × 28, grey: 60,000 to train, 10,000 to test."""

    name = "mnist"
    torchvision_name = "MNIST"
    class_names = tuple("0123456789")
    origin = (
        "MNIST handwritten digits by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, CC BY-SA 3.0."
    )
    owns_file_names = True
