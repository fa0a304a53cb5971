"""Signs of a failing training in what is logged: losses, logits, and the size of weights and gradients.

Each sign is looked for at each log interval. State is kept in plain numbers, so that a resumed training sees what
an uninterrupted one would.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any, NamedTuple

from synthgen.training.health_loss import LossScale

WARM_UP = 0.05
"""Share of the training in which a discriminator may be far ahead."""
WON_PAIRS = 0.995
"""Share of pairs that a discriminator that has won ranks rightly."""
WON_LOSS = 0.03
"""What is left of its loss then, 1 being that of one that cannot tell."""
LONG = 0.1
"""Share of the training for which it must be so."""
INTERVALS = 4
"""And log intervals, at least."""

GROWTH = 1000.0
"""How many times larger than before, and than 1, losses, logits and gradients are when they explode."""
WEIGHT_GROWTH = 50.0
"""And a network's weights, beside what they were when training began."""

SWING = {"paired_accuracy": 0.3, "loss": 0.5}
"""How far a swing goes, of the share of pairs ranked rightly and of the loss as `LossScale.left` tells it."""
SWINGS = 6
"""So many, back and forth, are an oscillation."""
WINDOW = 0.25
"""Share of the training within which they must be."""
_PAIRS = 500  # over which means are taken before swings are looked for: those of fewer swing by chance
_POINTS = 400  # of a series, at most
_EARLIER = 50  # magnitudes that a new one is compared with


class Interval(NamedTuple):
    """What a log interval had."""

    step: int
    progress: float
    pairs: int
    """Pairs of a real and a generated sample that the discriminator learnt from."""
    values: Mapping[str, float]
    """Means of losses and logits, all finite."""
    weights: tuple[float, ...]
    """Norms of each network's weights."""
    gradients: tuple[float, ...]
    """And of their gradients at the last step."""


class Signs:
    """What has been seen so far of a training's log."""

    def __init__(self, scale: LossScale | None) -> None:
        self.scale = scale
        self._won_since: list[float] = []  # progress at each interval of the stretch that lasts
        self._first_weights: list[float] = []
        self._earlier: dict[str, list[float]] = {"outputs": [], "gradients": []}
        self._large = 0  # intervals in a row
        self._gathered: list[list[float]] = []  # pairs, accuracy, loss of intervals too short by themselves
        self._series: list[list[float]] = []  # progress, accuracy, loss
        self._swinging: str | None = None

    def state(self) -> dict[str, Any]:
        """All of it, as primitives."""
        return {key: value for key, value in vars(self).items() if key != "scale"}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Take back what `state` gave."""
        vars(self).update(state)

    def start(self, weights: Iterable[float]) -> None:
        """Training begins with weights of these norms."""
        self._first_weights = self._first_weights or [max(norm, 1.0) for norm in weights]

    # -------------------------------------------------------------------------------------- discriminator has won

    def won(self, now: Interval) -> str | None:
        """That the discriminator has been far ahead for long, in words; to be asked once of each interval."""
        loss = now.values.get("discriminator_loss")
        pairs = now.values.get("paired_accuracy", 0.0)
        ahead = self.scale is not None and loss is not None and self.scale.left(loss) < WON_LOSS
        if not (ahead and pairs >= WON_PAIRS and now.progress >= WARM_UP):
            self._won_since = []
            return None
        since = [*self._won_since[:1], *self._won_since[1:][-INTERVALS:], now.progress]
        self._won_since = since
        lasts = len(since) > INTERVALS and since[-1] - since[0] >= LONG
        return self._say_won(pairs, loss) if lasts and loss is not None else None

    def _say_won(self, pairs: float, loss: float) -> str:
        assert self.scale is not None  # or nobody is ahead
        return (
            f"the discriminator has won: it ranks {pairs:.1%} of pairs rightly, and has for long; its loss is"
            f" {loss:.2g}, where {self.scale.even:.2g} is that of one that cannot tell, so that the generator"
            " learns nothing more from it"
        )

    @property
    def suspicious(self) -> bool:
        """Whether anything at all was wrong at the last interval, if only for now."""
        return bool(self._won_since or self._large or self._swinging)

    # ------------------------------------------------------------------------------------------------- explosion

    def exploded(self, now: Interval) -> str | None:
        """What has grown by orders, in words, at this interval and the one before; to be asked once of each."""
        found = self._grown_weights(now) or self._grown("gradients", max(now.gradients, default=0.0))
        outputs = [abs(now.values[name]) for name in _OUTPUTS if name in now.values]
        found = self._grown("outputs", max(outputs, default=0.0)) or found
        self._large = self._large + 1 if found else 0
        return f"the training explodes: {found}" if found and self._large >= 2 else None

    def _grown_weights(self, now: Interval) -> str | None:
        for name, first, norm in zip(
            ("generator", "discriminator"), self._first_weights, now.weights, strict=False
        ):
            if norm > WEIGHT_GROWTH * first:
                return f"the {name}'s weights have grown to {norm / first:,.0f} times what they began with"
        return None

    def _grown(self, name: str, value: float) -> str | None:
        earlier = self._earlier[name]
        limit = GROWTH * max(1.0, median(earlier) if earlier else 1.0)
        if value > limit:
            words = "losses and logits are" if name == "outputs" else "gradients are"
            return f"{words} {value:.3g}, and were {median(earlier) if earlier else 1:.3g} before"
        self._earlier[name] = [*earlier[-_EARLIER + 1 :], value]
        return None

    # ----------------------------------------------------------------------------------------------- oscillation

    def oscillates(self, now: Interval) -> str | None:
        """What swings, in words; to be asked once of each interval."""
        values = now.values
        if "discriminator_loss" not in values:
            return self._swinging
        left = self.scale.left(values["discriminator_loss"]) if self.scale else 0.0
        self._gathered.append([now.pairs, values.get("paired_accuracy", 0.5), left])
        pairs = sum(one[0] for one in self._gathered)
        if pairs < _PAIRS:
            return self._swinging
        means = [sum(one[0] * one[place] for one in self._gathered) / pairs for place in (1, 2)]
        self._gathered = []
        recent = [point for point in self._series if point[0] >= now.progress - WINDOW]
        self._series = [*recent[-_POINTS + 1 :], [now.progress, *means]]
        self._swinging = self._name_swings()
        return self._swinging

    def _name_swings(self) -> str | None:
        for place, name in enumerate(SWING, 1):
            ends = swings([point[place] for point in self._series], SWING[name])
            if len(ends) > SWINGS:
                low, high = min(ends[-2:]), max(ends[-2:])
                return _SWINGS[name].format(count=len(ends) - 1, low=low, high=high, percent=100 * WINDOW)
        return None


_OUTPUTS = ("discriminator_loss", "generator_loss", "real_logit", "fake_logit")

_SWINGS = {
    "paired_accuracy": (
        "the two networks chase each other: the share of pairs that the discriminator ranks rightly swings between"
        " {low:.0%} and {high:.0%}, {count} times within {percent:.0f} % of the training"
    ),
    "loss": (
        "the two networks chase each other: the discriminator's loss swings between {low:.2f} and {high:.2f} of"
        " that of one that cannot tell, {count} times within {percent:.0f} % of the training"
    ),
}


def swings(series: Iterable[float], least: float) -> list[float]:
    """The turning points of a series whose ups and downs are at least this large, its first value and last extreme
    among them: a zigzag."""
    ends: list[float] = []
    extreme, direction = 0.0, 0
    for value in series:
        if not ends:
            ends, extreme = [value], value
        elif direction == 0:
            if abs(value - ends[0]) >= least:
                direction, extreme = (1 if value > ends[0] else -1), value
        elif (value - extreme) * direction > 0:
            extreme = value
        elif (extreme - value) * direction >= least:
            ends.append(extreme)
            extreme, direction = value, -direction
    return [*ends, extreme] if direction else ends
