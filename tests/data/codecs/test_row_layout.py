"""How rows are stored, expanded and split again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from synthgen.data.codecs.row_layout import RowLayout

from .tables import fit

RANDOM = np.random.default_rng(0)
COLUMNS = {
    "number": pd.Series(RANDOM.normal(size=300)),
    "category": pd.Series(RANDOM.choice(["a", "b", "c"], 300)),
    "both": pd.Series(np.where(RANDOM.random(300) < 0.5, 0, RANDOM.normal(size=300))),
    "constant": pd.Series(["x"] * 300),
}


def layout_and_parts(names=tuple(COLUMNS)):
    columns = [fit(COLUMNS[name].rename(name)) for name in names]
    return RowLayout(columns), [
        column.encode(COLUMNS[name]) for column, name in zip(columns, names, strict=True)
    ]


def test_blocks_fill_the_row_and_a_gate_is_where_its_number_counts():
    layout, parts = layout_and_parts()
    assert [(b.name, b.kind, b.size) for b in layout.blocks] == [
        ("category", "category", 3),
        ("both", "category", 2),
        ("number", "number", 1),
        ("both", "number", 1),
    ]
    rows = layout.expand(layout.store(parts, 300))
    assert rows.shape == (300, layout.width) == (300, 7)
    gate = layout.blocks[-1].gate
    assert torch.equal(rows[:, gate] == 1, torch.from_numpy(COLUMNS["both"].to_numpy() != 0))
    assert (rows[rows[:, gate] == 0, 6] == 0).all()
    assert (rows[:, :3].sum(1) == 1).all()


def test_splitting_is_the_inverse_of_storing_and_expanding():
    layout, parts = layout_and_parts()
    split = layout.split(layout.expand(layout.store(parts, 300)))
    for part, back in zip(parts[:3], split[:3], strict=True):
        for one, other in zip(part, back, strict=True):
            assert (one is None) == (other is None)
            assert one is None or np.array_equal(one, other)
    assert not split[3].codes.any()


def test_rows_that_are_no_one_hots_give_the_largest_of_each_category():
    layout, parts = layout_and_parts()
    rows = layout.expand(layout.store(parts, 300))
    rows[0, :5] = torch.tensor([0.2, 0.7, 0.1, 0.6, 0.6])
    rows[1, :3] = 1  # a tie of all
    rows[2, :3] = 0
    rows[3, :3] = torch.tensor([-2.0, -3.0, -1.0])
    split = layout.split(rows)
    assert split[1].codes[:4].tolist() == [1, 0, 0, 2]
    assert split[2].codes[0] == 0
    assert np.array_equal(split[1].codes[4:], parts[1].codes[4:])


def test_numbers_and_categories_alone_are_rows_too():
    for names in (("number",), ("category",), ("constant",)):
        layout, parts = layout_and_parts(names)
        split = layout.split(layout.expand(layout.store(parts, 300)))
        assert layout.width == {"number": 1, "category": 3, "constant": 1}[names[0]]
        assert len(split[0].codes if split[0].codes is not None else split[0].numbers) == 300
