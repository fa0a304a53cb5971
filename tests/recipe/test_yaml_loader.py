from __future__ import annotations

import pytest
import yaml

from synthgen.recipe.yaml_loader import YamlError, read_yaml, write_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1.5E+2", 150.0),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("010", 10),
        ("10_000", 10_000),
        ("on", "on"),
        ("no", "no"),
        ("1:30", "1:30"),
        ("2020-01-01", "2020-01-01"),
        ("5m", "5m"),
        ("true", True),
        ("~", None),
        ("'3'", "3"),
    ],
)
def test_a_scalar_is_read_as_yaml_1_2_says(text: str, value: object):
    read = read_yaml(f"key: {text}").value["key"]
    assert read == value
    assert type(read) is type(value)


def test_keys_are_the_text_that_is_written():
    assert read_yaml("{3: a, on: b, 2020-01-01: c, 1e3: d}").value == {
        "3": "a",
        "on": "b",
        "2020-01-01": "c",
        "1e3": "d",
    }


def test_positions_of_keys_and_values_count_from_one():
    document = read_yaml("# head\na:\n  b: [1, {c: 2}]\n")
    assert document.keys[("a", "b")] == (3, 3)
    assert document.values[("a", "b")] == (3, 6)
    assert document.keys[("a", "b", 1, "c")] == (3, 11)
    assert document.values[("a", "b", 1, "c")] == (3, 14)


def test_the_first_of_two_equal_keys_is_kept_and_both_places_are_told():
    document = read_yaml("a: {x: 1, y: 2, x: 3}\n'3': 1\n3: 2")
    assert document.value == {"a": {"x": 1, "y": 2}, "3": 1}
    assert sorted(document.duplicates) == [(("3",), (3, 1), (2, 1)), (("a", "x"), (1, 17), (1, 5))]


def test_an_alias_is_a_copy_and_a_merged_key_can_be_replaced():
    document = read_yaml("a: &net {x: 1, y: 2}\nb: *net\nc: &c {<<: *net, x: 3}\nd: *c")
    assert document.value["b"] == {"x": 1, "y": 2}
    assert document.value["b"] is not document.value["a"]
    assert document.value["c"] == document.value["d"] == {"x": 3, "y": 2}
    assert document.duplicates == []


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("a:\n\tb: 1", (2, 1), "indent with spaces, not tabs"),
        ("a: b: c", (1, 5), "mapping values are not allowed here"),
        ("a: 1\n---\nb: 2", (2, 1), "expected a single document"),
        ("a: &a [1, *a]", (1, 4), "contains itself"),
        ("a: 1\nb: !!python/name:os.system x", (2, 4), "the tag !!python/name:os.system"),
        ("a: !secret {b: 1}", (1, 4), "the tag !secret"),
        ("a: !!int abc", (1, 4), "'abc' cannot be read as int"),
        ("a: !!bool yes", (1, 4), "'yes' cannot be read as bool"),
        ("[1, 2]: 3", (1, 1), "a key must be text"),
        ("x: 1\na: b\x07c", (2, 5), r"character '\x07' is not allowed"),
        (r'a: "\ud800"', (1, 4), "cannot be read as str"),
        (r'a: "\U00110000"', (1, 1), "not YAML"),
        ("[" * 5000, (1, 1), "nested too deeply"),
        ("a: *nothing", (1, 4), "undefined alias"),
    ],
)
def test_what_is_no_recipe_yaml_is_refused_where_it_stands(text: str, position: object, words: str):
    with pytest.raises(YamlError) as caught:
        read_yaml(text)
    assert caught.value.position == position
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_text_has_no_value(text: str):
    assert read_yaml(text).value is None


TEXTS = [
    "1e-3",
    "yes",
    "on",
    "010",
    "1_0",
    "1:30",
    "2020-01-01",
    "",
    "~",
    "null",
    "<<",
    "=",
    "é",
    "a: b",
    "#",
    "x\ny",
]


def test_what_is_written_reads_back_the_same_here_and_in_plain_pyyaml():
    value = {
        "texts": TEXTS,
        "numbers": [1e-05, 1e20, 0.1, -3, True, None],
        "deep": {"3": {"a": []}, "yes": 1},
    }
    text = write_yaml(value)
    assert read_yaml(text).value == value
    assert yaml.safe_load(text) == value


def test_a_short_mapping_is_written_on_one_line():
    assert write_yaml({"loss": {"name": "hinge"}, "long": dict.fromkeys("abcde", 1)}) == (
        "loss: {name: hinge}\nlong:\n  a: 1\n  b: 1\n  c: 1\n  d: 1\n  e: 1\n"
    )
