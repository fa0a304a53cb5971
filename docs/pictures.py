"""Makes the README's picture from a finished run of `recipes/mnist_cgan.yaml`.

synthgen run recipes/mnist_cgan.yaml --out runs/readme && python docs/pictures.py runs/readme
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

GREYS = 16
COLOURS = (64, 32, 16, 8)


def main(run: Path) -> None:
    """Save the run's last sample grid beside this file."""
    newest = max((run / "samples").glob("step-*.png"))
    save_small(Image.open(newest).convert("L"), Path(__file__).parent / "mnist_cgan.png")


def save_small(picture: Image.Image, path: Path, most: int = 40_000) -> None:
    """Save as PNG in 16 greys, or in the most of 64 to 8 colours with which the file has under `most` bytes."""
    for colours in (GREYS,) if picture.mode == "L" else COLOURS:
        file = BytesIO()
        picture.quantize(colours).save(file, "png", optimize=True)
        if file.tell() < most:
            break
    path.write_bytes(file.getvalue())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
