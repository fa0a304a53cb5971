"""Classes that the data knows by number: what they are called."""

from __future__ import annotations

from collections.abc import Sequence

from synthgen import ClassLabel, DataError


def name_numbers(numbers: Sequence[int], names: Sequence[str] | None, where: str) -> tuple[ClassLabel, ...]:
    """The classes with these numbers, which are sorted; without `names` each is called by its number.

    As many names as numbers are taken in their order; of more names, a class has the one that its number
    counts to from 0. Raises DataError, beginning with `where`, for names that fit neither way.
    """
    if names is None:
        return tuple(ClassLabel(number, str(number)) for number in numbers)
    twice = [name for name in names if list(names).count(name) > 1]
    if twice:
        raise DataError(f"{where}: option names has '{twice[0]}' more than once")
    if len(names) == len(numbers):
        return tuple(ClassLabel(*pair) for pair in zip(numbers, names, strict=True))
    if numbers[0] < 0 or numbers[-1] >= len(names):
        found = f"{len(numbers)} class numbers, {numbers[0]} to {numbers[-1]}"
        raise DataError(f"{where}: {len(names)} names for {found}; option names needs one for each")
    return tuple(ClassLabel(number, names[number]) for number in numbers)
