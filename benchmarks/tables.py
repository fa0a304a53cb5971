"""Synthetic tables side by side, on UCI Adult: how long they take, what they are worth, and how like the real one.

    python benchmarks/tables.py [--seeds 3] [--only ours,ctgan,tvae] [--python OTHER/bin/python] [--json FILE]
    python benchmarks/tables.py --rows 600 --epochs 2 --seeds 1 --set max_steps=20

For each seed a fifth of the rows is held out, stratified by the target; every generator is fitted on the rest, in a
process of its own, and samples as many rows. `benchmarks/table_judge.py` says how the figures are defined: TSTR,
C2ST and the DCR share are of the held-out rows; column shapes and pair trends of the training rows, as usual, and
of the held-out ones, which no generator can have fitted. Two lines are real: the training rows themselves, and one
half of them as if made from the other.

The table is `--csv`, by default `adult.csv` in `SYNTHGEN_DATA`'s folder. A generator that is not installed here is
looked for in the environments of `--python`, for not all of them go together: CTGAN wants pandas 2. A job that
fails is told and left out. `--large 1000000` also fits ours on so many rows of 20 columns, for its memory.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import yaml
from sklearn.model_selection import train_test_split
from table_generators import KINDS, Job, Kind, Report
from table_judge import (
    column_shapes,
    copied_share,
    is_number,
    pair_trends,
    told_apart,
    train_on_synthetic_test_on_real,
)

RATE_ROWS = 1_000_000
LARGE_COLUMNS = 20
GENERATORS = Path(__file__).with_name("table_generators.py")
_FIND = "import importlib.util as u, sys; sys.exit(u.find_spec(sys.argv[1].split('.')[0]) is None)"

HEADINGS = {
    "seconds": "fit + sample, s",
    "tstr": "TSTR AUC",
    "c2st": "C2ST AUC",
    "shapes": "column shapes",
    "trends": "pair trends",
    "held out shapes": "shapes, held out",
    "held out trends": "trends, held out",
    "copied": "DCR share",
    "memory": "peak memory, MiB",
}


class Split(NamedTuple):
    """The real rows of one seed."""

    train: pd.DataFrame
    test: pd.DataFrame
    target: str
    positive: str
    """The rarer of the target's two values."""
    seed: int


Figures = dict[str, float]
Results = dict[str, list[Figures]]
"""Of each line of the table, a mapping with keys of HEADINGS for each seed."""


def main() -> None:
    arguments = parse()
    whole = read(arguments.csv, arguments.target, arguments.rows)
    chosen = [name for name in arguments.only.split(",") if name != "real"]
    pythons = {name: python_with(KINDS[name], arguments.python) for name in chosen}
    for name in [name for name, python in pythons.items() if python is None]:
        print(f"{KINDS[name].title}: not installed: pip install {KINDS[name].package}", flush=True)
        del pythons[name]
    settings = dict(yaml.safe_load(f"{{{text.replace('=', ': ', 1)}}}").popitem() for text in arguments.set)
    results: Results = {}
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
        split = halves(whole, arguments.target, seed)
        if "real" in arguments.only.split(","):
            add(results, "real: the training rows", judge(split, split.train), seed)
            one, other = train_test_split(
                split.train, test_size=0.5, stratify=split.train[split.target], random_state=seed
            )
            add(results, "real: one half for the other", judge(split._replace(train=one), other), seed)
        for name, python in pythons.items():
            kind = KINDS[name]
            epochs = max(1, round(arguments.epochs * (kind.epochs or 1)))
            job = Job(split.target, seed, epochs, settings, rate=RATE_ROWS if name == "ours" else 0)
            made = make(name, str(python), job, split.train)
            if made is None:
                continue
            report, rows = made
            figures = {"seconds": report.fit + report.sample, "memory": float(report.memory)}
            if report.rows_per_second:
                figures["rows per second"] = report.rows_per_second
            title = kind.title + (f", {epochs} epochs" if kind.epochs else "")
            title += "" if name == "ours" else f" ({kind.package} {report.version})"
            add(results, title, judge(split, rows) | figures, seed)
            save(arguments.json, results)  # each time, for a run takes long
    save(arguments.json, results)
    print(f"\n{table(results)}\n\n`{shlex.join(['python', *sys.argv])}`, {os.cpu_count()} cores")
    summary(results)
    if arguments.large:
        large(whole, arguments.target, settings, arguments.large)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    every = ["real", *KINDS]
    parser.add_argument("--csv", type=Path, help="instead of SYNTHGEN_DATA's adult.csv")
    parser.add_argument("--target", default="income", help="column with two values")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=2, help="our settings were chosen on 0 and 1")
    parser.add_argument("--only", default=",".join(every), help="of %(default)s")
    parser.add_argument("--epochs", type=int, default=300, help="of CTGAN and TVAE; ctgan30 has a tenth")
    parser.add_argument("--rows", type=int, help="of the table only, for a quick try")
    parser.add_argument("--python", action="append", default=[], help="other environments' Python")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="of SynthGAN")
    parser.add_argument("--large", type=int, default=0, help="rows of a fit that is for its memory only")
    parser.add_argument("--json", type=Path, help="file for each seed's figures")
    arguments = parser.parse_args()
    unknown = set(arguments.only.split(",")) - set(every)
    if unknown:
        parser.error(f"--only: no {', '.join(sorted(unknown))}; there are {', '.join(every)}")
    if arguments.csv is None and "SYNTHGEN_DATA" not in os.environ:
        parser.error("set SYNTHGEN_DATA to the folder that holds adult.csv, or give --csv")
    arguments.csv = arguments.csv or Path(os.environ["SYNTHGEN_DATA"]) / "adult.csv"
    return arguments


def read(path: Path, target: str, limit: int | None) -> pd.DataFrame:
    frame = pd.read_csv(path, skipinitialspace=True)
    if target not in frame or frame[target].nunique() != 2:
        sys.exit(f"{path}: needs a column {target!r} with two values; --target names another")
    if limit and limit < len(frame):
        frame, _ = train_test_split(frame, train_size=limit, stratify=frame[target], random_state=0)
    return frame.reset_index(drop=True)


def halves(whole: pd.DataFrame, target: str, seed: int) -> Split:
    train, test = train_test_split(whole, test_size=0.2, stratify=whole[target], random_state=seed)
    return Split(train, test, target, whole[target].value_counts().index[-1], seed)


def python_with(kind: Kind, others: list[str]) -> str | None:
    """The first environment's Python that has what the generator needs."""
    for python in [sys.executable, *others]:
        if not subprocess.run([python, "-c", _FIND, kind.module], check=False).returncode:
            return python
    return None


def make(name: str, python: str, job: Job, train: pd.DataFrame) -> tuple[Report, pd.DataFrame] | None:
    """What the generator tells of itself, and its rows, in the training rows' columns; None if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "train.csv", Path(folder) / "out.csv"
        train.to_csv(source, index=False)
        # -P: the modules beside it are not packages that somebody might import
        command = [python, "-P", str(GENERATORS), name, str(source), str(out), json.dumps(job._asdict())]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no message"]
            print(f"seed {job.seed}, {name}: failed: {lines[-1]}", flush=True)
            return None
        report = Report(**json.loads(done.stdout.splitlines()[-1]))
        return report, in_kind(pd.read_csv(out)[train.columns], train)


def in_kind(rows: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """Whole numbers where the real column has whole numbers, for some generators make fractions of them."""
    whole = [name for name in like if pd.api.types.is_integer_dtype(like[name]) and is_number(rows[name])]
    return rows.assign(**{str(name): rows[name].round() for name in whole})


def judge(split: Split, rows: pd.DataFrame) -> Figures:
    return {
        "tstr": train_on_synthetic_test_on_real(rows, split.test, split.target, split.positive, split.seed),
        "c2st": told_apart(rows, split.test, split.seed),
        "shapes": statistics.mean(column_shapes(split.train, rows).values()),
        "trends": statistics.mean(pair_trends(split.train, rows).values()),
        "held out shapes": statistics.mean(column_shapes(split.test, rows).values()),
        "held out trends": statistics.mean(pair_trends(split.test, rows).values()),
        "copied": copied_share(split.train, split.test, rows, split.seed),
    }


def add(results: Results, title: str, figures: Figures, seed: int) -> None:
    results.setdefault(title, []).append(figures)
    told = ", ".join(f"{heading} {figures[key]:.4g}" for key, heading in HEADINGS.items() if key in figures)
    print(f"seed {seed}, {title}: {told}", flush=True)


def save(path: Path | None, results: Results) -> None:
    if path is not None:
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def table(results: Results) -> str:
    """In Markdown: mean ± standard deviation over the seeds."""
    lines = ["| | " + " | ".join(HEADINGS.values()) + " |", "| --- " * (len(HEADINGS) + 1) + "|"]
    for title, each in results.items():
        cells = [cell(key, [figures[key] for figures in each if key in figures]) for key in HEADINGS]
        lines.append("| " + " | ".join([title, *cells]) + " |")
    return "\n".join(lines)


def cell(key: str, values: list[float]) -> str:
    if not values:
        return ""
    digits = 0 if key == "memory" else 1 if key == "seconds" else 3
    spread = f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.{digits}f}{spread}"


def summary(results: Results) -> None:
    """How fast ours is, by itself and against the others."""
    if "ours" not in results:
        return
    rate = statistics.mean(figures["rows per second"] for figures in results["ours"])
    print(f"ours: {rate:,.0f} rows per second, sampling {RATE_ROWS:,}")
    means = {
        title: statistics.mean(figures["seconds"] for figures in each)
        for title, each in results.items()
        if "seconds" in each[0]
    }
    for title, seconds in means.items():
        if title != "ours":
            print(f"ours takes {means['ours'] / seconds:.2f} times as long as {title}")


def large(whole: pd.DataFrame, target: str, settings: Mapping[str, Any], count: int) -> None:
    """Fits ours on rows drawn from the table with some columns twice, shuffled the second time."""
    random = np.random.default_rng(0)
    frame = whole.sample(count, replace=True, random_state=random, ignore_index=True)
    for name in [name for name in whole if name != target][: LARGE_COLUMNS - whole.shape[1]]:
        frame[f"{name} again"] = random.permutation(frame[name].to_numpy())
    made = make("ours", sys.executable, Job(target, 0, 1, settings), frame)
    if made is not None:
        report = made[0]
        print(
            f"ours on {count:,} × {frame.shape[1]}: fit {report.fit:.0f} s, as many rows sampled in "
            f"{report.sample:.0f} s, {report.memory:,} MiB at most"
        )


if __name__ == "__main__":
    main()
