"""Makers of synthetic tables, each fitted in a process of its own, so that time and memory are its own.

    python benchmarks/table_generators.py NAME train.csv out.csv '{"target": "income", "seed": 0, ...}'

`benchmarks/tables.py` runs it, if need be with another environment's Python: it needs pandas, numpy and the
package of that one generator. The last line it prints is a `Report` as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

Sampler = Callable[[int], pd.DataFrame]
"""Makes so many rows."""


class Job(NamedTuple):
    """What is asked of a generator."""

    target: str
    seed: int
    epochs: int
    """Of the neural ones but ours."""
    settings: Mapping[str, Any] = {}
    """Of ours."""
    rows: int | None = None
    """To sample; as many as there are training rows by default."""
    rate: int = 0
    """Rows to sample once more, to tell how fast that is."""


class Report(NamedTuple):
    """What a fit and a sampling came to."""

    version: str
    fit: float
    """Seconds."""
    sample: float
    """Seconds."""
    memory: int
    """MiB, at most, of the whole process up to there."""
    rows_per_second: float | None = None


def ours(frame: pd.DataFrame, job: Job) -> Sampler:
    # by name: the other generators' environments need no synthgen
    model = import_module("synthgen").SynthGAN(random_state=job.seed, **job.settings)
    model.fit(frame.drop(columns=job.target), frame[job.target])

    def sample(count: int) -> pd.DataFrame:
        rows, labels = model.sample_labelled(count)
        return rows.assign(**{job.target: np.asarray(labels)})[frame.columns]

    return sample


def ctgan(frame: pd.DataFrame, job: Job) -> Sampler:
    return _by_ctgan("CTGAN", frame, job)


def tvae(frame: pd.DataFrame, job: Job) -> Sampler:
    return _by_ctgan("TVAE", frame, job)


def _by_ctgan(name: str, frame: pd.DataFrame, job: Job) -> Sampler:
    model = getattr(import_module("ctgan"), name)(epochs=job.epochs)
    model.set_random_state(job.seed)
    model.fit(frame, discrete_columns=_categorical(frame))
    return model.sample


def smotenc(frame: pd.DataFrame, job: Job) -> Sampler:
    """Both classes doubled; what comes out is the new rows, at most as many as there were."""
    y = frame[job.target]
    twice = {name: 2 * count for name, count in y.value_counts().items()}
    smote = import_module("imblearn.over_sampling").SMOTENC(
        categorical_features="auto", sampling_strategy=twice, random_state=job.seed
    )
    x, labels = smote.fit_resample(_with_categories(frame.drop(columns=job.target)), y)
    rows = x.assign(**{job.target: labels})[frame.columns][len(frame) :]
    return lambda count: rows.sample(count, random_state=job.seed)


def arf(frame: pd.DataFrame, job: Job) -> Sampler:
    np.in1d = np.isin  # type: ignore[attr-defined]  # arfpy 0.1.1 uses it, NumPy 2.4 has it no more
    np.random.seed(job.seed)
    forest = import_module("arfpy.arf").arf(_with_categories(frame), verbose=False, random_state=job.seed)
    forest.forde()
    return forest.forge


def tabular_argn(frame: pd.DataFrame, job: Job) -> Sampler:
    model = import_module("mostlyai.engine").TabularARGN(random_state=job.seed)
    model.fit(frame)
    return lambda count: model.sample(n_samples=count)


class Kind(NamedTuple):
    """A generator: what it is called, the package to install, what to import, and how to fit it."""

    title: str
    package: str
    module: str
    fit: Callable[[pd.DataFrame, Job], Sampler]
    epochs: float | None = None
    """What to multiply a job's epochs with."""


KINDS = {
    "ours": Kind("ours", "synthgen", "synthgen.pipeline", ours),
    "ctgan": Kind("CTGAN", "ctgan", "ctgan", ctgan, epochs=1),
    "ctgan30": Kind("CTGAN", "ctgan", "ctgan", ctgan, epochs=0.1),
    "tvae": Kind("TVAE", "ctgan", "ctgan", tvae, epochs=1),
    "smotenc": Kind("SMOTENC, new rows only", "imbalanced-learn", "imblearn", smotenc),
    "arf": Kind("ARF", "arfpy", "arfpy", arf),
    "argn": Kind("TabularARGN", "mostlyai-engine", "mostlyai.engine", tabular_argn),
}


def _categorical(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]


def _with_categories(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(dict.fromkeys(_categorical(frame), "category"))


def _peak_memory() -> int:
    """MiB that this process had at most."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux's getrusage begins with the size of the process that started this one
        return int(status.read_text().split("VmHWM:")[1].split()[0]) >> 10
    import resource  # noqa: PLC0415 - Windows has none

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (20 if sys.platform == "darwin" else 10)


def main() -> None:
    name, source, target, options = sys.argv[1:]
    job, kind = Job(**json.loads(options)), KINDS[name]
    frame = pd.read_csv(source)
    import_module(kind.module)
    start = time.perf_counter()
    sample = kind.fit(frame, job)
    fitted = time.perf_counter()
    rows = sample(job.rows or len(frame))
    done = time.perf_counter()
    report = Report(metadata.version(kind.package), fitted - start, done - fitted, _peak_memory())
    rows.to_csv(target, index=False)
    if job.rate:
        start = time.perf_counter()
        sample(job.rate)
        report = report._replace(rows_per_second=job.rate / (time.perf_counter() - start))
    print(json.dumps(report._asdict()))


if __name__ == "__main__":
    main()
