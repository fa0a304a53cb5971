"""Fashion-MNIST: pictures of clothes, 60,000 to train on and 10,000 to test on."""

from __future__ import annotations

from synthgen.data.sources.idx_sets import IdxSet


class FashionMnist(IdxSet):
    """Clothes, shoes and bags in ten classes, 28 × 28, grey: 60,000 to train, 10,000 to test."""

    name = "fashion_mnist"
    torchvision_name = "FashionMNIST"
    class_names = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )
    origin = "Fashion-MNIST by Han Xiao, Kashif Rasul and Roland Vollgraf, Zalando SE, MIT licence."
