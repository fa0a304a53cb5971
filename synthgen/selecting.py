"""Choosing the best of a training's snapshots: scored while it trains, and the best kept."""

from __future__ import annotations

import logging
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from synthgen.device import fork_random
from synthgen.errors import SynthgenError, describe
from synthgen.evaluation.scoring import Score
from synthgen.evaluation.settings import SelectionSettings
from synthgen.snapshot_ranking import best_of, ranked, standing, why_chosen
from synthgen.snapshots import snapshot_folders, snapshot_name
from synthgen.synthesizer import Synthesizer
from synthgen.training.health import Health
from synthgen.training.listener import Listener
from synthgen.training.trainer import Trainer

logger = logging.getLogger("synthgen")

TIMES = 20
"""How often snapshots would be scored in a whole training, where nobody says how often."""

Record = Callable[[Trainer, dict[str, Any]], None]


class Judge(Protocol):
    """Scores a model."""

    about: str
    part: str
    """Which of the real data it scores by: `choosing`, held-out samples that the report is not of, `held_out` or
    `train`."""

    def __call__(self, synthesizer: Synthesizer) -> Score:
        """The score of samples of it, always of the same latents and conditions."""


class Selection(Listener):
    """Scores the averaged generator at intervals and keeps the best snapshots, as model folders.

    It must come before the listener that writes checkpoints, in which its scores are kept. The training's weights
    and random numbers stay as they are.
    """

    def __init__(
        self,
        settings: SelectionSettings,
        directory: Path,
        build: Callable[[Trainer], Synthesizer],
        make_judge: Callable[[], Judge],
        record: Record,
    ) -> None:
        """`directory` is for the snapshots; `build` makes a synthesizer of a copy of the trainer's generator, and
        `make_judge` what scores it, at the first score."""
        self.settings = settings
        self.directory = directory
        self.build = build
        self.make_judge = make_judge
        self.record = record
        self.scores: list[dict[str, Any]] = []
        """`step`, `score`, `passes`, `text` and the parts of each score, in their order."""
        self.about = ""
        """What they are scored by."""
        self.part = ""
        """Which of the real data that is."""
        self.failed: str | None = None
        """Why nothing can be scored."""
        self._judge: Judge | None = None
        self._mark = -1  # of the marks at which to score, the last that was passed
        self._needed: set[int] = set()  # steps of snapshots that the newest checkpoint counts on

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The scores of the snapshots that are kept: first the chosen one's, then by score."""
        return best_of(self.scores, self.settings.keep)

    @property
    def chosen(self) -> Path | None:
        """The folder of the best snapshot; None if nothing was scored."""
        return self._folder(self.kept[0]["step"]) if self.kept else None

    # ---------------------------------------------------------------------------------------------- listening

    def on_start(self, trainer: Trainer) -> None:
        """Remove what a resumed run has no score of, and scores whose snapshots are lost."""
        self._remove(trainer, lambda step: step > trainer.step)
        self._forget_lost()
        self.on_checkpoint(trainer)  # the one that it goes on from

    def on_step(self, trainer: Trainer) -> None:
        """Score, if it is time to; the last step always is."""
        if self.failed is None and trainer.failure is None and self._due(trainer):
            self._score(trainer)

    def on_return(self, trainer: Trainer) -> None:
        """Forget the scores of what was given up."""
        self.scores = [one for one in self.scores if one["step"] <= trainer.step]
        self._mark = self._marks(trainer)
        self._remove(trainer, lambda step: step > trainer.step)
        self._forget_lost()

    def on_end(self, trainer: Trainer) -> None:
        """Keep but the best; all, where training ends with a failure and somebody may go on."""
        if trainer.finished and trainer.failure is None:
            self._needed = set()
            self._prune(trainer)

    def on_checkpoint(self, trainer: Trainer) -> None:
        """Spare what this checkpoint counts on, until there is a newer one."""
        self._needed = {one["step"] for one in self.kept}

    def state(self) -> dict[str, Any]:
        """The scores so far."""
        return {
            "scores": [dict(one) for one in self.scores],
            "mark": self._mark,
            "about": self.about,
            "part": self.part,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take back what `state` gave."""
        self.scores = [dict(one) for one in state["scores"]]
        self._mark, self.about = state["mark"], state["about"]
        self.part = state.get("part", "")

    def facts(self) -> dict[str, Any]:
        """The step that was chosen, why, and all scores: what run.json has as `selection`."""
        if not self.kept:
            reason = f"could be scored: {self.failed}" if self.failed else "has a score"
            why = f"the last step's; no snapshot {reason}"
            return {"selection": {"step": None, "score": None, "why": why, "scores": []}}
        best = self.kept[0]
        why = why_chosen(self.scores, best)
        if self._without_better:
            why += f"; training ended after {self._without_better} scores without a better one"
        return {
            "selection": {
                "step": best["step"],
                "score": best["score"],
                "why": why,
                "by": self.about,
                **({"part": self.part} if self.part else {}),
                "kept": [one["step"] for one in self.kept],
                "scores": self.scores,
            }
        }

    # ------------------------------------------------------------------------------------------------- scoring

    def _marks(self, trainer: Trainer) -> int:
        """Marks passed so far, -1 before the first one."""
        return math.floor((trainer.progress - self.settings.after) * TIMES + 1e-9)

    def _due(self, trainer: Trainer) -> bool:
        if trainer.finished:
            return True
        if trainer.progress < self.settings.after:
            return False
        if self.settings.every is not None:
            return trainer.step % self.settings.every == 0
        before, self._mark = self._mark, max(self._mark, self._marks(trainer))
        return self._mark > before

    def _score(self, trainer: Trainer) -> None:
        state = np.random.get_state()
        try:
            with fork_random(trainer.device):
                if self._judge is None:
                    self._judge = self.make_judge()
                    self._take_over(trainer, self._judge)
                synthesizer = self.build(trainer)
                score = self._judge(synthesizer)
            if not math.isfinite(score.value):
                raise SynthgenError(f"its score is {score.value}")
        except Exception as error:
            self._tell_failure(trainer, error)
            return
        finally:
            np.random.set_state(state)
        self._add(trainer, synthesizer, score)

    def _take_over(self, trainer: Trainer, judge: Judge) -> None:
        """Go on with this judge; scores by another, of a run that an older version began, are dropped."""
        apart = judge.part == "choosing" and self.part != judge.part
        if self.scores and (self.about != judge.about or apart):
            logger.warning(
                "the scores of %d snapshots are dropped: they are by %s, scores from now on by %s",
                *(len(self.scores), self.about or "others", f"{judge.about} ({judge.part})"),
            )
            old = {one["step"] for one in self.scores}
            self.scores = []
            self._remove(trainer, lambda step: step in old)
        self.about, self.part = judge.about, judge.part

    def _tell_failure(self, trainer: Trainer, error: Exception) -> None:
        said = str(error) if isinstance(error, SynthgenError) else describe(error)
        logger.debug("scoring failed", exc_info=error)
        if self._judge is None:
            self.failed = said
            logger.warning("no snapshot can be scored, so that the model will be the last: %s", said)
        else:
            logger.warning("step %d has no score: %s", trainer.step, said)

    def _add(self, trainer: Trainer, synthesizer: Synthesizer, score: Score) -> None:
        entry = {
            "step": trainer.step,
            "score": round(score.value, 8),
            "error": round(score.error, 8),
            "passes": score.passes,
            "text": score.text,
            **{name: round(value, 8) for name, value in score.parts.items()},
        }
        self.scores.append(entry)
        best, chosen = ranked(self.scores)[0] is entry, self.kept[0] is entry
        self.record(trainer, {"event": "score", **entry, "best": best, "chosen": chosen})
        said = standing(self.scores, entry)
        logger.info(
            "step %d: score %.4g (%s)%s%s",
            trainer.step,
            score.value,
            score.text,
            f", {said}" if said else "",
            "; lower is better" if len(self.scores) == 1 else "",
        )
        folder = self._folder(trainer.step)
        if entry in self.kept and not (self._is_kept_anyway(trainer, trainer.step) and folder.is_dir()):
            shutil.rmtree(folder, ignore_errors=True)
            synthesizer.save(folder)
        self._prune(trainer)
        if self._without_better and not trainer.finished:
            logger.info(
                "step %d: no better score for %d scores; training ends", trainer.step, self._without_better
            )
            trainer.end()

    @property
    def _without_better(self) -> int:
        """Scores since the best one, if they are so many that training ends; else 0."""
        since = len(self.scores) - 1 - self.scores.index(ranked(self.scores)[0])
        return since if self.settings.patience and since >= self.settings.patience else 0

    # -------------------------------------------------------------------------------------------------- files

    def _folder(self, step: int) -> Path:
        return self.directory / snapshot_name(step)

    def _prune(self, trainer: Trainer) -> None:
        """Remove snapshots that are no longer among the best, but for those that a run may count on that is
        resumed, or goes back to its last healthy state."""
        back = 0 if trainer.finished else _step_to_go_back_to(trainer)
        before = best_of((one for one in self.scores if one["step"] <= back), self.settings.keep)
        spared = self._needed | {one["step"] for one in (*self.kept, *before)}
        scored = {one["step"] for one in self.scores}
        self._remove(trainer, lambda step: step in scored and step not in spared)

    def _remove(self, trainer: Trainer, wanted: Callable[[int], bool]) -> None:
        """Remove snapshots of these steps, but for those that `train.snapshot_every` keeps."""
        for step, folder in snapshot_folders(self.directory):
            if wanted(step) and not self._is_kept_anyway(trainer, step):
                shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def _is_kept_anyway(trainer: Trainer, step: int) -> bool:
        """Whether `train.snapshot_every` has the snapshot of this step written, and kept."""
        every = trainer.settings.snapshot_every
        return every is not None and step % every == 0

    def _forget_lost(self) -> None:
        """Drop scores whose snapshots should be kept and are not there."""
        while lost := [one for one in self.kept if not self._folder(one["step"]).is_dir()]:
            self.scores = [one for one in self.scores if one not in lost]


def _step_to_go_back_to(trainer: Trainer) -> int:
    """Where training would go on from should it fail now; 0 if that is its beginning, or nowhere."""
    states = (listener.healthy for listener in trainer.listeners if isinstance(listener, Health))
    return next((int(one.state["step"]) for one in states if one.whole and one.state is not None), 0)
