from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import PositiveInt
from recipe_toys import RECIPE, ALoss

from synthgen import components as c
from synthgen.errors import PluginError, RecipeError, UsageError
from synthgen.plugins import PluginInfo, Registered, Registry
from synthgen.recipe import load_recipe, parse_recipe, recipe_from_dict


def faults(text: str, registry: Registry) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text, origin="r.yaml", registry=registry)
    return str(caught.value).splitlines()


def fault(line: str, registry: Registry) -> str:
    """The one message for a recipe whose third line is replaced by this section."""
    key = line.split(":", maxsplit=1)[0]
    base = {
        "data": "data: pictures",
        "generator": "generator: tiny",
        "discriminator": "discriminator: plain",
        "train": "train: {steps: 1}",
    }
    found = faults("\n".join([*(text for name, text in base.items() if name != key), line]), registry)
    assert len(found) == 1, found
    return found[0].split(" ", 1)[1]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("train: {stpes: 5, steps: 1}", "train.stpes: there is no such key. Did you mean steps?"),
        ("train: {steps: '500'}", "train.steps: must be a whole number, not '500'"),
        ("train: {steps: 5.5}", "train.steps: must be a whole number, not 5.5"),
        ("train: {steps: true}", "train.steps: must be a whole number, not true"),
        ("train: {steps: 0}", "train.steps: must be more than 0, not 0"),
        ("train: {steps: 1, ema: 1}", "train.ema: must be less than 1, not 1"),
        ("train: {steps: 1, ema: .nan}", "train.ema: must be a finite number, not nan"),
        (
            "train: {steps: 1, time_limit: soon}",
            "train.time_limit: must be a time such as 90s, 5m or 1.5h, not 'soon'",
        ),
        ("train: {steps: 1, epochs: 1}", "train: give steps or epochs, not both"),
        (
            "train: {steps: 1, optimizer: {lrr: 1}}",
            "train.optimizer.lrr: there is no such key. Did you mean lr?",
        ),
        (
            "train: {steps: 1, optimizer: {name: adm}}",
            "train.optimizer.name: must be 'adam', 'adamw', 'rmsprop' or 'sgd', not 'adm'. Did you mean adam?",
        ),
        ("train: {steps: 1, optimizer: {betas: [0.5]}}", "train.optimizer.betas.1: is missing"),
        (
            "train: {steps: 1, optimizer: rmsprob}",
            "train.optimizer: must be 'adam', 'adamw', 'rmsprop' or 'sgd' or a mapping, not 'rmsprob'."
            " Did you mean rmsprop?",
        ),
        (
            "train: {steps: 1, discriminator_optimizer: {name: sgd, momentum: 0.9}}",
            "train.discriminator_optimizer.momentum: there is no such key. It is the first of betas, such as"
            " betas: [0.9, 0.99].",
        ),
        ("train: {steps: 1, optimizer: {lr: '3'}}", "train.optimizer.lr: must be a number, not '3'"),
        (
            "train: {steps: 1, optimizer: {betas: [0, 0, 0]}}",
            "train.optimizer.betas: must have at most 2 items, not 3",
        ),
        ("train: 5", "train: must be a mapping of settings, not 5"),
        (
            "generator: {name: tiny, chanels: 5}",
            "generator.chanels: there is no such key. Known: width, activation,"
            " slope, bias, lambda, blocks, scale, name, every.",
        ),
        ("generator: {name: tiny, bias: yes}", "generator.bias: must be true or false, not 'yes'"),
        ("generator: {name: tiny, lamda: 1}", "generator.lamda: there is no such key. Did you mean lambda?"),
        (
            "generator: {name: tiny, blocks: [{}, {dpth: 1}]}",
            "generator.blocks.1.dpth: there is no such key. Did you mean depth?",
        ),
        ("generator: {name: tiny, scale: [1, a]}", "generator.scale.1: must be a number, not 'a'"),
        ("generator: {name: tiny, scale: a}", "generator.scale: must be a number or a list, not 'a'"),
        (
            "generator: 3",
            "generator: must be the name of a generator, or a mapping with name and options, not 3",
        ),
        ("generator: {name: [tiny]}", "generator.name: must be the name of a generator, not a list"),
        (
            "generator: {width: 3}",
            "generator.name: is missing; name a generator, such as tiny, which has width. Known: tiny.",
        ),
        ("generator: tinny", "generator: no generator is called 'tinny'. Did you mean tiny? Known: tiny."),
        ("discriminator: demanding", "discriminator.depth: is missing"),
        (
            "data: {name: pictures, per_class: abc}",
            "data.per_class: must be a whole number, a list or a mapping, not 'abc'",
        ),
        ("data: {name: pictures, per_class: 0}", "data.per_class: must be more than 0, not 0"),
        ("data: {name: pictures, per_class: {a: x}}", "data.per_class.a: must be a whole number, not 'x'"),
        (
            "data: {name: pictures, fallbak: digits}",
            "data.fallbak: there is no such key. Did you mean fallback?",
        ),
        (
            "data: {name: pictures, fallback: digit}",
            "data.fallback: no source is called 'digit'. Did you mean digits? Known: digits, pictures.",
        ),
        (
            "data: {name: pictures, fallback: {name: digits, limit: -1}}",
            "data.fallback.limit: must be more than 0, not -1",
        ),
        (
            "data: {name: pictures, classes: [true]}",
            "data.classes.0: must be text or a whole number, not true",
        ),
        ("penalties: r1", "penalties: must be a list, such as [r1], not 'r1'"),
        ("augmentations: wobble", "augmentations: must be a list, such as [wobble], not 'wobble'"),
        (
            "augmentations: [{name: wobble, shfit: 1}]",
            "augmentations.0.shfit: there is no such key. Did you mean shift?",
        ),
        ("penalties: [r1, {name: r2, weight: -1}]", "penalties.1.weight: must be at least 0, not -1"),
        (
            "penalties: [{name: r1, wieght: 1}]",
            "penalties.0.wieght: there is no such key. Did you mean weight?",
        ),
        ("loss: {nam: hinge}", "loss.nam: there is no such key. Did you mean name?"),
        ("codec: {invrt: true}", "codec.name: is missing; name a codec. Known: images."),
        (
            "codec: {invert: true}",
            "codec.name: is missing; name a codec, such as images, which has invert. Known: images.",
        ),
        ("export: shards", "export: must be a mapping of settings or null, not 'shards'"),
        (
            "export: {format: shard}",
            "export.format: no exporter is called 'shard'. Did you mean shards? Known: image_folder, shards.",
        ),
        (
            "export: {format: image_folder, compresion: 3}",
            "export.compresion: there is no such key. Did you mean compression?",
        ),
        (
            "export: {compression: 3}",
            "export.compression: there is no such key. An option of a format needs format: beside it. Known:"
            " format, count, per_class, balance, classes, where, include_real, shard_size, seed.",
        ),
        ("export: {where: 3}", "export.where: must be a mapping, not 3"),
        (
            "export: {where: {age: [3]}}",
            "export.where.age: must be text, a whole number, a number or true or false, not a list",
        ),
        ("export: {cuont: 3}", "export.cuont: there is no such key. Did you mean count?"),
        (
            "export: {count: 3, per_class: 3}",
            "export: give one of count, per_class and balance, which each say how many samples to make",
        ),
        ("export: {format: image_folder, compression: 10}", "export.compression: must be at most 9, not 10"),
        ("seed: -1", "seed: must be at least 0, not -1"),
        ("seed: 4294967296", "seed: must be less than 4294967296, not 4294967296"),
        (
            "name: ../up",
            "name: must be letters, digits, '.', '-' and '_', a letter or digit first, not '../up'",
        ),
        ("steps: 5", "steps: there is no such key. Did you mean train.steps?"),
        ("genrator: tiny", "genrator: there is no such key. Did you mean generator?"),
    ],
)
def test_each_fault_is_told_in_plain_words(line: str, message: str, registry: Registry):
    assert fault(line, registry) == message


def test_all_faults_are_told_at_once_in_the_order_of_the_file(registry: Registry):
    text = RECIPE.replace("width: 8", "width: 0\n  widht: 8").replace("plain", "plian") + "  steps: 11\n"
    assert faults(text + "lss: hinge\n", registry) == [
        "r.yaml:6:10 generator.width: must be more than 0, not 0",
        "r.yaml:7:3 generator.widht: there is no such key. Did you mean width?",
        "r.yaml:8:16 discriminator: no discriminator is called 'plian'. Did you mean plain?"
        " Known: demanding, odd, opaque, plain.",
        "r.yaml:11:3 train.steps: given twice, first in line 10",
        "r.yaml:12:1 lss: there is no such key. Did you mean loss?",
    ]


def test_missing_sections_are_told_where_the_recipe_begins(registry: Registry):
    assert faults("# head\nseed: 1\n", registry) == [
        "r.yaml:2:1 data: is missing; name a source. Known: digits, pictures.",
        "r.yaml:2:1 generator: is missing; name a generator. Known: tiny.",
        "r.yaml:2:1 discriminator: is missing; name a discriminator. Known: demanding, odd, opaque, plain.",
        "r.yaml:2:1 train: say how long to train: give steps, epochs or a time_limit",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "r.yaml:1:1 the recipe is empty; it must have keys such as data: and generator:"),
        ("- 1", "r.yaml:1:1 the recipe is a list; it must have keys such as data: and generator:"),
        (
            "just words",
            "r.yaml:1:1 the recipe is 'just words'; it must have keys such as data: and generator:",
        ),
        (
            "a: [1",
            "r.yaml:1:6 not YAML: while parsing a flow sequence, expected ',' or ']', but got '<stream end>'",
        ),
    ],
)
def test_a_text_that_is_no_recipe_is_one_error(text: str, message: str, registry: Registry):
    assert faults(text, registry) == [message]


def test_a_recipe_without_a_name_is_called_like_its_file(tmp_path: Path, registry: Registry):
    text = RECIPE.replace("name: tiny_run\n", "")
    for file, name in [
        ("my_cgan.yaml", "my_cgan"),
        ("my recipe (2).yaml", "my_recipe_2"),
        ("….yaml", "recipe"),
    ]:
        (tmp_path / file).write_text(text)
        assert load_recipe(tmp_path / file, registry=registry).name == name
    assert parse_recipe(text, registry=registry).name == "recipe"


def test_a_file_is_read_with_a_byte_order_mark_and_windows_line_ends(tmp_path: Path, registry: Registry):
    path = tmp_path / "r.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + RECIPE.replace("\n", "\r\n").encode())
    assert load_recipe(str(path), ["seed=4"], registry) == parse_recipe(RECIPE + "seed: 4", registry=registry)


def test_a_file_that_is_not_there_is_a_usage_error_with_its_neighbour(tmp_path: Path, registry: Registry):
    (tmp_path / "mnist_cgan.yaml").write_text(RECIPE)
    with pytest.raises(UsageError, match=r"there is no such file\. Did you mean .*mnist_cgan\.yaml\?"):
        load_recipe(tmp_path / "mnist_gan.yaml", registry=registry)
    with pytest.raises(UsageError, match=r"there is no such file\.$"):
        load_recipe(tmp_path / "nowhere" / "mnist.yaml", registry=registry)


def test_a_folder_is_no_recipe(tmp_path: Path, registry: Registry):
    with pytest.raises(UsageError, match="is a folder"):
        load_recipe(tmp_path, registry=registry)


def test_a_path_that_cannot_be_read_is_a_usage_error(tmp_path: Path, registry: Registry):
    (tmp_path / "r.yaml").write_text(RECIPE)
    with pytest.raises(UsageError, match="cannot be read: Not a directory"):
        load_recipe(tmp_path / "r.yaml" / "inner.yaml", registry=registry)


def test_a_file_in_another_encoding_names_the_line(tmp_path: Path, registry: Registry):
    path = tmp_path / "r.yaml"
    path.write_bytes("seed: 1\n# é\n".encode("latin-1"))
    with pytest.raises(RecipeError, match=r"r\.yaml:2:1 is not a text in UTF-8"):
        load_recipe(path, registry=registry)


def test_plain_values_are_checked_without_places(registry: Registry):
    values: dict[str, Any] = {
        "data": {"name": "pictures", "root": Path("a"), "size": (2, 3)},
        "generator": "tiny",
    }
    with pytest.raises(RecipeError) as caught:
        recipe_from_dict({**values, "discriminator": "plain", "train": {"steps": "5"}}, registry)
    assert str(caught.value) == "train.steps: must be a whole number, not '5'"
    recipe = recipe_from_dict({**values, "discriminator": "plain", "train": {"steps": 5}}, registry)
    assert recipe.data.source.options.size == (2, 3)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"train": {5: 1}}, "train.5: a key must be text, not 5"),
        ({"penalties": [object()]}, "penalties.0: must be a plain value, not object"),
    ],
)
def test_values_that_no_recipe_can_have_are_refused(values: Any, message: str, registry: Registry):
    with pytest.raises(RecipeError) as caught:
        recipe_from_dict(values, registry)
    assert str(caught.value) == message


class Sloppy(c.Generator):
    class Options(c.Options):
        width: PositiveInt = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("section", "words"),
    [
        (
            "discriminator: {name: odd, depth: 2}",
            "failed while its options were checked: KeyError: 'surprise'",
        ),
        ("discriminator: opaque", "its options cannot be kept as text: PydanticSerializationError"),
        ("generator: sloppy", "its options cannot be kept as text: ValidationError"),
    ],
)
def test_options_that_misbehave_are_told_as_their_plugins_fault(section: str, words: str, registry: Registry):
    registry.add(Registered("generator", "sloppy", Sloppy, PluginInfo("toys", "1.0", "entry point")))
    kind, value = section.split(": ", 1)
    with pytest.raises(PluginError) as caught:
        parse_recipe(RECIPE, overrides=[f"{kind}={value}"], registry=registry)
    assert "(plugin toys 1.0)" in str(caught.value)
    assert words in str(caught.value)


def test_a_name_that_two_plugins_claim_is_a_plugin_error_unless_the_recipe_is_wrong_too(registry: Registry):
    registry.add(Registered("loss", "hinge", ALoss, PluginInfo("other", "2.0", "entry point")))
    with pytest.raises(PluginError, match=r"<recipe>:10:7 loss: loss 'hinge' is registered by two plugins"):
        parse_recipe(RECIPE + "loss: hinge\n", registry=registry)
    with pytest.raises(RecipeError) as caught:
        parse_recipe(RECIPE + "loss: hinge\nsede: 1\n", registry=registry)
    assert len(str(caught.value).splitlines()) == 2
