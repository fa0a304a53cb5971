"""The built-in codecs, registered by the same hook as everybody's."""

from __future__ import annotations

from collections.abc import Callable

from synthgen import Codec, hookimpl
from synthgen.data.codecs.images import ImageCodec


@hookimpl
def register_codecs(register: Callable[[str, type[Codec]], None]) -> None:
    """Register the built-in codecs."""
    register("images", ImageCodec)
