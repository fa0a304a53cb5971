import pytest

from synthgen.data import codecs, sources
from synthgen.data.codecs.images import ImageCodec
from synthgen.data.codecs.signals import SignalCodec
from synthgen.data.codecs.table import TableCodec
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

SOURCES = {
    "mnist": Mnist,
    "fashion_mnist": FashionMnist,
    "kmnist": Kmnist,
    "cifar10": Cifar10,
    "digits": Digits,
    "synthetic_shapes": SyntheticShapes,
    "image_folder": ImageFolder,
    "huggingface": Huggingface,
    "idx": Idx,
    "npz": Npz,
    "ising": Ising,
    "sine": Sine,
    "waves": Waves,
    "csv": CsvFile,
    "parquet": ParquetFile,
    "sklearn": SklearnSet,
}
CODECS = {"images": ImageCodec, "table": TableCodec, "signals": SignalCodec}


def test_the_hooks_register_every_built_in():
    found = {}
    sources.register_sources(found.__setitem__)
    codecs.register_codecs(found.__setitem__)
    assert found == SOURCES | CODECS


@pytest.mark.parametrize("component", [*SOURCES.values(), *CODECS.values()])
def test_every_component_and_every_option_has_its_line_of_documentation(component):
    assert component.__doc__.splitlines()[0].endswith(".")
    assert all(field.description for field in component.Options.model_fields.values())


def test_a_well_known_set_is_called_as_it_is_registered():
    for name in ("mnist", "fashion_mnist", "kmnist", "cifar10"):
        assert SOURCES[name].name == name
