"""What `fit` has made: the synthesizer, and the forms that its samples take."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synthgen.estimator.features import Features
from synthgen.estimator.target import Target
from synthgen.estimator.training import input_errors
from synthgen.sampling import ClassPlan
from synthgen.synthesizer import Synthesizer
from synthgen.values import join


def engine_name(name: Hashable, features: Features, target: Target | None) -> str:
    """What the engine calls a column of X, or y, that goes by this name; the name's text if none does."""
    found = features.find(name)
    if found not in features.names and target is not None and name == target.name:
        return target.column
    return found


@dataclass(frozen=True)
class FittedModel:
    """A synthesizer that speaks in terms of X and y."""

    features: Features
    target: Target | None
    synthesizer: Synthesizer

    @property
    def has_classes(self) -> bool:
        """Whether y was labels."""
        return self.target is not None and self.target.values is not None

    @property
    def labels(self) -> np.ndarray:
        """The classes in y's own type, sorted."""
        assert self.target is not None
        assert self.target.values is not None
        return self.target.values.to_numpy(self.target.dtype or None)

    @property
    def column_kinds(self) -> dict[Hashable, str]:
        """What each column of X was found to be, in a few words."""
        report: dict[str, str] = getattr(self.synthesizer.codec, "column_report", dict)()
        pairs = zip(self.features.own_names, self.features.names, strict=True)
        return {own: report[name] for own, name in pairs if name in report}

    @property
    def width(self) -> int:
        """Columns of a table, points of a signal."""
        return len(self.features.names) or self.synthesizer.spec.shape[-1]

    def sample(self, count: int, y: Any, where: Mapping[Hashable, Any] | None, seed: int) -> tuple[Any, Any]:
        """`count` samples of X and, if there was one, of y.

        `y` is None, a label for all, or a label for each. Raises ValueError for labels, conditions and values that
        the model does not have.
        """
        with input_errors():
            return self._draw(self._plan(count, y, where), seed)

    def sample_classes(self, counts: list[int], seed: int) -> tuple[Any, Any]:
        """So many samples of each class, in their order."""
        with input_errors():
            return self._draw(self.synthesizer.plan(per_class=counts), seed)

    def _plan(self, count: int, y: Any, where: Mapping[Hashable, Any] | None) -> ClassPlan:
        if not isinstance(where, Mapping | None):
            raise TypeError(f"where must be a mapping of columns to values, not {where!r}.")
        features, target = self.features, self.target
        named = {engine_name(name, features, target): value for name, value in (where or {}).items()}
        plan = self.synthesizer.plan(count, where=named)
        if y is None:
            return plan
        if target is None:
            raise ValueError("y was given, but this SynthGAN instance was fitted without y.")
        if not self.has_classes:
            raise ValueError(
                "y was given, but this SynthGAN instance was fitted with numbers as y, which are no labels; name"
                " them among the conditions, and ask for one by where."
            )
        if target.column in named:
            raise ValueError("Labels were given both as y and in where; give them once.")
        if np.ndim(y) == 0:
            code = int(target.encode([y])[0])
            return replace(plan, weights=tuple(int(i == code) for i in range(len(self.synthesizer.classes))))
        return replace(plan, weights=(), given=tuple(target.encode(y).tolist()))

    def _draw(self, plan: ClassPlan, seed: int) -> tuple[Any, Any]:
        batches = list(self.synthesizer.stream(plan, seed))
        x = join([batch.x for batch in batches])
        y = None
        if self.target is not None:
            codes = np.concatenate([batch.y for batch in batches])
            y = self.target.restore(codes if self.has_classes else x[self.target.column])
        return self.features.restore(x), y
