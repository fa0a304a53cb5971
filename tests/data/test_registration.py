from synthgen.data import codecs, sources
from synthgen.data.codecs.images import ImageCodec
from synthgen.data.sources.digits import Digits
from synthgen.data.sources.image_folder import ImageFolder
from synthgen.data.sources.mnist import Mnist
from synthgen.data.sources.npz import Npz


def test_the_hooks_register_every_built_in():
    found = {}
    sources.register_sources(found.__setitem__)
    codecs.register_codecs(found.__setitem__)
    assert found == {
        "mnist": Mnist,
        "digits": Digits,
        "image_folder": ImageFolder,
        "npz": Npz,
        "images": ImageCodec,
    }


def test_every_option_has_its_line_of_documentation():
    for source in (Mnist, Digits, ImageFolder, Npz):
        assert all(field.description for field in source.Options.model_fields.values())
