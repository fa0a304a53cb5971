"""Makes docs/textbook.md, the table of all textbook systems with a picture of each, from finished runs of them.

    python docs/textbook_page.py --commands | sh    # makes the runs, in runs/textbook; their heads say how long
    python benchmarks/textbook.py --json docs/textbook/speed.json
    python docs/textbook_page.py runs/textbook [--data FOLDER]

The runs lie in one folder, each under its recipe's name; where a recipe's head has an improved setting, the run
with it is called NAME-better. All of them take hours, so not all need be there: figures are kept in
textbook/figures.json, and of a run that is not there the page says what it said before, or that it was not run.
What the benchmark measured is read from textbook/speed.json. `--data` names the folder that holds the real images,
as SYNTHGEN_DATA does.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import sys
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import numpy as np
from pictures import save_small
from PIL import Image

import synthgen
from synthgen import Synthesizer
from synthgen.files import write_atomically
from synthgen.listeners import duration
from synthgen.pictures import sample_grid
from synthgen.plugins import Registry, load_plugins
from synthgen.recipe import Recipe, load_recipe
from synthgen.recipe.shipped import find_shipped
from synthgen.run_directory import Run

DOCS = Path(__file__).parent
RUNS = Path("runs/textbook")
sys.path.append(str(DOCS.parent / "benchmarks"))
import textbook as benchmark  # noqa: E402 - in another folder
from textbook_judge import (  # noqa: E402 - in another folder
    Figures,
    Judges,
    describe_discriminator,
    describe_lattices,
    describe_points,
    judge_real,
    judge_samples,
)

WORKSHOP = "The Deep Learning Workshop (2020)"
WITH_R = "Advanced Deep Learning with R (2019), chapter 9"
BLOG = "TensorFlow for R blog (2018)"
HANDS_ON = "Hands-On Deep Learning Algorithms with Python (2019), chapter 8"
MASTERY = "Machine Learning Mastery (2019)"
SYSTEMS = {
    "sine_fcgan": f"{WORKSHOP}, exercise 7.04",
    "mnist_dcgan_upsample": f"{WORKSHOP}, exercise 7.05",
    "fashion_dcgan": f"{WORKSHOP}, activity 7.01",
    "mnist_five": WITH_R,
    "mnist_five_deep": WITH_R,
    "mnist_eight_deep": WITH_R,
    "mnist_acgan": BLOG,
    "mnist_mlp_gan": HANDS_ON,
    "mnist_minimax_gan": HANDS_ON,
    "cifar10_dcgan": HANDS_ON,
    "mnist_lsgan": HANDS_ON,
    "mnist_wgan": HANDS_ON,
    "mnist_wgan_gp": f"{HANDS_ON}, the paper it points to",
    "mnist_dcgan": MASTERY,
    "sine_discriminator": f"{WORKSHOP}, exercise 7.03",
    "mnist_discriminator": MASTERY,
    "ising_cgan": f"{MASTERY}, a reader's question",
}
"""Recipes in the order of the page, and what each is from."""

MEASURING = "python benchmarks/textbook.py --threads 2 --seconds 1 --json docs/textbook/speed.json"
SPEED = """\
## Speed

Milliseconds of a training step, the median of some rounds in which all took turns on one machine; ratios are of one
round, with the least and the greatest. *Keras* is the book's procedure, `predict` and `train_on_batch`, with
TensorFlow; *PyTorch* the same as a plain loop; *ours* the same by synthgen, in bf16 where it finds that faster and
in fp32, as the others, elsewhere. *Ours, shared* lets both networks learn from the same samples in one pass, as
synthgen does by default: `train.generator_batch_size=null train.discriminator_passes=joint`. Where a figure is
missing, it was not measured.
"""
REAL = "real images of "
COLUMNS, ROWS = 10, 3
FIGURES = ("recognised", "entropy", "coverage", "as asked", "worth")

INTRODUCTION = """\
# The textbook systems

Every network of five teaching texts on GANs as a recipe: `synthgen run NAME`. Layers and training are the books',
as each recipe's head says; a row whose name ends in `-better` is the same recipe with the overrides that its head
has, which were not better everywhere. Where the data was not at hand, the row says what stood in: cifar10-jpeg is a
folder of 10,000 of CIFAR-10's images as JPEG, given by `data=image_folder data.root=FOLDER data.size=32
data.labelled=false`; of the book's 500 epochs the recipe's half hour was enough for 244 steps.

Images are judged by a small CNN trained on the real training images. *Recognised* is the share of 10,000 samples
of which it gives one class a probability of 0.9 or more; *entropy* is that of the classes it sees, in bits, over
that of equally many of each; *coverage* is the share of up to 5,000 real images, of the classes that are made,
which have one of as many samples as near as their fifth real neighbour, by what the CNN sees: low where samples are
alike, or like nothing real; *as asked* is the share of samples that it puts into the class they were asked for;
*worth* is the accuracy on real test images of the same CNN trained on 10,000 samples alone. One run each:
differences of a hundredth or two say nothing.
"""


@dataclass
class Row:
    """What the page says of one run."""

    name: str
    book: str
    steps: str = ""
    time: str = ""
    device: str = ""
    figures: Figures = field(default_factory=dict)
    note: str = ""
    picture: str = ""

    def add(self, note: str) -> None:
        """One more thing to know."""
        self.note = f"{self.note}; {note}" if self.note else note


def main() -> None:
    """Write the page, or print the commands that make the runs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", type=Path, nargs="?", default=RUNS)
    parser.add_argument("--data", help="folder with the real images, in the place of SYNTHGEN_DATA")
    parser.add_argument("--out", type=Path, default=DOCS, help="where textbook.md and its pictures go")
    parser.add_argument("--commands", action="store_true", help="print the commands that make the runs")
    arguments = parser.parse_args()
    if arguments.commands:
        print("\n".join(commands(arguments.runs)))
        return
    if arguments.data:
        os.environ["SYNTHGEN_DATA"] = arguments.data
    write_page(arguments.runs, arguments.out, load_plugins(installed=False))


def commands(runs: Path) -> list[str]:
    """A `synthgen run` for each recipe, and one for its improved setting."""
    return [
        shlex.join(["synthgen", "run", name, *overrides, "export=null", "--out", (runs / run).as_posix()])
        for name in SYSTEMS
        for run, overrides in ((name, []), (f"{name}-better", better(name)))
        if overrides or run == name
    ]


def better(name: str) -> list[str]:
    """The overrides of the improved setting that the recipe's head names; none if it names none."""
    head = find_shipped(name).text.split("\nname:")[0]
    text = "\n".join(line.removeprefix("#").strip() for line in head.splitlines()).replace("\\\n", " ")
    lines = re.findall(rf"^synthgen run {name} (.*=.*)$", text, re.MULTILINE)
    return next((shlex.split(line) for line in lines if "data=" not in line), [])


def write_page(runs: Path, out: Path, registry: Registry) -> None:
    """Judge all runs and write textbook.md, its figures and textbook/NAME.png into `out`."""
    pictures = out / "textbook"
    pictures.mkdir(parents=True, exist_ok=True)
    known = read_known(pictures / "figures.json")
    judges, rows = Judges(), []
    for name, book in SYSTEMS.items():
        for path in (runs / name, runs / f"{name}-better"):
            row = Row(path.name, book)
            read_run(row, name, path, judges, registry, pictures)
            if not row.steps and path.name in known:
                row = replace(known[path.name], book=book)
            elif not row.steps and path.name != name:
                continue  # a better setting that was never run
            print(row.name, row.figures, row.note, flush=True)
            rows.append(row)
    found = {name: judge for name, judge in judges.found.items() if judge}
    real = {name: Row(f"{REAL}{name}", "", figures=judge_real(judge)) for name, judge in found.items()}
    before = {name.removeprefix(REAL): row for name, row in known.items() if name.startswith(REAL)}
    rows += (before | real).values()
    write_known(pictures / "figures.json", rows)
    write_atomically(out / "textbook.md", page(rows, speed(pictures / "speed.json")).encode())


def read_known(file: Path) -> dict[str, Row]:
    """The rows of the page as it was; none if there was none."""
    rows = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    return {row["name"]: Row(**row) for row in rows}


def write_known(file: Path, rows: list[Row]) -> None:
    """The rows that have figures, for the next time."""
    kept = [asdict(row) for row in rows if row.steps or row.figures]
    write_atomically(file, (json.dumps(kept, indent=1) + "\n").encode())


def read_run(row: Row, name: str, path: Path, judges: Judges, registry: Registry, pictures: Path) -> None:
    """Fill in what the run at this path of the recipe of this name came to, and save its picture."""
    run = Run(path)
    if not run.info.is_file():
        row.note = "not run"
        return
    info = run.read_info()
    if info["status"] != "finished":
        row.note = f"not finished: {info['status']}"
        return
    recipe = load_recipe(run.recipe, registry=registry)
    row.steps, row.time = f"{info['steps']:,}", duration(info["seconds"]["training"])
    row.device = f"{info['device']['description']}, {info['precision']}"
    row.note = describe_data(info["data"], recipe, load_recipe(find_shipped(name).path, registry=registry))
    file = pictures / f"{path.name}.png"
    row.picture = f"{pictures.name}/{file.name}"
    if recipe.generator.every == 0:
        row.add(describe_discriminator(run))
        save_small(Image.open(run.losses).convert("RGB").reduce(2), file)
        return
    model = synthgen.load(path, registry)
    if model.codec.kind == "table":
        row.add(describe_points(model))
        save_small(Image.open(max(run.samples.glob("step-*.png"))).convert("RGB").reduce(2), file)
        return
    save_small(grid(model), file)
    if recipe.data is not None and recipe.data.source.name == "ising":
        row.add(describe_lattices(model))
        return
    judge = judges.of(run, recipe)
    if judge is not None:
        row.figures = judge_samples(model, judge)


def describe_data(info: dict[str, Any], recipe: Recipe, shipped: Recipe) -> str:
    """What the run was trained on, if that is not what the recipe has."""
    if any(note.startswith("stands in") for note in info["notes"]):
        return f"on {info['name']}, since {info['asked_for']} was not found"
    assert recipe.data is not None and shipped.data is not None
    return "" if recipe.data.source.name == shipped.data.source.name else f"on {info['name']}"


def grid(model: Synthesizer) -> Image.Image:
    """Samples in three rows of ten; with several classes a column for each of the first ten."""
    if len(model.classes) > 1:
        wanted = [label.number for label in model.classes[:COLUMNS]]
        x, _ = model.sample(per_class=ROWS, classes=wanted, seed=2)
    else:
        x, _ = model.sample(ROWS * COLUMNS, seed=2)
    picture = sample_grid([("", row) for row in np.split(x, ROWS)])
    return picture if x.ndim == 4 else picture.convert("L")


def speed(file: Path) -> str:
    """The section on the benchmark's figures, in the order of the page; empty if there are none."""
    results = benchmark.load(file) if file.is_file() else {}
    known = {name: results[name] for name in SYSTEMS if name in results}
    if not known:
        return ""
    shown = benchmark.table(known, [benchmark.KERAS, benchmark.PLAIN, benchmark.BOOK])
    how = f"`{MEASURING}`, some systems at a time, turns of 1 to 1.2 s, cifar10_dcgan's of two steps"
    return f"{SPEED}\n{shown}\n\n{how}: {benchmark.machines(known)}.\n"


def page(rows: list[Row], measured: str) -> str:
    """The page's text; it speaks of the usual folder of runs, wherever these were."""
    devices = sorted({row.device for row in rows if row.device})
    letters = dict(zip(devices, ascii_lowercase, strict=False))
    listed = "; ".join(f"{letter}: {device}" for device, letter in letters.items())
    where = f"Trained on {listed}.\n" if devices else ""
    making = f"python docs/textbook_page.py {RUNS.as_posix()}"
    commanded = "\n".join([*commands(RUNS), MEASURING, making])
    pictures = [f"{row.name}\n\n![what {row.name} makes]({row.picture})\n" for row in rows if row.picture]
    made = f"## How this page was made\n\n```sh\n{commanded}\n```\n"
    parts = [INTRODUCTION, where, table(rows, letters), measured, "## Pictures\n", *pictures, made]
    return "\n".join(part for part in parts if part)


def table(rows: list[Row], letters: dict[str, str]) -> str:
    """All rows, in Markdown; devices by their letters."""
    heads = ["recipe", "from", "steps", "training", "on", *FIGURES, ""]
    lines = [heads, ["---"] * len(heads)]
    for row in rows:
        figures = [f"{row.figures[name]:.3f}" if name in row.figures else "" for name in FIGURES]
        lines.append(
            [row.name, row.book, row.steps, row.time, letters.get(row.device, ""), *figures, row.note]
        )
        lines[-1] = [
            cell.replace("|", r"\|") for cell in lines[-1]
        ]  # of |magnetisation|, which would end a cell
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    main()
