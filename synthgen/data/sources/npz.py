"""Images or signals and their labels from a NumPy archive, as the npz exporter writes it."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Literal

import numpy as np

from synthgen import ClassLabel, DataError, DataNotFoundError, Dataset, Source, SourceOptions
from synthgen.data.sources.float_images import advice, bytes_of, bytes_of_whole
from synthgen.data.sources.memory import require_memory, require_memory_of_signals
from synthgen.data.sources.splits import refuse_split

_KNOWN = ("x", "y", "classes", "numbers")
"""Arrays whose names have a meaning."""


class Npz(Source):
    """Arrays of an .npz file: x, and if it has labels y, classes and numbers."""

    class Options(SourceOptions):
        """Which file."""

        path: Path
        """File with x (see kind), y (class numbers), classes (their names) and numbers (the class number of each
        name); all but x may be missing."""
        kind: Literal["images", "signals"] | None = None
        """What x is: images, whole numbers from 0 to 255 (N, H, W) or (N, H, W, 1 or 3), or signals, float
        (N, length) or (N, length, channels). If not given, float (N, length) is signals, all else images. Float
        images, from 0 to 1, -1 to 1 or 0 to 255, become uint8; those of three axes only if this says images."""
        given: tuple[str, ...] = ()
        """Arrays of a number for each sample, (N,), such as a temperature, that samples are conditioned on beside
        their class."""

    def load(self) -> Dataset:
        """All samples; such a file has no splits. Without `y` they are unlabelled.

        `classes` without `numbers` are numbered from 0; without either, the classes are the numbers in `y`.
        """
        path: Path = self.options.path.expanduser()
        refuse_split(self.options.split, str(path), "an npz file")
        arrays = _arrays(path, self.options.given)
        raw = arrays["x"]
        kind = self.options.kind or ("signals" if raw.ndim == 2 and raw.dtype.kind == "f" else "images")
        notes: tuple[str, ...] = ()
        if kind == "images" and raw.dtype.kind == "f" and (self.options.kind or raw.ndim == 4):
            made = bytes_of(raw)
            raw, notes = (made[0], (made[1],)) if made is not None else (raw, ())
        elif kind == "images" and (whole := bytes_of_whole(raw)) is not None:
            raw = whole
        undecided = self.options.kind is None and raw.ndim == 3 and raw.dtype.kind == "f"
        x = _signals(path, raw) if kind == "signals" else _images(path, raw, undecided)
        y, classes = _labels(path, arrays, len(x))
        description = f"{kind.capitalize()} from the file {path.name}."
        given = {name: _numbers(path, name, arrays[name], len(x)) for name in self.options.given}
        return Dataset(path.stem, x, y, classes, description, notes, kind, given=given)


def _numbers(path: Path, name: str, values: np.ndarray, count: int) -> np.ndarray:
    if values.dtype.kind not in "iuf" or values.shape != (count,):
        raise _fault(
            path, name, values, f"there must be one number for each of the {count:,} samples, ({count},)"
        )
    numbers = values.astype(np.float64)
    if not np.isfinite(numbers).all():
        row = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise DataError(f"{path}: {name}[{row}] is NaN or infinity; leave such samples out")
    return numbers


def _arrays(path: Path, given: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The arrays that a source knows, without ever unpickling."""
    if not path.exists():
        raise DataNotFoundError(f"{path}: no such file (option path)")
    if not path.is_file() or not zipfile.is_zipfile(path):
        raise DataError(f"{path}: not an npz file, or cut short; numpy.savez makes one")
    arrays = {}
    with np.load(path, allow_pickle=False) as archive:
        if "x" not in archive.files:
            raise DataError(
                f"{path}: no array 'x' (the samples); it has {', '.join(archive.files) or 'none'}"
            )
        for name in given:
            if name in _KNOWN or name not in archive.files:
                others = [other for other in archive.files if other not in _KNOWN]
                raise DataError(
                    f"{path}: no array '{name}' of given numbers; it has {', '.join(others) or 'none'}"
                )
        for name in (*_KNOWN, *given):
            if name not in archive.files:
                continue
            try:
                if name == "x" and "x.npy" in archive.zip.namelist():
                    _require_memory(path)
                arrays[name] = archive[name]
            except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
                hint = "; pickled objects are not read" if "pickle" in str(error) else ""
                raise DataError(f"{path}: array '{name}' cannot be read ({error}){hint}") from error
    return arrays


def _require_memory(path: Path) -> None:
    """Refuse samples larger than memory by what the header of their array says; other faults are found later."""
    with zipfile.ZipFile(path) as archive, archive.open("x.npy") as file:
        version = np.lib.format.read_magic(file)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, _, dtype = read[version](file) if version in read else ((), False, np.dtype(np.uint8))
    if dtype.kind == "f" and len(shape) in (2, 3):
        require_memory_of_signals(str(path), shape, dtype.itemsize, "use a file of fewer signals")
    elif len(shape) in (3, 4):
        image = shape[1:3] if shape[3:] in ((), (1,)) else shape[1:]
        require_memory(str(path), shape[0], image, "use a file of fewer images")


def _signals(path: Path, x: np.ndarray) -> np.ndarray:
    if x.ndim not in (2, 3):
        raise _fault(path, "x", x, "signals must be (N, length) or (N, length, channels)")
    if x.dtype not in (np.float32, np.float64):
        raise _fault(path, "x", x, "signals must be float32 or float64; x.astype('float32') makes them so")
    if not x.size:
        raise _fault(path, "x", x, "there is not one signal in it")
    faulty = np.flatnonzero(~np.isfinite(x.reshape(len(x), -1)).all(1))
    if len(faulty):
        raise DataError(
            f"{path}: x[{faulty[0]}] has NaN or infinity; leave such signals out, or fill the gaps"
        )
    return np.ascontiguousarray(x)


def _images(path: Path, raw: np.ndarray, undecided: bool) -> np.ndarray:
    x = raw
    if x.ndim == 4 and x.shape[3] == 1:
        x = x[..., 0]
    if x.ndim not in (3, 4) or (x.ndim == 4 and x.shape[3] != 3):
        hint = "; put the channels last" if x.ndim == 4 and x.shape[1] in (1, 3) else ""
        raise _fault(path, "x", raw, f"images must be (N, H, W), (N, H, W, 1) or (N, H, W, 3){hint}")
    if x.dtype.kind == "f" and len(faulty := np.flatnonzero(~np.isfinite(x.reshape(len(x), -1)).all(1))):
        raise DataError(f"{path}: x[{faulty[0]}] has NaN or infinity; leave such images out")
    if x.dtype != np.uint8:
        hint = advice(x)
        if undecided:
            hint = (
                "floats from 0 to 1, -1 to 1 or 0 to 255 are taken so if you set kind: images; if these are signals"
                " (N, length, channels), set kind: signals"
            )
        raise _fault(path, "x", x, f"images must be uint8, 0 to 255; {hint}")
    if not x.size:
        raise _fault(path, "x", x, "there is not one image in it")
    return np.ascontiguousarray(x)


def _labels(
    path: Path, arrays: dict[str, np.ndarray], count: int
) -> tuple[np.ndarray, tuple[ClassLabel, ...]]:
    """Indices into the classes `(N,)`, and the classes."""
    if "y" not in arrays:
        for name in ("classes", "numbers"):
            if name in arrays:
                raise DataError(f"{path}: has '{name}' but no 'y' to say which sample is which")
        return np.zeros(count, np.int64), ()
    y = arrays["y"]
    if y.dtype.kind not in "iu":
        raise _fault(path, "y", y, "labels must be integers, the class numbers")
    if y.shape != (count,):
        raise _fault(path, "y", y, f"there must be one label for each of the {count:,} samples, ({count},)")
    classes = _classes(path, arrays)
    index = {label.number: i for i, label in enumerate(classes)}
    found, inverse = np.unique(y, return_inverse=True)
    unknown = [int(number) for number in found if int(number) not in index]
    if unknown:
        row = int(np.flatnonzero(y == unknown[0])[0])
        known = ", ".join(map(str, index))
        raise DataError(f"{path}: y[{row}] is {unknown[0]}, which is no class number; there are {known}")
    positions = np.array([index[int(number)] for number in found], np.int64)
    return positions[inverse.reshape(-1)], classes


def _classes(path: Path, arrays: dict[str, np.ndarray]) -> tuple[ClassLabel, ...]:
    names, numbers = arrays.get("classes"), arrays.get("numbers")
    if names is not None and (names.dtype.kind != "U" or names.ndim != 1):
        raise _fault(path, "classes", names, "class names must be strings, (C,)")
    if numbers is not None and (numbers.dtype.kind not in "iu" or numbers.ndim != 1):
        raise _fault(path, "numbers", numbers, "class numbers must be integers, (C,)")
    if numbers is None:
        numbers = np.unique(arrays["y"]) if names is None else np.arange(len(names))
    if names is None:
        names = np.array([str(number) for number in numbers])
    if len(names) != len(numbers):
        raise DataError(f"{path}: {len(names)} classes but {len(numbers)} numbers; they must be as many")
    for what, values in (("classes", names), ("numbers", numbers)):
        unique, counts = np.unique(values, return_counts=True)
        if len(unique) != len(values):
            raise DataError(f"{path}: '{what}' has {unique[counts > 1][0]} more than once")
    return tuple(ClassLabel(int(number), str(name)) for number, name in zip(numbers, names, strict=True))


def _fault(path: Path, name: str, array: np.ndarray, what: str) -> DataError:
    return DataError(f"{path}: array '{name}' is {array.dtype} {array.shape}; {what}")
