"""The metric `augmentation`: whether a classifier gets better when synthetic samples are added to real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from synthgen.evaluation.utility.baselines import Baseline, find_baseline
from synthgen.evaluation.utility.examples import Examples, draw
from synthgen.evaluation.utility.gain import Spread, gain, gain_by_class, judge, margin, spread_of, told, unit
from synthgen.evaluation.utility.gain_chart import draw_gains
from synthgen.evaluation.utility.lesson import Lesson, make_lesson
from synthgen.evaluation.utility.scores import Score
from synthgen.evaluation.utility.sizes import Size, sizes
from synthgen.metric import Comparison, DetailTable, Figure, Measurement, Metric, Picture, Section

SEEDS = {"images": (3, 2, 2), "signals": (3, 2, 2), "table": (3, 2, 2)}
"""Trainings of each way at the smallest size, at the next, and at those beyond."""
MOST_SYNTHETIC, MOST_TEST = 10_000, 4_000
MOST_OVERSAMPLED = 8_000
"""Real rows from which the baseline makes more; of more, it would take longer than all else."""
REAL, BOTH, ALONE = "real only", "real + synthetic", "synthetic only"

_Way = tuple[str, bool, bool]
"""Of training: its name, whether synthetic samples are added, whether the baseline is."""
Scores = Mapping[str, Sequence[Score]]
"""Of each way of training, one for each seed."""


class Augmentation(Metric):
    """What synthetic samples add to few and to many real ones, beside what plain means add.

    The same classifier learns from real samples only, from synthetic only, from both (half of what it learns from
    is either), and from real ones with a plain baseline: shifted and, where that keeps their class, mirrored
    images; shifted and noisy signals; rows that SMOTE makes. All are tested on the same real samples.

    The model that made the synthetic samples may have learnt from far more real ones than the classifier gets: the
    figures' notes say from how many.
    """

    section: ClassVar[Section] = "utility"
    figures: ClassVar[tuple[str, ...]] = ("augmentation_gain",)
    quick: ClassVar[bool] = False
    seconds: ClassVar[float] = 30.0

    def measure(self, comparison: Comparison) -> Measurement:
        """`augmentation_gain` and one for each size; raises DataError where there are no two classes to tell."""
        lesson = comparison.once(make_lesson)
        trial = _Trial(
            lesson,
            draw(lesson.synthetic, MOST_SYNTHETIC, comparison.seed),
            draw(lesson.test, MOST_TEST, comparison.seed),
            find_baseline(comparison),
        )
        seeds = [range(comparison.seed, comparison.seed + count) for count in SEEDS[comparison.kind]]
        steps = sizes(lesson.real, table=comparison.kind == "table")
        results: list[_Result] = []
        by_learner: dict[str, list[Score]] = {}
        for place, size in enumerate(steps):
            chosen = seeds[min(place, len(seeds) - 1)]
            ways = trial.ways if place == 0 else trial.ways[: len(trial.ways) - trial.dear]
            count = size.draw(lesson.real, comparison.seed).count
            if trial.baseline.make is not None and count > MOST_OVERSAMPLED:
                ways = [way for way in ways if not way[2]]
            about = lesson.brief.about(count)  # what learns from synthetic samples alone must be no other
            if about not in by_learner:
                by_learner[about] = [trial.score(seed, trial.synthetic, like=count) for seed in seeds[-1]]
            results.append(
                _Result(size, count, trial.compare(size, chosen, ways) | {ALONE: by_learner[about]})
            )
        figures = [_figure(f"augmentation_gain_{result.size.suffix}", trial, result) for result in results]
        return Measurement(
            (_figure("augmentation_gain", trial, results[0]), *figures),
            (_table(trial, results),),
            _pictures(trial, results),
        )


@dataclass(frozen=True, eq=False)
class _Trial:
    """What all trainings of a comparison have in common."""

    lesson: Lesson
    synthetic: Examples
    test: Examples
    baseline: Baseline

    def score(
        self,
        seed: int,
        given: Examples,
        *,
        synthetic: bool = False,
        plain: bool = False,
        like: int | None = None,
    ) -> Score:
        """Of one training."""
        extra, change = (self.synthetic if synthetic else None), None
        if plain and self.baseline.change is not None:
            change = self.baseline.change
        elif plain and self.baseline.make is not None:
            extra = self.baseline.make(given, self.synthetic.count, seed)
        learner = self.lesson.brief
        return learner.score(
            learner.learn(given, seed=seed, extra=extra, change=change, like=like), self.test
        )

    def compare(self, size: Size, seeds: Sequence[int], ways: Sequence[_Way]) -> dict[str, list[Score]]:
        """These ways of training with so many real samples."""
        found: dict[str, list[Score]] = {}
        for seed in seeds:
            given = size.draw(self.lesson.real, seed)
            for name, synthetic, plain in ways:
                found.setdefault(name, []).append(self.score(seed, given, synthetic=synthetic, plain=plain))
        return found

    @property
    def plain(self) -> str:
        return f"real + {self.baseline.name}"

    @property
    def plain_and_synthetic(self) -> str:
        return f"{BOTH} + {self.baseline.name}"

    @property
    def ways(self) -> list[_Way]:
        """All ways there are."""
        ways = [(REAL, False, False), (BOTH, True, False)]
        if self.baseline.missing is None:
            ways.append((self.plain, False, True))
        if self.baseline.change is not None:  # rows of SMOTE would stand in the place of the synthetic ones
            ways.append((self.plain_and_synthetic, True, True))
        return ways

    @property
    def dear(self) -> int:
        """How many of the last ways are left out, for their time, where real samples are less few."""
        return 1 if self.baseline.change is not None else 0


@dataclass(frozen=True, eq=False)
class _Result:
    """What came out at one size."""

    size: Size
    count: int
    """Real samples that there were to learn from."""
    scores: Scores

    def spread(self, way: str) -> Spread | None:
        return spread_of([score.value for score in self.scores.get(way, [])])

    def gain(self, way: str, than: str) -> Spread | None:
        if way not in self.scores or than not in self.scores:
            return None
        return gain(self.scores[way], self.scores[than])


def _figure(name: str, trial: _Trial, result: _Result) -> Figure:
    kind = trial.lesson.learner.kind
    found = result.gain(BOTH, REAL)
    by_class: dict[str, float | None] = {}
    if kind != "ROC AUC" and name == "augmentation_gain":
        gains = gain_by_class(result.scores[BOTH], result.scores[REAL])
        by_class = dict(zip(trial.lesson.names, gains, strict=True))
    return Figure(
        name=name,
        title=f"Gain of {BOTH} over {REAL}, {_real(result)}: {kind}",
        value=found.mean if found else None,
        spread=found.deviation if found else None,
        better="higher",
        per_class=by_class,
        unit=unit(kind),
        note=_note(trial, result, found),
        margin=margin(found, trial.test.count) if found else None,
    )


def _real(result: _Result) -> str:
    """Such as `50 a class (500 real samples)`."""
    return f"{result.size.title} ({result.count:,} real samples)"


def _note(trial: _Trial, result: _Result, found: Spread | None) -> str:
    kind = trial.lesson.learner.kind
    seeds = len(result.scores[REAL])
    if found is None:
        return f"Not measured: the test samples are all of one class, and a {kind} takes two."
    sentences = [
        f"Adding {trial.synthetic.count:,} synthetic samples to {result.count:,} real ones"
        f" {_words(found, trial)}: {told(result.spread(BOTH), kind)} after {told(result.spread(REAL), kind)}."
    ]
    plain = result.gain(trial.plain, REAL)
    if plain is not None:
        sentences.append(f"Plain baseline, {trial.plain}: {told(plain, kind, signed=True)}.")
    beyond = result.gain(trial.plain_and_synthetic, trial.plain)
    if beyond is not None:
        sentences.append(
            f"Adding synthetic samples beside it {_words(beyond, trial)}: {told(beyond, kind, signed=True)}."
        )
    sentences += [trial.baseline.note] if trial.baseline.note else []
    learner = trial.lesson.brief.about(result.count)
    sentences.append(f"By {learner}; {seeds} seeds. {trial.lesson.tested_on(trial.test.count)}")
    sentences.append(_what_it_had_seen(trial, result))
    return " ".join(sentences)


def _words(found: Spread, trial: _Trial) -> str:
    verdict = judge(found, trial.test.count)
    return "may help or not, which cannot be told" if verdict == "cannot be told" else verdict


def _what_it_had_seen(trial: _Trial, result: _Result) -> str:
    """The trap: samples of a model that knew all the real data are no answer for who has only a part of it."""
    seen = trial.lesson.seen
    if result.count >= seen:
        return f"The generator had seen these {seen:,} real samples and no others."
    return (
        f"The generator had seen all {seen:,} real samples, not these {result.count:,} alone: whoever has only so"
        f" many must train one on them to know what its samples add."
    )


def _table(trial: _Trial, results: Sequence[_Result]) -> DetailTable:
    kind = trial.lesson.learner.kind
    names = [REAL, ALONE, BOTH, trial.plain]
    names += [trial.plain_and_synthetic] if trial.baseline.change is not None else []
    rows = []
    for result in results:
        cells: dict[str, str | None] = dict.fromkeys(names)
        cells |= {name: told(result.spread(name), kind) for name in names if name in result.scores}
        if trial.baseline.missing is not None:
            cells[trial.plain] = trial.baseline.missing
        found = result.gain(BOTH, REAL)
        verdict = (
            f"{told(found, kind, signed=True)}: {judge(found, trial.test.count)}" if found else "not measured"
        )
        seeds = len(result.scores[REAL])
        rows.append([result.size.title, result.count, seeds, *(cells[name] for name in names), verdict])
    columns = ["real samples", "number", "seeds", *names, f"{BOTH} less {REAL}"]
    return DetailTable(f"What synthetic samples add: {kind} on real samples", columns, rows, _caption(trial))


def _caption(trial: _Trial) -> str:
    return (
        f"Mean ± standard deviation over seeds, each with other real samples. {trial.synthetic.count:,} synthetic"
        f" samples, of a generator that had seen {trial.lesson.seen:,} real ones."
        f" {trial.lesson.tested_on(trial.test.count)}"
    )


def _pictures(trial: _Trial, results: Sequence[_Result]) -> tuple[Picture, ...]:
    kind = trial.lesson.learner.kind
    if results[0].spread(REAL) is None:
        return ()
    lines = {name: [result.spread(name) for result in results] for name, _, _ in trial.ways}
    levels = [result.spread(ALONE) for result in results]
    png = draw_gains([result.count for result in results], lines, (ALONE, levels), kind)
    first = results[0]
    said = "; ".join(f"{name} {told(first.spread(name), kind)}" for name in lines)
    alt = f"{kind} over the number of real samples; with {first.count:,}: {said}; {ALONE} {told(levels[0], kind)}"
    return (Picture("What synthetic samples add to real ones", png, alt, _caption(trial)),)
