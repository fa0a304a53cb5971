"""Reading data from wherever a path leads: any format of a source, of an exporter, or a source by its name."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from glob import escape
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np

from synthgen.comparing.aligning import KIND_WORDS
from synthgen.comparing.exported import find_exported, read_exported
from synthgen.comparing.webdataset import read_webdataset
from synthgen.components import Dataset
from synthgen.data.sources.lookup import DATA_VARIABLE
from synthgen.data.sources.metadata_files import find_tables
from synthgen.errors import DataError, DataNotFoundError, UsageError
from synthgen.plugins import Registry
from synthgen.real_data import load_data, load_unseen
from synthgen.recipe import recipe_from_dict
from synthgen.recipe.wording import near
from synthgen.run_directory import Run
from synthgen.starter.locating import guess_labels, label_columns, locate

Kind = Literal["auto", "images", "table", "signals"]

_PACKED = (".gz", ".bz2", ".xz", ".zip")
_TABLES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".data": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
}
"""Sources of tables by the ends of names."""

_NETWORKS = {"generator": "mlp", "discriminator": "mlp", "train": {"steps": 1}}
"""What a recipe needs beside its data; nothing of it is built."""


_OF_ITS_OWN = frozenset(
    (
        "fallback",
        "split",
        "test_size",
        "split_seed",
        "limit",
        "per_class",
        "labels",
        "target",
        "columns",
        "drop",
    )
)
"""What one dataset's section says of it alone, and not of how such data is read."""


def is_run(path: Path) -> bool:
    """Whether this is the folder of a run."""
    run = Run(path)
    return run.recipe.is_file() and run.info.is_file()


def read_path(
    data: str | Path,
    registry: Registry,
    *,
    option: str = "--real",
    settings: Sequence[str] = (),
    like: Mapping[str, Any] | None = None,
    unseen: bool = False,
    kind: Kind = "auto",
) -> Dataset:
    """The data at a path, or of a source that needs no options; a run's is the dataset that it exported.

    A dataset that synthgen exported gives its synthetic samples alone. `settings` are options of sources,
    `size=32`; those that this one does not have are passed over. `like` is the `data:` section of a recipe: how it
    reads is taken over, where the source is the same. `unseen` data is the source's test split where it has one
    and no setting says which part to take; its name says so. `kind` is what arrays in a file are, and what any data
    must be. `option` is what messages call the argument.
    Raises UsageError for what is neither path nor source or no kind of data, DataError for what cannot be read.
    """
    found = _read(data, registry, option, settings, like, unseen, kind)
    if kind not in ("auto", found.kind):
        raise DataError(f"{option} {data}: is {KIND_WORDS[found.kind]}, not {KIND_WORDS[kind]}")
    return found


def _read(
    data: str | Path,
    registry: Registry,
    option: str,
    settings: Sequence[str],
    like: Mapping[str, Any] | None,
    unseen: bool,
    kind: Kind,
) -> Dataset:
    text = str(data)
    path = Path(text).expanduser()
    if is_run(path):
        if option != "--synthetic":
            raise UsageError(f"{option} {text}: is the folder of a run; name the data itself")
        path = Run(path).dataset
        if find_exported(path) is None:
            raise UsageError(
                f"{option} {text}: this run has exported no dataset; make one: synthgen export {text}"
            )
    folder = find_exported(path)
    if folder is not None:
        return read_exported(folder)
    tars = [path] if path.is_file() else sorted(path.glob("*.tar")) if path.is_dir() else []
    if tars and all(tar.suffix.lower() == ".tar" for tar in tars):
        return read_webdataset(tars, path.stem)
    if path.is_file() and path.suffix.lower() == ".npy":
        return _array(path, f"{option} {text}", kind)
    section = _section(text, path, registry, option)
    if section["name"] == "npz":
        head = array_head(path) if kind == "auto" else None
        if head is not None and head[0].kind == "f" and len(head[1]) == 3:
            section["kind"] = "signals"  # as arrays of floats in other files and in memory are
        elif kind in ("images", "signals"):
            section["kind"] = kind
    if like is not None and like.get("name") == section["name"]:
        section = {key: value for key, value in like.items() if key not in _OF_ITS_OWN} | section
    known = registry.find("source", section["name"]).component.Options.model_fields
    fitting = [f"data.{setting}" for setting in settings if _key(setting) in known]
    try:
        recipe = recipe_from_dict({"data": section, **_NETWORKS}, registry, fitting)
        return load_unseen(recipe, asked=any(map(_says_split, fitting))) if unseen else load_data(recipe)
    except DataNotFoundError as error:
        if section.get("path") != text:  # a source by its name says itself what it looked for
            raise
        raise UsageError(
            f"{option} {text}: there is no such file, nor in the folder {DATA_VARIABLE} names"
        ) from error


def array_head(path: Path) -> tuple[np.dtype, tuple[int, ...]] | None:
    """Type and shape of the samples in an .npy or .npz file; None for other files, and for what cannot be read."""
    try:
        if path.suffix.lower() == ".npy":
            with path.open("rb") as file:
                return _head(file)
        if path.suffix.lower() == ".npz":
            with zipfile.ZipFile(path) as archive, archive.open("x.npy") as file:
                return _head(file)
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
        pass  # whoever reads it tells
    return None


def _head(file: IO[bytes]) -> tuple[np.dtype, tuple[int, ...]] | None:
    version = np.lib.format.read_magic(file)
    known = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in known:
        return None
    shape, _, dtype = known[version](file)
    return dtype, shape


def _array(path: Path, what: str, kind: Kind) -> Dataset:
    """The samples in an .npy file, which have no labels."""
    from synthgen.comparing.memory import from_memory  # noqa: PLC0415 - pandas is slow to import

    try:
        values = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{what}: is no .npy file that can be read: {error}") from error
    return replace(from_memory(values, what, kind), name=path.stem)


def check_settings(settings: Sequence[str], registry: Registry) -> None:
    """Raise UsageError for what is no `KEY=VALUE`, and for a key that no source has."""
    known = {key for source in registry.all("source") for key in source.component.Options.model_fields}
    for setting in settings:
        if "=" not in setting:
            raise UsageError(f"--set {setting}: must be KEY=VALUE, such as size=32")
        if _key(setting) not in known:
            raise UsageError(
                f"--set {setting}: no source has such an option.{near(_key(setting), sorted(known))}"
            )


def _says_split(setting: str) -> bool:
    return _key(setting.removeprefix("data.")) == "split"


def _key(setting: str) -> str:
    return setting.partition("=")[0].strip().split(".")[0]


def _section(text: str, path: Path, registry: Registry, option: str) -> dict[str, Any]:
    """The `data:` section for a path."""
    table = _table_source(path)
    if path.is_dir() and not find_tables(path):
        files = [child for child in path.iterdir() if _table_source(child)]
        files = [file for file in files if file.suffix.lower() != ".txt"] or files  # README.txt is no table
        inside, ends = {_table_source(file) for file in files}, sorted({file.suffix for file in files})
        if len(inside) == 1 and not any(child.is_dir() for child in path.iterdir()):
            if len(ends) > 1:
                raise UsageError(
                    f"{option} {text}: holds files *{' and *'.join(ends)}; name those of one kind"
                )
            pattern = Path(escape(str(path.absolute()))) / f"*{ends[0]}"
            return {"name": inside.pop(), "path": str(pattern)}
    elif table is not None and not path.is_dir() and (path.exists() or path.suffix != ".txt"):
        return {"name": table, "path": text}
    section = locate(text, registry, option)
    if section["name"] == "idx" and (labels := guess_labels(path)) is not None:
        section["labels"] = str(labels)
    if section["name"] == "huggingface":
        columns = label_columns(path)
        section["label"] = columns[0] if len(columns) == 1 else None
    return section


def _table_source(path: Path) -> str | None:
    """The source that reads a file of this name, if that is a table's."""
    name = path.name.lower()
    packed = next((end for end in _PACKED if name.endswith(end)), "")
    return _TABLES.get(Path(name.removesuffix(packed)).suffix)
