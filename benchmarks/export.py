"""How fast is a dataset written, and in how much memory? Samples a second, generation included, by format.

    python benchmarks/export.py RUN [--count 20000] [--rounds 3] [--formats npz,image_folder] [--folder DIR]
    python benchmarks/export.py RUN --memory --formats npz,idx --count 1000000

RUN is a finished run, such as one of recipes/mnist_cgan.yaml. The formats take turns, `--rounds` times, in a new
folder below `--folder`: writing a file for each image is as fast as the file system lets it, so try another one
too, such as a tmpfs. `--memory` instead tells the peak memory of a process of its own that exports `--count`
samples, and of one that exports 10,000.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import synthgen
from synthgen.exporting import export
from synthgen.recipe import parse_export
from synthgen.synthesizer import Synthesizer

_PEAK = """
import resource, sys
from synthgen.cli import main
try:
    main(sys.argv[1:])
except SystemExit as done:
    assert not done.code
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 // (1024 if sys.platform == "darwin" else 1))
"""


def generation(model: Synthesizer, count: int) -> float:
    """Samples a second that are made and thrown away."""
    start = time.perf_counter()
    for _ in model.stream(model.plan(count)):
        pass
    return count / (time.perf_counter() - start)


def rate(model: Synthesizer, format_: str, count: int, folder: Path) -> float:
    """Samples a second from the model to the finished folder."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        start = time.perf_counter()
        export(model, parse_export({"format": format_, "count": count}), Path(scratch) / "out", seed=0)
        return count / (time.perf_counter() - start)


def peak_memory(run: str, format_: str, count: int, folder: Path) -> int:
    """MiB that a process needs at most to export so many samples."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        command = ["export", run, "--format", format_, "-n", str(count), "--out", f"{scratch}/out"]
        done = subprocess.run(
            [sys.executable, "-c", _PEAK, *command], capture_output=True, text=True, check=True
        )
    return int(done.stdout.split()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--formats", default="npz,idx,csv,parquet,webdataset,huggingface,image_folder")
    parser.add_argument("--folder", type=Path, default=Path())
    parser.add_argument("--memory", action="store_true")
    arguments = parser.parse_args()
    formats = arguments.formats.split(",")
    if arguments.memory:
        for format_ in formats:
            for count in (10_000, arguments.count):
                peak = peak_memory(arguments.run, format_, count, arguments.folder)
                print(f"{format_:14} {count:10,} samples: {peak:,} MiB at most", flush=True)
        return
    model = synthgen.load(arguments.run)
    generation(model, 1024)
    rates: dict[str, list[float]] = {"generation": [], **{format_: [] for format_ in formats}}
    for _ in range(arguments.rounds):
        rates["generation"].append(generation(model, arguments.count))
        for format_ in formats:
            rates[format_].append(rate(model, format_, arguments.count, arguments.folder))
    for name, values in rates.items():
        print(
            f"{name:14} {statistics.median(values):8,.0f} a second ({min(values):,.0f} to {max(values):,.0f})"
        )


if __name__ == "__main__":
    main()
