"""Rules as a recipe has them: messages with their place, the page of the codec, the JSON schema."""

from __future__ import annotations

import jsonschema
import pytest

from synthgen.data.codecs.table import TableCodec
from synthgen.errors import RecipeError
from synthgen.option_docs import describe_options
from synthgen.recipe import load_recipe
from synthgen.recipe.json_schema import recipe_schema

RECIPE = """
data: digits
generator: mlp
discriminator: mlp
train: {steps: 1}
codec:
  name: table
  constraints:
    - %s
"""


@pytest.fixture
def problem(tmp_path, registry):
    """What is wrong with a rule."""

    def find(rule):
        path = tmp_path / "recipe.yaml"
        path.write_text(RECIPE % rule)
        with pytest.raises(RecipeError) as caught:
            load_recipe(path, registry=registry)
        return str(caught.value).removeprefix(f"{path}:")

    return find


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            "{rule: ordr, columns: [a, b]}",
            "9:7 codec.constraints.0: 'rule' must be one of 'range', 'non_negative', 'order', 'combinations',"
            " 'formula', not 'ordr'. Did you mean order?",
        ),
        ("{columns: [a, b]}", "9:7 codec.constraints.0: 'rule' is missing"),
        ("order", "9:7 codec.constraints.0: must be a mapping, not 'order'"),
        (
            "{rule: order, columns: [a]}",
            "9:30 codec.constraints.0.columns: must have at least 2 items, not 1",
        ),
        ("{rule: order, columns: [a, a]}", "9:30 codec.constraints.0.columns: columns has a name twice"),
        (
            "{rule: order, columns: [a, b], strikt: true}",
            "9:38 codec.constraints.0.strikt: there is no such key. Did you mean strict?",
        ),
        (
            "{rule: formula, column: c, equals: a + 1, eqals: 2}",
            "9:49 codec.constraints.0.eqals: there is no such key. Did you mean equals?",
        ),
        (
            "{rule: formula, column: c, equals: a.sum()}",
            "9:42 codec.constraints.0.equals: a formula has columns, numbers, + - * / // % ** and parentheses;"
            " 'a.sum()' is none of these",
        ),
        (
            "{rule: range, column: c}",
            "9:7 codec.constraints.0: range has neither low nor high; give one of them or both",
        ),
    ],
)
def test_a_wrong_rule_is_told_with_its_place(problem, rule, message):
    assert problem(rule) == message


@pytest.mark.parametrize(
    "rule",
    [
        {"rule": "range", "column": "day", "low": "2020-01-01"},
        {"rule": "non_negative", "columns": ["a", 3]},
        {"rule": "order", "columns": ["a", "b"], "strict": True},
        {"rule": "combinations", "columns": ["a", "b"]},
        {"rule": "formula", "column": "c", "equals": "a + `b c`"},
    ],
)
def test_a_rule_is_read_from_a_recipe_and_fits_its_schema(tmp_path, registry, rule):
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE % str(rule).replace("True", "true"))
    (found,) = load_recipe(path, registry=registry).codec.options.constraints
    assert found.model_dump(exclude_unset=True) == rule
    recipe = {"data": "digits", "generator": "mlp", "discriminator": "mlp", "train": {"steps": 1}}
    schema = jsonschema.Draft202012Validator(recipe_schema(registry))
    assert schema.is_valid(recipe | {"codec": {"name": "table", "constraints": [rule]}})
    assert not schema.is_valid(recipe | {"codec": {"name": "table", "constraints": [rule | {"extra": 1}]}})


def test_the_page_of_the_codec_has_every_rule():
    (page,) = [option for option in describe_options(TableCodec.Options) if option["name"] == "constraints"]
    assert page["type"] == "list of mapping"
    assert [form.split(":", 2)[1].strip(" }").split(",")[0] for form in page["forms"]] == [
        "range",
        "non_negative",
        "order",
        "combinations",
        "formula",
    ]
    assert page["forms"][2] == (
        "{rule: order, columns: list of str | int, strict: false}: In each row, values ascend from column to"
        " column; missing ones are passed over.\n"
        "    columns: Columns of numbers, or of dates, the least first.\n"
        "    strict: Whether equal values are forbidden, too."
    )
