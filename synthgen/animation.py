"""The sample pictures of a run one after the other: as a GIF, or as a numbered strip."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from synthgen.errors import DataError, UsageError
from synthgen.files import write_atomically
from synthgen.run_directory import Run

_NAME = re.compile(r"step-(\d+)\.png")
_MARGIN = 6
_GAP = 12


class Frame(NamedTuple):
    """A sample picture of a run."""

    step: int
    path: Path


def list_frames(path: Path) -> list[Frame]:
    """The sample pictures of a run, by step. Raises UsageError if it has not even two."""
    folder = Run.open(path).samples
    found = [
        Frame(int(m[1]), file) for file in folder.glob("step-*.png") if (m := _NAME.fullmatch(file.name))
    ]
    if len(found) < 2:
        raise UsageError(
            f"the run in {path} has {'one sample picture' if found else 'no sample pictures'}"
            f" ({folder.name}/step-*.png), which shows no course; train.sample_every says how often to draw one"
        )
    return sorted(found)


def choose_frames(frames: Sequence[Frame], most: int) -> list[Frame]:
    """At most so many of them, evenly over their order, the first and the last always among them."""
    if most < 2:
        raise UsageError(f"there must be 2 pictures or more, not {most}")
    if len(frames) <= most:
        return list(frames)
    return [frames[round(i * (len(frames) - 1) / (most - 1))] for i in range(most)]


def write_gif(
    frames: Sequence[Frame], path: Path, seconds_per_frame: float = 0.5, max_side: int = 800
) -> None:
    """Write the pictures as a GIF that begins again when it ends, each labelled with its step.

    Larger ones are scaled down to `max_side` pixels on the longer side. Raises DataError for a picture that cannot
    be read.
    """
    if not 0.02 <= seconds_per_frame <= 60:
        raise UsageError(f"seconds per frame must be between 0.02 and 60, not {seconds_per_frame:g}")
    pictures = _labelled(frames, [f"step {frame.step:,}" for frame in frames], max_side)
    first = next(pictures)
    milliseconds = round(100 * seconds_per_frame) * 10  # a GIF counts in hundredths of a second
    write_atomically(
        path,
        lambda file: first.save(
            file, "gif", save_all=True, append_images=pictures, duration=milliseconds, loop=0
        ),
    )


def write_strip(frames: Sequence[Frame], path: Path, max_side: int = 800) -> None:
    """Write the pictures side by side as one PNG, numbered from 1 and labelled with their steps."""
    labels = [f"{number}: step {frame.step:,}" for number, frame in enumerate(frames, 1)]
    pictures = list(_labelled(frames, labels, max_side))
    width, height = pictures[0].size
    strip = Image.new("RGB", (len(pictures) * (width + _GAP) - _GAP, height), "white")
    for i, picture in enumerate(pictures):
        strip.paste(picture, (i * (width + _GAP), 0))
    write_atomically(path, lambda file: strip.save(file, "png"))


def _labelled(frames: Sequence[Frame], labels: Sequence[str], max_side: int) -> Iterator[Image.Image]:
    """The pictures below their labels, all of the size of the first and scaled down if that is large."""
    size: tuple[int, int] | None = None
    for frame, label in zip(frames, labels, strict=True):
        picture = _read(frame.path)
        if size is None:
            scale = min(1.0, max_side / max(picture.size))
            size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
            height = min(24, max(11, size[0] // 24))
            font, top = ImageFont.load_default(size=height), height + 2 * _MARGIN
            width = max(size[0], *(int(font.getlength(text)) + 2 * _MARGIN for text in labels))
        if picture.size != size:
            picture = picture.resize(size, Image.Resampling.LANCZOS)
        canvas = Image.new("RGB", (width, size[1] + top), "white")
        ImageDraw.Draw(canvas).text((_MARGIN, top // 2), label, fill="black", font=font, anchor="lm")
        canvas.paste(picture, (0, top))
        yield canvas


def _read(path: Path) -> Image.Image:
    try:
        with Image.open(path) as picture:
            return picture.convert("RGB")
    except UnidentifiedImageError as error:
        raise DataError(f"{path} is cut short or is no picture; remove it, and the others serve") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error
