"""What a formula may say, and that it is never run as code."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.data.codecs.constraints.expression import Expression

COLUMNS = {"a": np.array([7.0, -7.5, 0.0]), "b": np.array([2.0, 2.0, 0.0]), "a b": np.array([1.0, 2.0, 3.0])}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b", [9, -5.5, 0]),
        ("a - b * 2", [3, -11.5, 0]),
        ("(a - b) * 2", [10, -19, 0]),
        ("-a", [-7, 7.5, 0]),
        ("+a - -b", [9, -5.5, 0]),
        ("b ** 3", [8, 8, 0]),
        ("-b ** 2", [-4, -4, 0]),
        ("`a b` * 1e1", [10, 20, 30]),
        ("\"a b\" + 'a'", [8, -5.5, 3]),
        ("\n a\n + 0.5 ", [7.5, -7, 0.5]),
        ("10 // 4 + 0 * a", [2, 2, 2]),
    ],
)
def test_formulas_have_python_s_precedence(text, expected):
    assert Expression(text).evaluate(COLUMNS).tolist() == expected


def test_floor_and_remainder_are_python_s():
    a, b = COLUMNS["a"][:2], COLUMNS["b"][:2]
    columns = {"a": a, "b": b}
    assert Expression("a // b").evaluate(columns).tolist() == [x // y for x, y in zip(a, b, strict=True)]
    assert Expression("a % b").evaluate(columns).tolist() == [x % y for x, y in zip(a, b, strict=True)]


@pytest.mark.parametrize(
    "text", ["a / b", "b / (a - a)", "a ** 9999", "9 ** 9 ** 9 ** 9 + a", "(0 - b) ** 0.5"]
)
def test_what_has_no_finite_value_is_not_finite_and_no_error(text):
    assert not np.isfinite(Expression(text).evaluate(COLUMNS)).all()
    assert not Expression(text).is_total


def test_sums_and_products_always_have_a_value():
    expression = Expression("a * (b - 2) + `a b`")
    assert expression.is_total
    assert expression.names == ["a", "b", "a b"]


@pytest.mark.parametrize(
    "text",
    [
        "a.mean()",
        "a.b",
        "abs(a)",
        "__import__('os').system('true')",
        "a[0]",
        "[a, b]",
        "a, b",
        "{a}",
        "lambda: a",
        "a if b else 1",
        "a and b",
        "not a",
        "~a",
        "a < b",
        "a == b",
        "a & b",
        "a << 2",
        "a @ b",
        "(a := 1)",
        "f'{a}'",
        "[x for x in a]",
        "await a",
        "*a",
        "True + a",
        "None",
        "...",
        "1j * a",
        "b'a' + a",
        "1e999 * a",
        "1" + "0" * 400,
    ],
)
def test_all_else_is_refused(text):
    with pytest.raises(ValueError, match=r"a formula has columns, numbers|cannot be read as a formula"):
        Expression(text)


@pytest.mark.parametrize(
    "text", ["a +", "a b", "price x quantity", "(a", "a = b", "a; b", "`a", "import os", "\0"]
)
def test_what_is_no_expression_is_refused(text):
    with pytest.raises(ValueError, match="cannot be read as a formula, such as price \\* quantity"):
        Expression(text)


def test_comments_do_not_swallow_the_rest():
    with pytest.raises(ValueError, match="a name with # in it stands in `backticks`"):
        Expression("a # b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1 to 1000 characters, not 0"),
        ("  ", "1 to 1000 characters, not 0"),
        ("a + " * 300 + "a", "1 to 1000 characters, not 1201"),
        ("-" * 200 + "a", "nested too deeply"),
        ("(" * 400 + "a" + ")" * 400, "cannot be read"),
        ("+".join("a" * 60), "nested too deeply"),
    ],
)
def test_formulas_have_a_length_and_a_depth(text, message):
    with pytest.raises(ValueError, match=message):
        Expression(text)
