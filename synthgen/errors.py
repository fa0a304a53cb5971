"""The errors a person can cause or meet, one family, each with the exit code of `synthgen`.

Whatever derives from `SynthgenError` is shown as its message alone; anything else is a bug in synthgen and is
shown with a traceback. Messages say where, what is wrong, and what would be right.
"""

from __future__ import annotations

from typing import ClassVar


class SynthgenError(Exception):
    """An expected failure: its message is all a person needs."""

    exit_code: ClassVar[int] = 1


class UsageError(SynthgenError):
    """Something was asked for that cannot be: an option, a path, a class the model does not have."""

    exit_code = 2


class RecipeError(SynthgenError):
    """A recipe is not valid. The message lists every problem, one a line."""

    exit_code = 2


class UnsupportedError(SynthgenError):
    """A component cannot do what its options or the data ask; the message says what it can.

    Plugins raise it from a constructor, so that the fault is told as the recipe's and not as the plugin's. `key` is
    what is at fault among a network's own options, if it is one of them: `layers.3`.
    """

    exit_code = 2
    key: str = ""

    def __init__(self, *args: object, key: str = "") -> None:
        super().__init__(*args)
        self.key = key


class DataError(SynthgenError):
    """Real data is missing, unreadable or not what its source needs."""


class DataNotFoundError(DataError):
    """The data is in none of the places where its source looked; a recipe's `fallback` answers to this."""


class TrainingError(SynthgenError):
    """Training cannot go on, for instance because a loss is no longer finite."""


class UnhealthyError(TrainingError):
    """Training was stopped since it had failed, as the recipe's health policy asks; the message says at what."""


class CheckpointError(SynthgenError):
    """A checkpoint or a saved model is cut short, changed, or belongs to something else."""


class PluginError(SynthgenError):
    """A plugin is broken: at import, in a hook, in a constructor, or in what its network returns."""

    exit_code = 3


class Interrupted(SynthgenError):  # noqa: N818 - it is no error of anybody's
    """A person stopped the work; the message says how to go on."""

    exit_code = 130


def describe(error: BaseException) -> str:
    """An exception as one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
