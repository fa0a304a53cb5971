"""The built-in sources, registered by the same hook as everybody's."""

from __future__ import annotations

from collections.abc import Callable

from synthgen import Source, hookimpl
from synthgen.data.sources.digits import Digits
from synthgen.data.sources.image_folder import ImageFolder
from synthgen.data.sources.mnist import Mnist
from synthgen.data.sources.npz import Npz


@hookimpl
def register_sources(register: Callable[[str, type[Source]], None]) -> None:
    """Register the built-in sources."""
    register("mnist", Mnist)
    register("digits", Digits)
    register("image_folder", ImageFolder)
    register("npz", Npz)
