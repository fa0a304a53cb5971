"""`synthgen evaluate`."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from synthgen.cli.common import ExistingPath, checked_by, split_names, with_plugins, with_snapshot
from synthgen.errors import UsageError

if TYPE_CHECKING:
    from synthgen.judgement import Judgement
    from synthgen.plugins import Registry


_FOREIGN = ("real", "synthetic", "held_out", "target", "drop", "kind")
"""What is given without a run."""


def _options(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """These arguments by the options that a person types."""
    return {f"--{name.replace('_', '-')}": given[name] for name in names}


def _check_together(given: Mapping[str, Any]) -> None:
    """Raise UsageError unless there is a run, or real and synthetic data, and nothing that belongs to the other."""
    run, foreign = given["run"], _options(given, *_FOREIGN)
    own = _options(given, "against", "snapshot")
    stray = [option for option, value in (foreign if run is not None else own).items() if value is not None]
    if run is not None and stray:
        raise UsageError(
            f"{stray[0]} goes with --real and --synthetic, not with a run, which knows its own data"
        )
    if run is None and (foreign["--real"] is None or foreign["--synthetic"] is None):
        raise UsageError("give the folder of a RUN, or --real DATA and --synthetic DATA")
    if stray:
        raise UsageError(f"{stray[0]} goes with a RUN; beside --real and --synthetic there is --held-out")


@click.command()
@click.argument("run", type=ExistingPath, metavar="[RUN]", required=False)
@click.option(
    "--against",
    metavar="DATA",
    help="Other real data, in place of what RUN kept from its training; of a source, its test split.",
)
@click.option("--real", metavar="DATA", help="Real data, without a run: a file, a folder or a source.")
@click.option("--synthetic", metavar="DATA", help="Synthetic data, from wherever it is.")
@click.option(
    "--held-out",
    metavar="DATA",
    help="Real data that whatever made the synthetic data has not seen; of a source, its test split.",
)
@click.option("--target", metavar="COLUMN", help="The column of tables with the label.")
@click.option("--drop", metavar="A,B", help="Columns of tables to leave out.")
@click.option(
    "--kind",
    type=click.Choice(["images", "signals", "table"]),
    help="What arrays in .npz and .npy files are; float images are from 0 to 1, -1 to 1 or 0 to 255.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="An option of sources, such as size=32 or separator=';'; may be given again.",
)
@click.option(
    "--level",
    type=click.Choice(["quick", "full"]),
    default="full",
    show_default=True,
    help="quick takes some seconds, full has all.",
)
@click.option(
    "--samples",
    type=click.IntRange(min=2),
    help="Synthetic samples to judge; 10,000 at most if not given, 2,000 if quick.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), help="Same seed, same figures; the recipe's, or 0."
)
@click.option("--out", type=ExistingPath, help="Folder of the report; RUN, or report-NAME if not given.")
@click.option(
    "--device", default="auto", show_default=True, help="Of the model: auto, cpu, cuda, cuda:N or mps."
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures and the verdict as JSON.")
@with_snapshot
@checked_by(_check_together)
@with_plugins
def evaluate(
    run: Path | None,
    against: str | None,
    real: str | None,
    synthetic: str | None,
    held_out: str | None,
    target: str | None,
    drop: str | None,
    kind: Literal["images", "signals", "table"] | None,
    settings: tuple[str, ...],
    level: Literal["quick", "full"],
    samples: int | None,
    seed: int | None,
    out: Path | None,
    device: str,
    as_json: bool,
    snapshot: int | None,
    registry: Registry,
) -> None:
    """Judge the samples of a RUN, or any --synthetic data, and write report.html and report.json.

    RUN is the folder of a finished run, or of a dataset that one exported. Without it, --real and --synthetic are
    each a CSV or Parquet file, an .npz, .npy or IDX file, tar files, a folder of pictures or of a dataset. The
    report of a run is written into its folder, that of a dataset which a run exported beside it, any other into
    report-NAME in the current folder, where it replaces an earlier one; the path of the page is printed.
    """
    from synthgen import evaluating, judging_runs
    from synthgen.comparing.paths import check_settings
    from synthgen.report_folder import check_report_folder

    foreign = {
        "--real": real,
        "--synthetic": synthetic,
        "--held-out": held_out,
        "--target": target,
        "--drop": drop,
        "--kind": kind,
    }
    check_settings(settings, registry)
    if run is not None and settings and against is None:
        raise UsageError(
            f"--set {settings[0]}: --set says how --against, --real, --synthetic and --held-out are read; a run"
            " knows how its own data is. Give --against DATA with it, or leave it out"
        )
    if run is not None:
        place = judging_runs.default_folder(run, snapshot) if out is None else out
        check_report_folder(place)
        judgement = judging_runs.evaluate_run(
            run,
            against=against,
            level=level,
            samples=samples,
            seed=seed,
            snapshot=snapshot,
            device=device,
            settings=settings,
            registry=registry,
        )
    else:
        place = Path(f"report-{_name(str(synthetic))}") if out is None else out
        check_report_folder(place)
        given = {option: data for option, data in list(foreign.items())[:3] if data is not None}
        judgement = evaluating.evaluate_paths(
            given,
            target=target,
            drop=split_names(drop) or [],
            kind=kind or "auto",
            settings=settings,
            level=level,
            samples=samples,
            seed=seed or 0,
            registry=registry,
            command=_command(foreign, settings, level, samples, seed),
        )
    written = judgement.write(place)
    click.echo(written.verdict.headline, err=True)
    click.echo(_summary(judgement, written.html) if as_json else written.html)


def _name(data: str) -> str:
    """What a report of this data is called: the file without suffixes, or the folder."""
    path = Path(data).expanduser()
    stem = path.name.split(".")[0] if not path.is_dir() else path.resolve().name
    return re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._-") or "data"


def _command(
    given: dict[str, str | None], settings: tuple[str, ...], level: str, samples: int | None, seed: int | None
) -> str:
    """What a person types to have the same report again."""
    words = ["synthgen", "evaluate"]
    numbers = {"--level": level, "--samples": samples, "--seed": seed}
    for option, value in (given | numbers).items():
        words += [option, str(value)] if value is not None else []
    for setting in settings:
        words += ["--set", setting]
    return shlex.join(words)


def _summary(judgement: Judgement, page: Path) -> str:
    from synthgen.report.writing import as_json

    figures = {f.name: {"value": f.value, "real": f.real} for f in judgement.figures()}
    errors = {result.name: result.error for result in judgement.results if result.error is not None}
    content = {
        "report": str(page),
        "verdict": judgement.verdict.to_dict(),
        "kind": judgement.kind,
        "level": "full" if judgement.full else "quick",
        "seed": judgement.seed,
        "samples": judgement.samples,
        "figures": figures,
        "errors": errors,
        "notes": judgement.notes,
    }
    return json.dumps(as_json(content), indent=2, ensure_ascii=False, allow_nan=False)
