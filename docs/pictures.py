"""Makes the README's picture from a finished run of `recipes/mnist_cgan.yaml`.

synthgen run recipes/mnist_cgan.yaml --out runs/readme && python docs/pictures.py runs/readme
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image


def main(run: Path) -> None:
    """Save the run's last sample grid, in 16 greys, beside this file."""
    newest = max((run / "samples").glob("step-*.png"))
    grid = Image.open(newest).convert("L").quantize(16)
    grid.save(Path(__file__).parent / "mnist_cgan.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
