"""How the columns of a table lie side by side in an encoded row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from synthgen import Block
from synthgen.data.codecs.columns.column import Column, Encoded


class RowLayout:
    """The blocks of a row, and the two forms that a row has.

    Stored, a row is float32: for each category the position of its 1 in the expanded row (a whole number, exact
    below 2^24), then the numbers. Expanded, it is a one-hot for each category, and then the numbers. A table
    that has nothing to be learnt, of constants alone, has rows of one number, which is 0.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = list(columns)
        blocks: list[Block] = []
        starts: list[int] = []  # of the categories, in the expanded row
        gates: dict[int, int] = {}  # by the number of the column
        width = 0
        for i, column in enumerate(columns):
            if column.categories:
                blocks.append(Block(name=str(column.name), kind="category", size=column.categories))
                starts.append(width)
                if column.gate is not None:
                    gates[i] = width + column.gate
                width += column.categories
        self._first_number = width
        for i, column in enumerate(columns):
            if column.has_number:
                blocks.append(Block(name=str(column.name), kind="number", gate=gates.get(i)))
                width += 1
        self._nothing = width == 0
        if self._nothing:
            blocks, width = [Block(name="nothing", kind="number")], 1
        self.blocks = tuple(blocks)
        self.width = width
        self._starts = np.array(starts, np.int64)
        self._sizes = np.array([column.categories for column in columns if column.categories], np.int64)

    def store(self, parts: Sequence[Encoded], rows: int) -> Tensor:
        """Stored rows `(N, categories + numbers)` from the columns' parts."""
        codes = [part.codes for part in parts if part.codes is not None]
        stored = np.empty((rows, len(self._starts) + self.width - self._first_number), np.float32)
        for i, (code, start) in enumerate(zip(codes, self._starts, strict=True)):
            stored[:, i] = code + start
        numbers = [part.numbers for part in parts if part.numbers is not None]
        numbers += [np.zeros(rows, np.float32)] * self._nothing
        for i, number in enumerate(numbers, len(codes)):
            stored[:, i] = number
        return torch.from_numpy(stored)

    def expand(self, stored: Tensor) -> Tensor:
        """Stored rows as networks take them, `(B, width)`: all one-hots at once, and the numbers.

        Those of numbers alone are the stored ones themselves.
        """
        count = len(self._starts)
        if not count:
            return stored
        rows = stored.new_zeros(len(stored), self.width)
        rows.scatter_(1, stored[:, :count].long(), 1.0)
        rows[:, self._first_number :] = stored[:, count:]
        return rows

    def split(self, rows: Tensor) -> list[Encoded]:
        """The columns' parts of expanded rows `(B, width)` whose categories are one-hots.

        A column that has neither part gets codes that are all 0.
        """
        array = rows.numpy()
        numbers = np.ascontiguousarray(array[:, self._first_number :].T)
        codes = self._codes(array[:, : self._first_number])
        parts, n_code, n_number = [], 0, 0
        for column in self.columns:
            code = number = None
            if column.categories:
                code = codes[n_code]
                n_code += 1
            if column.has_number:
                number = numbers[n_number]
                n_number += 1
            if code is None and number is None:
                code = np.zeros(len(rows), np.int64)
            parts.append(Encoded(code, number))
        return parts

    def _codes(self, rows: np.ndarray) -> np.ndarray:
        """Which value each category has, int64 `(categories, B)`, of their one-hots side by side."""
        count, width = len(self._starts), rows.shape[1]
        if not count:
            return np.empty((0, len(rows)), np.int64)
        ones = np.flatnonzero(rows > 0.5)
        if len(ones) == count * len(rows):
            codes = ones.reshape(len(rows), count) - np.arange(len(rows))[:, None] * width - self._starts
            if ((codes >= 0) & (codes < self._sizes)).all():
                return np.ascontiguousarray(codes.T)
        # somewhere two values tie, or there is no one-hot at all
        spans = zip(self._starts, self._starts + self._sizes, strict=True)
        return np.stack([rows[:, start:end].argmax(1) for start, end in spans])
