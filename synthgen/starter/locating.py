"""What a person's `--data` means: a source and its options, as a recipe's `data:` section has them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from synthgen.data.sources.metadata_files import FILE_NAME, find_tables, read_columns
from synthgen.data.sources.pictures import SUFFIXES, PictureError, read_header
from synthgen.errors import DataError, UsageError
from synthgen.files import reason
from synthgen.plugins import Registry
from synthgen.recipe.wording import near
from synthgen.starter.sizes import Shape

FOLDER_SOURCES = ("image_folder", "huggingface")
"""Sources that read picture files, which may be of any size."""

_LABEL = "label"
_IDX_START = b"\0\0\x08"
_LOOKED_AT = 1000
"""Pictures whose headers are read to see what size is common."""


def locate(data: str, registry: Registry, option: str = "--data") -> dict[str, Any]:
    """The `data:` section for a path or the name of a source; a path that exists comes first.

    `option` is what messages call the argument.
    Labels of IDX files are still to be found (`guess_labels`), as is a table's column (`label_columns`). Raises
    UsageError for what is neither, and for a file that no source reads.
    """
    path = Path(data).expanduser()
    if path.is_dir():
        kind = "huggingface" if find_tables(path) else "image_folder"
        return {"name": kind, "root": data}
    if path.is_file():
        return _file(data, path, option)
    sources = {registered.name: registered.component.Options for registered in registry.all("source")}
    if data not in sources:
        hint = near(data, list(sources)) if path.name == data else ""
        raise UsageError(f"{option} {data}: there is no such folder, file or source.{hint}")
    needed = [key for key, field in sources[data].model_fields.items() if field.is_required()]
    if needed:
        raise UsageError(
            f"{option} {data}: this source needs {' and '.join(needed)}; name the folder or the file instead"
        )
    return {"name": data}


def guess_labels(images: Path) -> Path | None:
    """The label file beside an IDX file of images, by the names that MNIST's files have."""
    name = images.name.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1")
    labels = images.with_name(name)
    return labels if name != images.name and labels.is_file() else None


def label_columns(root: Path) -> list[str]:
    """Columns of a folder's metadata that may hold the labels: `label` alone if there is one of that name."""
    table = find_tables(root)[0]
    try:
        columns = read_columns(table)
    except DataError:  # the source says so in its turn
        return [_LABEL]
    return [_LABEL] if _LABEL in columns else [column for column in columns if column != FILE_NAME]


def common_shape(root: Path) -> Shape | None:
    """Height and width of most of the pictures below a folder, else of the middle one; None without pictures."""
    files = sorted(path for path in root.rglob("*") if path.suffix.lower() in SUFFIXES)
    sizes: Counter[Shape] = Counter()
    for path in files[:: len(files) // _LOOKED_AT + 1]:
        try:
            header = read_header(path)
        except PictureError:
            continue
        sizes[Shape(header.height, header.width)] += 1
    if not sizes:
        return None
    (shape, count), *_ = sizes.most_common(1)
    if 2 * count >= sizes.total():
        return shape
    return Shape(*(int(median(shape[axis] for shape in sizes.elements())) for axis in (0, 1)))


def _file(data: str, path: Path, option: str) -> dict[str, Any]:
    if path.suffix.lower() == ".npz":
        return {"name": "npz", "path": data}
    try:
        with path.open("rb") as file:
            start = file.read(len(_IDX_START))
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {reason(error)}") from error
    if path.suffix.lower() == ".gz" or start == _IDX_START:
        return {"name": "idx", "images": data}
    if path.suffix.lower() in (".csv", ".parquet"):
        raise UsageError(
            f"--data {data}: a table needs no recipe: synthgen fit {data} --target COLUMN --out DIR; synthgen"
            " init is for pictures"
        )
    raise UsageError(
        f"{option} {data}: not a kind of file that a source reads; name a folder of class folders, a folder with"
        " metadata.csv, an .npz file, an IDX file of images, or a source (synthgen list sources)"
    )
