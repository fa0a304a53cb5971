"""Reading one picture file of any kind that Pillow knows as uint8 pixels, grey or RGB."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm")
)
"""File names that end so, in whatever case, are taken for pictures."""

Resize = Literal["crop", "pad", "stretch"]

_ORIENTATION = 0x0112  # the EXIF tag
_GREY_AS_COLOUR = "LA;16B"  # a PNG of grey and alpha of 16 bits each, which Pillow decodes as RGBA
_TIFF_SIZE = (256, 257)
_ON_ITS_SIDE = (5, 6, 7, 8)  # its values that swap width and height


class PictureError(Exception):
    """A picture cannot be read; the message says why."""


class Header(NamedTuple):
    """What is known of a picture before it is decoded."""

    height: int
    width: int
    grey: bool
    alpha: bool


def read_header(path: Path) -> Header:
    """Size (upright) and kind of a picture. Raises PictureError if it is none."""
    from PIL import Image  # noqa: PLC0415

    try:
        with Image.open(path) as image:
            width, height = image.size
            if image.format == "TIFF":  # Pillow's versions differ in whether a TIFF's size is upright
                width, height = (image.tag_v2[tag] for tag in _TIFF_SIZE)  # type: ignore[attr-defined]
            if _orientation(image) in _ON_ITS_SIDE:
                width, height = height, width
            return Header(height, width, _is_grey(image), image.has_transparency_data)
    except Exception as error:  # Pillow's plugins raise whatever they stumble over
        raise PictureError(_reason(error)) from error


def read_pixels(path: Path, *, grey: bool, size: tuple[int, int] | None, resize: Resize) -> np.ndarray:
    """Decode a picture, set it upright as its EXIF data says, and bring it to `size` (height, width).

    Returns uint8, `(H, W)` if `grey`, else `(H, W, 3)`; alpha is dropped, 16 bits become 8, and of several
    frames the first is taken. `resize` is for pictures of another aspect: `crop` the longer side, `pad` the
    shorter with black, or `stretch`. Raises PictureError.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415

    try:
        # by a stream, since Pillow maps an uncompressed TIFF named by its path, and scrambles it if it is turned
        with path.open("rb") as stream, Image.open(stream) as file:
            if size is not None:
                # decodes a large JPEG at half size, a quarter, ... as long as it stays well above `size`
                file.draft(None, (2 * max(size), 2 * max(size)))
            image = _eight_bits(ImageOps.exif_transpose(file), grey)
    except PictureError:
        raise
    except Exception as error:  # as above
        raise PictureError(_reason(error)) from error
    if size is not None and image.size != (size[1], size[0]):
        wanted, bicubic = (size[1], size[0]), Image.Resampling.BICUBIC
        if resize == "crop":
            image = ImageOps.fit(image, wanted, bicubic)
        elif resize == "pad":
            image = ImageOps.pad(image, wanted, bicubic)
        else:
            image = image.resize(wanted, bicubic)
    return np.asarray(image)


def _orientation(image: Image) -> int:
    # for a PNG without EXIF data before its pixels, getexif would decode the whole picture
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    return int(image.getexif().get(_ORIENTATION, 1))


def _is_grey(image: Image) -> bool:
    if image.mode == "P":
        colours = np.array(image.getpalette("RGB")).reshape(-1, 3)
        return bool((colours == colours[:, :1]).all())
    if image.mode == "RGBA" and image.tile and image.tile[0][3] == _GREY_AS_COLOUR:  # type: ignore[attr-defined]
        return True
    return image.mode in ("1", "L", "LA", "La", "F") or image.mode.startswith("I")


def _eight_bits(image: Image, grey: bool) -> Image:
    from PIL import Image as Images  # noqa: PLC0415

    if image.mode.startswith("I"):  # Pillow would cut off at 255 instead of scaling
        deep = np.asarray(image)
        if deep.min() < 0 or deep.max() > 0xFFFF:
            raise PictureError("pixels of 32 bits; make it 8 or 16 bits")
        image = Images.fromarray(np.rint(deep / 257).astype(np.uint8))
    elif image.mode == "F":
        raise PictureError("floating-point pixels; make it 8 or 16 bits")
    elif image.mode == "P" and image.has_transparency_data:
        image = image.convert("RGBA")
    return image.convert("L" if grey else "RGB")


def _reason(error: Exception) -> str:
    if type(error).__name__ == "UnidentifiedImageError":  # its text only repeats the path
        return "not a picture that Pillow knows"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
