"""Float images of several sides, taken as of one range from black to white."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from synthgen.components import Dataset
from synthgen.data.sources.float_images import Range, as_of, range_in, taken_as, within
from synthgen.errors import DataError

logger = logging.getLogger("synthgen")


def one_range(sides: Mapping[str, Dataset]) -> tuple[dict[str, Dataset], tuple[str, ...]]:
    """The sides with float images taken as of one range, that which holds all of them, and notes which that is.

    It is guessed from the values of each side when that is read. The log tells it, too, as a warning where those
    guesses differ.
    Raises DataError where one side is from 0 to 255 and another is not.
    """
    ranges = {side: told for side, data in sides.items() if (told := range_in(data.notes)) is not None}
    if not ranges:
        return dict(sides), ()
    common = next((r for r in ranges.values() if all(within(o, r) for o in ranges.values())), None)
    if common is None:
        raise DataError(
            f"float images {_listed(ranges)}; bring them to one scale, or one would be black beside another"
        )
    notes = [f"float images of the {_joined(list(ranges))} data are {taken_as(common)}"]
    if len(set(ranges.values())) > 1:
        notes.append(
            f"by their values, float images {_listed(ranges)}; bring them to one scale if this is wrong"
        )
        logger.warning("%s: all are %s", notes[1], taken_as(common))
    else:
        logger.info("%s", notes[0])
    return {
        side: _taken(data, ranges[side], common) if side in ranges else data for side, data in sides.items()
    }, tuple(notes)


def like_training(other: Dataset, train: Dataset, side: str) -> Dataset:
    """Float images as of the range that a training's were taken to have. Raises DataError where they are not."""
    was, range_ = range_in(other.notes), range_in(train.notes)
    if was is None or range_ is None or was == range_:
        return other
    told = f"{side}: its float images are from {_words(was)}, those of the training from {_words(range_)}"
    if not within(was, range_):
        raise DataError(f"{told}; bring them to that scale")
    logger.warning("%s, which they are taken to be from as well", told)
    return _taken(other, was, range_)


def _taken(data: Dataset, was: Range, range_: Range) -> Dataset:
    notes = tuple(note for note in data.notes if range_in((note,)) is None)
    return replace(data, x=data.x if was == range_ else as_of(data.x, was, range_), notes=notes)


def _words(range_: Range) -> str:
    return f"{range_[0]} to {range_[1]}"


def _listed(ranges: Mapping[str, Range]) -> str:
    return ", ".join(f"of the {side} data are from {_words(range_)}" for side, range_ in ranges.items())


def _joined(names: list[str]) -> str:
    return " and the ".join(names)
