"""Built-in exporters: one file a format. `dataset` writes what every export has: manifest and card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synthgen import Register, hookimpl

if TYPE_CHECKING:
    from synthgen.hookspecs import Register


@hookimpl
def register_exporters(register: Register) -> None:
    """Register the built-in formats; imported here, so that `export.settings` does without torch."""
    from synthgen.export.image_folder import ImageFolderExporter  # noqa: PLC0415
    from synthgen.export.npz import NpzExporter  # noqa: PLC0415

    register("image_folder", ImageFolderExporter)
    register("npz", NpzExporter)
