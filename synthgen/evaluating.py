"""From real and synthetic data, wherever they are, to figures and a report."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from synthgen.comparing.aligning import HELD_OUT, align
from synthgen.comparing.anything import label_name
from synthgen.comparing.float_ranges import one_range
from synthgen.comparing.paths import Kind
from synthgen.comparing.undecided import read_sides
from synthgen.components import Dataset
from synthgen.data.fingerprint import fingerprint
from synthgen.errors import UsageError
from synthgen.judgement import Judgement
from synthgen.judging import Level, at_most, check_request, choose_metrics, judge, most_samples
from synthgen.judging_runs import evaluate_run
from synthgen.plugins import Registry, installed_plugins
from synthgen.report import ReportContext
from synthgen.run_directory import Run
from synthgen.version import __version__

logger = logging.getLogger("synthgen")


def evaluate(
    real: Any,
    synthetic: Any = None,
    *,
    target: str | None = None,
    held_out: Any = None,
    level: Level = "full",
    seed: int | None = None,
    samples: int | None = None,
    kind: Kind = "auto",
    registry: Registry | None = None,
) -> Judgement:
    """How good synthetic data is: `evaluate(real, synthetic)` of any two sets, or `evaluate(run)`.

    `real`, `synthetic` and `held_out`, which are real samples that the model has never seen, are each a DataFrame,
    an array of images, signals or rows, a pair `(x, y)` of samples and labels, a `synthgen.Dataset`, or the path
    of a file or folder in any format that a source reads or an exporter writes; of a source named for `held_out`
    the test split is taken, if it has one. `target` is a table's column with the label, or with a number to
    predict. `kind` says what arrays are: "images", "signals" or "table"; of itself whole numbers from 0 to 255 of
    three axes, and all of four, are images; floats of three axes are images if another side is, else signals, with
    a warning if they may be either. Float images are from 0 to 1, -1 to 1 or 0 to 255, one for all sides; notes say
    which. A run is given by its folder, or as `synthgen.run` returns it; `held_out` takes the place
    of the samples that it kept from its training.

    `level` "quick" takes some seconds, "full" longer. `seed` is 0, or a run's own, where it is not given; at most
    10,000 synthetic samples are judged, 2,000 if quick, or `samples`. The result holds all figures; `print` it for
    the verdict, `write(folder)` it for report.html and report.json.

    Raises DataError for sets that cannot be compared, UsageError for what is not there.
    """
    registry = registry or installed_plugins()
    check_request(level, samples, seed)
    if synthetic is None:
        path = real.path if isinstance(real, Run) else real
        if not isinstance(path, str | Path):
            raise UsageError("evaluate needs real and synthetic data, or the folder of a run alone")
        if target is not None or kind != "auto":
            raise UsageError("a run knows its target and its kind; leave them out")
        return evaluate_run(
            Path(path), against=held_out, level=level, samples=samples, seed=seed, registry=registry
        )
    given = {"real": real, "synthetic": synthetic} | ({"held_out": held_out} if held_out is not None else {})
    refuse_same_paths(given)
    name = next((n for n in (target, *map(label_name, given.values())) if n is not None), None)
    sides = read_sides(given, registry, kind=kind, target=name)
    return evaluate_data(
        *sides.values(),
        target=name if sides["real"].kind == "table" else target,
        level=level,
        samples=samples,
        seed=seed or 0,
        registry=registry,
    )


def refuse_same_paths(given: Mapping[str, Any]) -> None:
    """Raise UsageError if two of these are one path: data beside itself says nothing."""
    places: dict[Path, str] = {}
    for side, data in given.items():
        if isinstance(data, str | Path) and (place := Path(data).expanduser()).exists():
            other = places.setdefault(place.resolve(), side)
            if other != side:
                raise UsageError(f"{other} and {side} are the same, {data}; name two different sets")


def evaluate_paths(
    given: Mapping[str, str],
    *,
    target: str | None = None,
    drop: Sequence[str] = (),
    settings: Sequence[str] = (),
    kind: Kind = "auto",
    level: Level = "full",
    samples: int | None = None,
    seed: int = 0,
    registry: Registry,
    command: str = "",
) -> Judgement:
    """As `evaluate`, of the paths of `--real`, `--synthetic` and, if it is given, `--held-out`."""
    refuse_same_paths(given)
    sides = read_sides(given, registry, kind=kind, settings=settings)
    return evaluate_data(
        *sides.values(),
        target=target,
        drop=drop,
        level=level,
        samples=samples,
        seed=seed,
        registry=registry,
        commands=[command] if command else [],
    )


def evaluate_data(
    real: Dataset,
    synthetic: Dataset,
    held_out: Dataset | None = None,
    *,
    target: str | None = None,
    drop: Sequence[str] = (),
    level: Level = "full",
    samples: int | None = None,
    seed: int = 0,
    registry: Registry | None = None,
    commands: Sequence[str] = (),
) -> Judgement:
    """As `evaluate`, of datasets, which are brought into the form of the real one; see `align`."""
    sides = {"real": real, "synthetic": synthetic} | ({HELD_OUT: held_out} if held_out is not None else {})
    sides, ranges = one_range(sides)
    real, synthetic, held_out = sides["real"], sides["synthetic"], sides.get(HELD_OUT)
    some, notes = at_most(synthetic, samples or most_samples(level, len(real.classes)), seed)
    data = align(real, some, held_out, target=target, drop=drop)
    if held_out is None:
        notes += (
            "no real samples are held out, so that copies and memory of single samples are hard to tell",
        )
    else:
        how = f"{held_out.name}, {len(held_out):,} samples"
        logger.info("held out: %s", how)
        notes += (f"held out: {how}",)
    told = (f"{dataset.name}: {note}" for dataset in sides.values() for note in dataset.notes)
    notes += (*ranges, *dict.fromkeys(told))
    facts = {
        "synthgen": __version__,
        "real": real.name,
        "real_fingerprint": fingerprint(real),
        "synthetic": synthetic.name,
        "synthetic_fingerprint": fingerprint(synthetic),
    }
    comparison, found = judge(
        data,
        choose_metrics(registry or installed_plugins()),
        level=level,
        seed=seed,
        notes=notes,
        facts=facts,
    )
    title = f"{synthetic.name} beside {real.name}"
    return Judgement.of(found, ReportContext(title=title, comparison=comparison, commands=tuple(commands)))
