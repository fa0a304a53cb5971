"""Built-in exporters: one file a format. `dataset` writes what every export has: manifest and card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synthgen import Register, hookimpl

if TYPE_CHECKING:
    from synthgen.hookspecs import Register


@hookimpl
def register_exporters(register: Register) -> None:
    """Register the built-in formats; imported here, so that `export.settings` does without torch."""
    from synthgen.export.csv_file import CsvExporter  # noqa: PLC0415
    from synthgen.export.huggingface import HuggingFaceExporter  # noqa: PLC0415
    from synthgen.export.idx import IdxExporter  # noqa: PLC0415
    from synthgen.export.image_folder import ImageFolderExporter  # noqa: PLC0415
    from synthgen.export.npz import NpzExporter  # noqa: PLC0415
    from synthgen.export.parquet import ParquetExporter  # noqa: PLC0415
    from synthgen.export.webdataset import WebDatasetExporter  # noqa: PLC0415

    register("image_folder", ImageFolderExporter)
    register("npz", NpzExporter)
    register("idx", IdxExporter)
    register("csv", CsvExporter)
    register("parquet", ParquetExporter)
    register("webdataset", WebDatasetExporter)
    register("huggingface", HuggingFaceExporter)
