"""Which kinds of component a plugin may register: one hook for each.

Every hook is handed `register(name, component_class)` and calls it once for each component it has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pluggy

PROJECT = "synthgen"
"""pluggy's project name, and the entry-point group in which plugins are found."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Register = Callable[[str, type[Any]], None]


@hookspec
def register_sources(register: Register) -> None:
    """Register subclasses of `synthgen.Source`."""


@hookspec
def register_codecs(register: Register) -> None:
    """Register subclasses of `synthgen.Codec`."""


@hookspec
def register_generators(register: Register) -> None:
    """Register subclasses of `synthgen.Generator`."""


@hookspec
def register_discriminators(register: Register) -> None:
    """Register subclasses of `synthgen.Discriminator`."""


@hookspec
def register_losses(register: Register) -> None:
    """Register subclasses of `synthgen.Loss`."""


@hookspec
def register_penalties(register: Register) -> None:
    """Register subclasses of `synthgen.Penalty`."""


@hookspec
def register_augmentations(register: Register) -> None:
    """Register subclasses of `synthgen.Augmentation`."""


@hookspec
def register_metrics(register: Register) -> None:
    """Register subclasses of `synthgen.Metric`."""


@hookspec
def register_exporters(register: Register) -> None:
    """Register subclasses of `synthgen.Exporter`."""
