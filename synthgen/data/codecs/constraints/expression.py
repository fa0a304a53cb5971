"""Formulas over columns: parsed by Python's own grammar, of which little is let through, and never run as code."""

from __future__ import annotations

import ast
import math
import re
import unicodedata
from collections.abc import Callable, Mapping

import numpy as np

LONGEST = 1000
DEEPEST = 50

_OPERATORS: dict[type[ast.operator], Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
}
_UNSAFE = (ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
"""Operators that may have no finite result for finite operands."""

_QUOTED = re.compile(r"""`([^`]*)`|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|#""")


class Expression:
    """A formula: names of columns, numbers, `+ - * / // % **`, minus signs, parentheses.

    Names that are no words stand in backticks or quotes. Raises ValueError for anything else.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._source = _without_backticks(text.replace("\n", " ").strip())
        if not self._source or len(self._source) > LONGEST:
            raise ValueError(f"a formula has 1 to {LONGEST} characters, not {len(self._source)}")
        try:
            self._tree = ast.parse(self._source, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise ValueError(
                f"{text!r} cannot be read as a formula, such as price * quantity; names of columns that are no"
                " words stand in `backticks`"
            ) from None
        self.names: list[str] = []
        """Columns in it, each once."""
        self.is_total = True
        """Whether finite operands always give a finite result (short of overflow)."""
        self._check(self._tree, 0)

    def _check(self, node: ast.expr, depth: int) -> None:
        """Let through what a formula has, and note names and operators."""
        if depth > DEEPEST:
            raise ValueError(f"{self.text!r} is nested too deeply")
        name = _name(node)
        if name is not None:
            self.names += [] if name in self.names else [name]
        elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            self.is_total &= not isinstance(node.op, _UNSAFE)
            self._check(node.left, depth + 1)
            self._check(node.right, depth + 1)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            self._check(node.operand, depth + 1)
        elif _number(node) is None:
            found = ast.get_source_segment(self._source, node) or self.text
            raise ValueError(
                f"a formula has columns, numbers, + - * / // % ** and parentheses; {found!r} is none of these"
            )

    def evaluate(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """The results, float64, for columns of floats `(N,)` by name; not finite where there is none: an operand is
        missing (NaN), a divisor is zero, a number too large."""
        with np.errstate(all="ignore"):
            return np.asarray(self._evaluate(self._tree, columns), np.float64)

    def _evaluate(self, node: ast.expr, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        name, number = _name(node), _number(node)
        if name is not None:
            return columns[name]
        if number is not None:
            return np.float64(number)  # type: ignore[return-value]  # NumPy treats it as an array
        if isinstance(node, ast.BinOp):
            left, right = self._evaluate(node.left, columns), self._evaluate(node.right, columns)
            return _OPERATORS[type(node.op)](left, right)
        assert isinstance(node, ast.UnaryOp)  # nothing else was let through
        operand = self._evaluate(node.operand, columns)
        return -operand if isinstance(node.op, ast.USub) else operand


def _name(node: ast.expr) -> str | None:
    """The column that a word or a text names."""
    if isinstance(node, ast.Name):
        return node.id
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _number(node: ast.expr) -> float | None:
    """A finite number."""
    found = node.value if isinstance(node, ast.Constant) else None
    if not isinstance(found, int | float) or isinstance(found, bool):
        return None
    try:
        value = float(found)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _without_backticks(text: str) -> str:
    """Names in backticks as Python's texts."""

    def replaced(match: re.Match[str]) -> str:
        if match.group() == "#":
            raise ValueError(f"{text!r}: a name with # in it stands in `backticks`")
        return match.group() if match.group(1) is None else repr(match.group(1))

    return _QUOTED.sub(replaced, text)


def same_name(name: str, column: object) -> bool:
    """Whether a name in a formula is this column's: Python reads words in a normal form of Unicode."""
    return name == str(column) or name == unicodedata.normalize("NFKC", str(column))
