"""The built-in sources, registered by the same hook as everybody's."""

from __future__ import annotations

from collections.abc import Callable

from synthgen import Source, hookimpl
from synthgen.data.sources.cifar10 import Cifar10
from synthgen.data.sources.csv_file import CsvFile
from synthgen.data.sources.digits import Digits
from synthgen.data.sources.fashion_mnist import FashionMnist
from synthgen.data.sources.huggingface import Huggingface
from synthgen.data.sources.idx import Idx
from synthgen.data.sources.image_folder import ImageFolder
from synthgen.data.sources.ising import Ising
from synthgen.data.sources.kmnist import Kmnist
from synthgen.data.sources.mnist import Mnist
from synthgen.data.sources.npz import Npz
from synthgen.data.sources.parquet_file import ParquetFile
from synthgen.data.sources.sine import Sine
from synthgen.data.sources.sklearn_sets import SklearnSet
from synthgen.data.sources.synthetic_shapes import SyntheticShapes
from synthgen.data.sources.waves import Waves


@hookimpl
def register_sources(register: Callable[[str, type[Source]], None]) -> None:
    """Register the built-in sources."""
    register("mnist", Mnist)
    register("fashion_mnist", FashionMnist)
    register("kmnist", Kmnist)
    register("cifar10", Cifar10)
    register("digits", Digits)
    register("synthetic_shapes", SyntheticShapes)
    register("image_folder", ImageFolder)
    register("huggingface", Huggingface)
    register("idx", Idx)
    register("npz", Npz)
    register("csv", CsvFile)
    register("parquet", ParquetFile)
    register("sklearn", SklearnSet)
    register("ising", Ising)
    register("sine", Sine)
    register("waves", Waves)
