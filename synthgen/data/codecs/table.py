"""Tables as tensors: every column by its kind, the label and chosen columns as conditions."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from synthgen import Block, Codec, Condition, DataError, Dataset
from synthgen.data.codecs.column_names import (
    get_column,
    names_from_json,
    names_to_json,
    plain_names,
    require_name,
)
from synthgen.data.codecs.columns.choosing import column_from_json, column_to_json, fit_column, kind_of
from synthgen.data.codecs.columns.column import Column
from synthgen.data.codecs.columns.dtypes import make_index
from synthgen.data.codecs.condition_columns import ConditionColumns
from synthgen.data.codecs.constraints.collection import Constraints
from synthgen.data.codecs.row_layout import RowLayout
from synthgen.data.codecs.table_options import TableOptions

_log = logging.getLogger("synthgen")


class TableCodec(Codec):
    """A DataFrame of mixed columns: categories as one-hots, numbers and dates as normal scores.

    The label and the columns in `conditions` are what networks are conditioned on; all others are what they make.
    Ids and free text are left out, or made without the networks.
    """

    Options = TableOptions
    kind: ClassVar[str | None] = "table"
    default_format: ClassVar[str] = "csv"
    chunk: ClassVar[int] = 4096

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self._names: pd.Index = pd.Index([])
        """Of the columns that come out."""
        self._modelled: list[Any] = []
        """Names of the columns that the constraints make these of."""
        self._places: list[int] = []
        """Where each of those is among the conditions and the other columns."""
        self._made: list[Column] = []
        self._given: ConditionColumns
        self._layout: RowLayout
        self._constraints = Constraints()
        self.left_out: dict[Any, str] = {}
        """Names of columns that do not come out, and their kinds."""

    # fitting

    def fit(self, dataset: Dataset) -> Self:
        """Find out what each column is, and learn it.

        Raises DataError for columns that are not there, and for values that no column can have.
        """
        self.left_out = {}
        try:
            self._fit(dataset)
        except DataError as error:
            raise DataError(f"{dataset.name}: {error}") from None
        self._tell(dataset.name)
        return self

    def _fit(self, dataset: Dataset) -> None:
        frame: pd.DataFrame = dataset.x
        names = plain_names(frame.columns)
        names_to_json(frame.columns)  # what cannot be saved is told before the training
        target = [names.index(dataset.target)] if dataset.classes and dataset.target is not None else []
        given = [require_name(names, wanted, "conditions") for wanted in self.options.conditions]
        given = [place for place in dict.fromkeys(given) if place not in target]
        kinds = {
            names[require_name(names, wanted, "columns")]: kind
            for wanted, kind in self.options.columns.items()
        }
        self._constraints = Constraints.fit(
            frame, self.options.constraints, [names[i] for i in target + given]
        )
        modelled = self._constraints.forward(frame)
        needed = (
            {names[i] for i in given}
            | self._constraints.columns
            | {n for n in plain_names(modelled.columns) if n not in names}
        )
        columns = self._fit_columns(
            modelled, kinds | self._constraints.kinds, needed, [names[i] for i in target]
        )
        conditions = [columns.pop(names[i]) for i in given]
        self._given = ConditionColumns.fit(dataset, conditions)
        self._lay_out(list(columns.values()))
        made = {name: place for place, name in enumerate([*self._given.names, *columns])}
        self._modelled = [name for name in plain_names(modelled.columns) if name in made]
        self._places = [made[name] for name in self._modelled]
        kept = frame.columns[[name not in self.left_out for name in names]]
        self._names = names_from_json(names_to_json(kept))

    def _fit_columns(
        self, frame: pd.DataFrame, kinds: Mapping[Any, str], needed: set[Any], target: Sequence[Any]
    ) -> dict[Any, Column]:
        """All columns but the label's and those that are left out; `needed` may not be."""
        columns: dict[Any, Column] = {}
        for place, name in enumerate(plain_names(frame.columns)):
            if name in target:
                continue
            values = frame.iloc[:, place]
            values.name = name
            learn = name in needed or self.options.ids == "learn"
            kind = kind_of(values, self.options, kinds.get(name), learn=learn)
            if kind not in ("id", "text"):
                columns[name] = fit_column(values, kind, self.options)
            elif name in needed:
                raise DataError(
                    f"column {name!r} is a condition or has a constraint, and cannot be of kind {kind}"
                )
            elif self.options.ids == "make":
                columns[name] = fit_column(values, kind, self.options)
            else:
                self.left_out[name] = kind
        if not columns and not target:
            left_out = ", ".join(map(repr, self.left_out))
            raise DataError(
                f"nothing is left to learn: {left_out} are ids or text; set ids: learn, or ids: make"
            )
        return columns

    def _lay_out(self, made: list[Column]) -> None:
        self._made = made
        self._layout = RowLayout(made)

    def _tell(self, name: str) -> None:
        kinds = Counter(column.kind for column in self._made)
        parts = [", ".join(f"{count} {kind}" for kind, count in kinds.most_common())]
        parts += [f"conditions: {', '.join(map(str, self._given.names))}"] if self._given.names else []
        _log.info("%s: columns to make: %s", name, "; ".join(part for part in parts if part))
        for column, kind in self.left_out.items():
            what = "ids" if kind == "id" else "free text"
            _log.warning(
                "%s: column %r looks like %s and is left out: it will not be among what is made. To learn it, say"
                " columns: {%s: category} (or number, datetime); to have new ones in its place, ids: make",
                name,
                column,
                what,
                column,
            )

    def column_report(self) -> dict[Any, str]:
        """What was found out of each column, by name, in a few words."""
        report = self._given.describe() | {c.name: f"{c.kind}: {c.describe()}" for c in self._made}
        report |= {name: f"{kind}: left out" for name, kind in self.left_out.items()}
        return report

    # encoding

    @property
    def shape(self) -> tuple[int, ...]:
        """`(width,)`."""
        return (self._layout.width,)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """A block for each category, and one for each number."""
        return self._layout.blocks

    def encode(self, dataset: Dataset) -> Tensor:
        """Stored rows, float32; see `RowLayout`. Raises DataError for values that were not there at `fit`."""
        frame = self._constraints.forward(dataset.x)
        try:
            parts = [column.encode(get_column(frame, column.name)) for column in self._made]
        except KeyError as error:
            raise DataError(f"{dataset.name}: there is no column {error}") from None
        except DataError as error:
            raise DataError(f"{dataset.name}: {error}") from None
        return self._layout.store(parts, len(dataset))

    def expand(self, stored: Tensor) -> Tensor:
        """One-hots and numbers."""
        return self._layout.expand(stored)

    def decode(self, x: Tensor, codes: Tensor) -> pd.DataFrame:
        """Rows as a DataFrame with the columns, order and dtypes of the real one."""
        random = np.random.default_rng(int(torch.randint(2**62, ())))
        columns = self._given.decode(codes.numpy())
        columns += [
            column.decode(part, random)
            for column, part in zip(self._made, self._layout.split(x), strict=True)
        ]
        chosen = enumerate(columns[place] for place in self._places)
        # arrays are faster than Series, but pandas takes objects for texts if it can
        arrays = {i: values if values.dtype == object else values.array for i, values in chosen}
        frame = pd.DataFrame(arrays, index=pd.RangeIndex(len(x)), copy=False)
        frame.columns = make_index(self._modelled, np.dtype(object))
        frame = self._constraints.backward(frame)
        frame.columns = self._names
        return frame

    def like_samples(self, values: pd.DataFrame) -> pd.DataFrame:
        """Real rows without the columns that are left out."""
        return values.loc[:, [name not in self.left_out for name in plain_names(values.columns)]]

    def accepts(self, values: pd.DataFrame) -> np.ndarray | None:
        """Rows that obey the constraints which do not hold by construction."""
        return self._constraints.accepts(values)

    def rules(self, values: pd.DataFrame) -> Mapping[str, np.ndarray]:
        """The constraints, those that hold by construction, too."""
        return self._constraints.judge(values)

    # conditions

    def conditions(self, dataset: Dataset) -> tuple[Condition, ...]:
        """The label, then the other columns."""
        return self._given.conditions

    def encode_conditions(self, dataset: Dataset) -> Tensor:
        """Codes of categories, and numbers as they are; float64 where there are such."""
        return torch.from_numpy(self._given.encode(dataset))

    def draw_conditions(self, labels: np.ndarray, uniform: np.ndarray, where: Mapping[str, Any]) -> Tensor:
        """The labels, and the other conditions as they occur with them."""
        return torch.from_numpy(self._given.draw(labels, uniform, where))

    def class_odds(self, where: Mapping[str, Any]) -> Sequence[int] | None:
        """Rows of each class that have these values; None where nothing is asked for."""
        return self._given.class_odds(where)

    def check_where(self, where: Mapping[str, Any]) -> None:
        """Raise UsageError unless each is a condition and its value one that the data has."""
        self._given.check(where)

    # files

    def state(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Columns as JSON, the table of conditions as tensors."""
        conditions, tensors = self._given.state()
        left_out = list(self.left_out)
        values = {
            "names": names_to_json(self._names),
            "modelled": names_to_json(make_index(self._modelled, np.dtype(object))),
            "places": self._places,
            "columns": [column_to_json(column) for column in self._made],
            "conditions": conditions,
            "constraints": self._constraints.to_json(),
            "left_out": {
                "names": names_to_json(make_index(left_out, np.dtype(object))),
                "kinds": [self.left_out[name] for name in left_out],
            },
        }
        return values, tensors

    def load_state(self, values: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        """Take it back."""
        self._names = names_from_json(values["names"])
        self._modelled = names_from_json(values["modelled"]).tolist()
        self._places = values["places"]
        self._lay_out([column_from_json(column) for column in values["columns"]])
        self._given = ConditionColumns.from_state(values["conditions"], tensors)
        self._constraints = Constraints.from_json(values["constraints"])
        left_out = values["left_out"]
        self.left_out = dict(zip(names_from_json(left_out["names"]).tolist(), left_out["kinds"], strict=True))
