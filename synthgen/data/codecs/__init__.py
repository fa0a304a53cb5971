"""The built-in codecs, registered by the same hook as everybody's."""

from __future__ import annotations

from collections.abc import Callable

from synthgen import Codec, hookimpl
from synthgen.data.codecs.images import ImageCodec
from synthgen.data.codecs.signals import SignalCodec
from synthgen.data.codecs.table import TableCodec


@hookimpl
def register_codecs(register: Callable[[str, type[Codec]], None]) -> None:
    """Register the built-in codecs."""
    register("images", ImageCodec)
    register("table", TableCodec)
    register("signals", SignalCodec)
