"""Seconds per step of the teaching texts' GANs: Keras at the books' procedure, plain PyTorch and ours, in turns.

    python benchmarks/textbook.py [--only sine_fcgan,mnist_dcgan] [--rounds 3] [--python OTHER/bin/python]
                                  [--threads 2] [--seconds 3] [--steps 50] [--json FILE]

All train the recipe's networks on batches of its size with its optimizers. Keras' models are made from the recipe's
own layers, and their parameters are counted against ours. Images are random numbers of the right shape, points on
the sine curve are drawn: no data is needed, and no files are written. Ours and the plain loop work in this process,
each Keras in one of its own; they take turns, round by round, and nobody works while another does. All start anew
in each round, and their first few steps are not timed.

- Keras: what the books do, `predict` for fake samples, then `train_on_batch`; see `benchmarks/textbook_keras.py`.
- lean Keras: the same with `predict_on_batch`, which no book has.
- PyTorch: the same procedure as a plain loop in fp32; see `benchmarks/textbook_torch.py`.
- ours: the same procedure by the engine, with samples made anew for the generator (`train.generator_batch_size`),
  in bf16 where `train.precision: auto` finds that faster.
- ours, shared: with the samples that the discriminator has seen, both kinds in one pass, which is our default
  (`train.generator_batch_size=null train.discriminator_passes=joint`), where that is another.

Keras is looked for here, then in the environments of `--python`. What is not there is told and left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import statistics
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch
from textbook_systems import RECIPES, SYSTEMS, System, data, ours, recipes
from textbook_torch import PlainLoop
from textbook_worker import KerasWorker, keras_job, python_with_keras

import synthgen
from synthgen.errors import SynthgenError
from synthgen.files import write_atomically
from synthgen.plugins import Registry, load_plugins
from synthgen.preparation import prepare

Measure = Callable[[int], float]
"""Seconds for so many steps."""

KERAS, LEAN, PLAIN, BOOK, SHARED = "Keras", "lean Keras", "PyTorch", "ours", "ours, shared"
KINDS = (KERAS, LEAN, PLAIN, BOOK, SHARED)


class Result(NamedTuple):
    """What was measured of one system."""

    parameters: list[int]
    """Of generator and discriminator."""
    seconds: dict[str, list[float]]
    """For each kind, of one step, a number a round."""
    machine: str = ""
    """Where, and with which versions."""
    precision: str = "fp32"
    """Of ours, as `train.precision: auto` finds it; the others work in fp32."""


def main() -> None:
    arguments = parse()
    registry = load_plugins(installed=False)
    python = None
    if {KERAS, LEAN} & set(arguments.kinds):
        python = python_with_keras(arguments.python)
        if python is None:
            missing = "Keras is not installed here, nor in --python's environments: pip install tensorflow"
            if arguments.json:  # where earlier figures of it would be lost
                sys.exit(f"{missing}, or leave it out of --kinds")
            print(missing, flush=True)
    results: dict[str, Result] = {}
    kept = load(arguments.json) if arguments.json and arguments.json.exists() else {}
    versions = {"synthgen": synthgen.__version__, "torch": torch.__version__}
    for system in [system for system in SYSTEMS if system.recipe in arguments.only]:
        if not (RECIPES / f"{system.recipe}.yaml").exists():
            print(f"{system.recipe}: no such recipe", flush=True)
            continue
        try:
            result = measure(system, registry, python, arguments, versions)
        except (SynthgenError, RuntimeError, OSError) as error:  # Keras may be killed for its memory
            print(f"{system.recipe}: {error}", flush=True)
            continue
        results[system.recipe] = result._replace(machine=machine(arguments.threads, versions))
        if arguments.json:  # each time, for a run takes long
            save(arguments.json, {**kept, **results})
    print(f"\n{table(results, arguments.kinds)}\n\n`{shlex.join(['python', *sys.argv])}`", end="; ")
    print(machines(results))


def save(file: Path, results: Mapping[str, Result]) -> None:
    systems = {name: result._asdict() for name, result in results.items()}
    write_atomically(file, (json.dumps(systems, indent=1) + "\n").encode())


def load(file: Path) -> dict[str, Result]:
    """The results that `save` wrote."""
    content = json.loads(file.read_text(encoding="utf-8"))
    return {name: Result(**each) for name, each in content.items()}


def machines(results: Mapping[str, Result]) -> str:
    """Where these were measured; of each system if not all in one place."""
    places: dict[str, list[str]] = {}
    for name, result in results.items():
        places.setdefault(result.machine, []).append(name)
    if len(places) == 1:
        return next(iter(places))
    return "; ".join(f"{', '.join(names)}: {place}" for place, names in places.items())


def machine(threads: int, versions: Mapping[str, str]) -> str:
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"{os.cpu_count()} cores, {threads} threads each; {processor()}; {told}"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    every = [system.recipe for system in SYSTEMS]
    parser.add_argument("--only", default=",".join(every), help="of %(default)s")
    parser.add_argument(
        "--kinds", default=",".join(KINDS[:-1]), help="of %(default)s; ours has both its forms"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="about so long is each one's turn")
    parser.add_argument("--steps", type=int, help="of a turn, instead")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="all cores by default")
    parser.add_argument("--python", action="append", default=[], help="other environments' Python")
    parser.add_argument("--json", type=Path, help="file for each round's figures; others in it stay")
    arguments = parser.parse_args()
    for name, known in (("only", every), ("kinds", KINDS[:-1])):
        chosen = getattr(arguments, name).split(",")
        unknown = set(chosen) - set(known)
        if unknown:
            parser.error(f"--{name}: no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        setattr(arguments, name, chosen)
    return arguments


def measure(
    system: System,
    registry: Registry,
    python: str | None,
    arguments: argparse.Namespace,
    versions: dict[str, str],
) -> Result:
    book, shared = recipes(system, registry, arguments.threads)
    setup = prepare(book, registry, dataset=data(system, book))
    parameters = [sum(p.numel() for p in net.parameters()) for net in (setup.generator, setup.discriminator)]
    kinds: dict[str, Measure] = {}
    with ExitStack() as workers:
        for kind in [kind for kind in (KERAS, LEAN) if kind in arguments.kinds and python is not None]:
            try:
                worker = KerasWorker(str(python), keras_job(setup, arguments.threads, lean=kind == LEAN))
            except (RuntimeError, NotImplementedError) as error:
                print(f"{system.recipe}, {kind}: {error}", flush=True)
                continue
            workers.callback(worker.close)
            versions |= worker.versions
            if worker.parameters != parameters:
                print(f"{system.recipe}: {worker.parameters} parameters in Keras, {parameters} in ours")
            kinds[kind] = worker.seconds
        if PLAIN in arguments.kinds:
            kinds[PLAIN] = lambda steps: PlainLoop(setup).seconds(steps)
        if BOOK in arguments.kinds:
            kinds[BOOK] = lambda steps: ours(setup, steps)
            if shared.digest != book.digest:
                kinds[SHARED] = lambda steps: ours(replace(setup, recipe=shared), steps)
        precision = "bf16" if setup.precision is torch.bfloat16 else "fp32"
        return Result(parameters, in_turns(system.recipe, kinds, arguments), precision=precision)


def in_turns(
    name: str, kinds: Mapping[str, Measure], arguments: argparse.Namespace
) -> dict[str, list[float]]:
    """Seconds of a step, of each kind in each round."""
    steps = {kind: arguments.steps or enough(take, arguments.seconds) for kind, take in kinds.items()}
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(arguments.rounds):
        for kind, take in kinds.items():
            seconds[kind].append(take(steps[kind]) / steps[kind])
        told = ", ".join(f"{kind} {each[-1] * 1e3:.2f} ms" for kind, each in seconds.items())
        print(f"{name}, round {number}: {told}", flush=True)
    return seconds


def enough(take: Measure, seconds: float) -> int:
    """Steps that take about so long; at least 3, however slow they are."""
    steps = 3
    for share in (0.1, 1.0):  # the first steps of all are slow
        steps = max(3, round(share * seconds * steps / take(steps)))
    return steps


def table(results: Mapping[str, Result], kinds: list[str]) -> str:
    """In Markdown: medians, and ratios of the same round's figures with their spread."""
    shown = [kind for kind in KINDS if kind in kinds or (kind == SHARED and BOOK in kinds)]
    ratios = [
        (other, mine)
        for other in (KERAS, LEAN, PLAIN)
        for mine in (BOOK, SHARED)
        if {other, mine} <= {*shown}
    ]
    heads = ["system", "parameters, G + D", *(f"{kind}, ms" for kind in shown)]
    heads += [f"{other} ÷ {mine}" for other, mine in ratios]
    lines = ["| " + " | ".join(heads) + " |", "| --- " * len(heads) + "|"]
    for name, result in results.items():
        seconds = result.seconds
        cells = [name, " + ".join(f"{count:,}" for count in result.parameters)]
        cells += [milliseconds(result, kind) if kind in seconds else "" for kind in shown]
        cells += [ratio(seconds.get(other), seconds.get(mine)) for other, mine in ratios]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def milliseconds(result: Result, kind: str) -> str:
    """The median, and ours with its arithmetic if that is not fp32."""
    told = f"{statistics.median(result.seconds[kind]) * 1e3:.3g}"
    return f"{told} {result.precision}" if kind in (BOOK, SHARED) and result.precision != "fp32" else told


def ratio(others: list[float] | None, mine: list[float] | None) -> str:
    if not others or not mine:
        return ""
    each = [other / own for other, own in zip(others, mine, strict=True)]
    spread = f" ({min(each):.3g} to {max(each):.3g})" if len(each) > 1 else ""
    return f"{statistics.median(each):.3g}{spread}"


def processor() -> str:
    """The processor's name, where Linux tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
