"""What a recipe may say of a table: which columns are what, which are conditions, which rules hold."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveInt

from synthgen import Options
from synthgen.data.codecs.columns.choosing import Kind
from synthgen.data.codecs.constraints.collection import AnyRule


class TableOptions(Options):
    """Which columns are what, and which are conditions."""

    conditions: list[str | int] = Field([])
    """Columns to condition on beside the label: samples can be asked for by their values."""
    constraints: list[AnyRule] = Field([])
    """Rules that hold in every row: range, non_negative, order, combinations, formula."""
    columns: dict[str | int, Kind] = Field({})
    """The kind of a column where it is not found out right: number, category, datetime, id, text."""
    ids: Literal["drop", "make", "learn"] = "drop"
    """What becomes of ids and free text: left out, with a warning; made anew (new ids of the same shape, a
    placeholder for text); or not looked for, so that they are learnt like any other column."""
    levels: PositiveInt = 40
    """A column of numbers or dates with at most so many different ones, each of them in five rows or more on
    average, is taken for a category."""
    max_categories: PositiveInt = 200
    """Of more categories in a column the rarest share one."""
    numbers: Literal["scores", "plain"] = "scores"
    """What networks see of a number: its normal score, which is about N(0, 1) for any column; or plainly itself, as
    textbooks have it, for columns that are of that size as they are. Either way samples are kept in the range of
    the real numbers: what a network makes beyond it lies on its edge."""
    atom_share: float = Field(0.02, gt=0, le=1)
    """A number, or date, that makes up this share of its column (and five rows) is a category of its own."""
