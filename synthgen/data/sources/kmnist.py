"""Kuzushiji-MNIST: cursive hiragana, 60,000 to train on and 10,000 to test on."""

from __future__ import annotations

from synthgen.data.sources.idx_sets import IdxSet


class Kmnist(IdxSet):
    """Cursive Japanese characters, ten hiragana, 28 × 28, grey: 60,000 to train, 10,000 to test."""

    name = "kmnist"
    torchvision_name = "KMNIST"
    class_names = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
    origin = (
        "KMNIST Dataset (created by CODH), adapted from the Kuzushiji Dataset (created by NIJL and others),"
        " doi:10.20676/00000341, CC BY-SA 4.0."
    )
