"""Watching a training: what goes wrong is told in words, and acted upon as the recipe asks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Set
from copy import deepcopy
from typing import Any

import numpy as np

from synthgen.errors import SynthgenError, UnhealthyError
from synthgen.training.health_advice import advise
from synthgen.training.health_looks import Looks
from synthgen.training.health_loss import measure_loss
from synthgen.training.health_norms import measure_norms, what_is_not_finite
from synthgen.training.health_samples import Look, SampleWatch
from synthgen.training.health_signs import Interval, Signs
from synthgen.training.health_state import Fresh, HealthyState
from synthgen.training.health_verdicts import Kind, Verdict
from synthgen.training.listener import Listener
from synthgen.training.settings import HealthSettings
from synthgen.training.trainer import Trainer

logger = logging.getLogger("synthgen")

QUIET = 3
"""So many looks or log intervals in a row without it end a verdict."""
TIMES, LEAST_STEPS = 12, 25
"""Looks in a training at least, if so many steps lie between two: a look costs up to half a step."""
Record = Callable[[Trainer, dict[str, Any]], None]
"""Writes an event beside a run's metrics."""
Keep = Callable[[Trainer, Verdict, dict[str, Any] | None], str]
"""Of a training that ends with this verdict, keeps the generator of a healthy state, if there is one, and says in
sentences what to do now."""


class Health(Listener):
    """Looks at what is logged and, every so many steps, at samples of the averaged generator.

    It must come before all listeners that write. Random numbers of the training stay as they are.
    """

    def __init__(
        self,
        settings: HealthSettings,
        seed: int,
        *,
        healthy: HealthyState | None = None,
        fresh: Fresh | None = None,
        record: Record | None = None,
        keep: Keep | None = None,
        has: Set[str] = frozenset(),
    ) -> None:
        """`fresh` is needed to restart from scratch; without `healthy` nothing is kept on disk. `has` is what the
        recipe has, in the words of `advise`."""
        self.settings = settings
        self.seed = seed
        self.fresh = fresh
        self.record = record or (lambda trainer, event: None)
        self.has = has
        self.keep = keep or (lambda trainer, verdict, state: "")
        self.healthy = healthy or HealthyState(whole=settings.policy == "restart")
        self.verdicts: list[Verdict] = []
        """All there were, in the order in which they were found."""
        self.returns: list[dict[str, Any]] = []
        """From where to where training went back, and why."""
        self._signs = Signs(None)
        self._looks = Looks()
        self._quiet: dict[str, int] = {}  # looks in a row that found nothing, by kind
        self._samples_seen = 0  # at the last log interval
        self._watch: SampleWatch | None = None
        self._kept: int | None = None  # the step of the generator that is kept, once training was stopped

    # ---------------------------------------------------------------------------------------------- listening

    def on_start(self, trainer: Trainer) -> None:
        """Measure what to compare with; a resumed training is compared with its own beginning."""
        self._signs.scale = measure_loss(trainer.train_step.loss)
        self._signs.start(measure_norms(trainer).weights)
        self._watch = _watch(trainer, self.settings.samples, self.seed)
        self.healthy.load(trainer)
        if self._restarts_from_healthy and self.healthy.state is None:
            self.healthy.remember(trainer, self._signs.state())

    def on_log(self, trainer: Trainer, values: dict[str, float]) -> None:
        """Look at losses, logits, weights and gradients."""
        norms = measure_norms(trainer)
        if broken := what_is_not_finite(values, norms):
            self._diverged(trainer, broken)
            return
        seen = trainer.samples_seen
        pairs, self._samples_seen = seen - self._samples_seen, seen
        now = Interval(trainer.step, trainer.progress, pairs, values, *norms)
        signs = self._signs
        exploded, swings = signs.exploded(now), signs.oscillates(now)
        self._tell(trainer, "explosion", exploded)
        if trainer.optimizers[0] is not None:  # a discriminator alone is meant to win
            self._tell(trainer, "discriminator_won", signs.won(now))
            self._tell(trainer, "oscillation", swings, "warning")

    def on_step(self, trainer: Trainer) -> None:
        """Look at samples, if it is time to, and keep what is healthy."""
        if self._watch is not None and trainer.step % _look_every(trainer, self.settings.every) == 0:
            self._look(trainer, self._watch.look(trainer.ema.module))
        every = trainer.settings.checkpoint_every
        if self.healthy.whole and every and trainer.step % every == 0:
            self.healthy.write()

    def on_checkpoint(self, trainer: Trainer) -> None:
        """Keep a generator that is only to be judged with the checkpoint, and none from after it."""
        if not self.healthy.whole:
            self.healthy.write()

    def on_return(self, trainer: Trainer) -> None:
        """Forget what the part that was given up had shown."""
        self._looks, self._quiet, self._samples_seen = Looks(), {}, trainer.samples_seen
        self._signs.start(measure_norms(trainer).weights)
        self.healthy.forget_void(trainer)
        self.record(trainer, {"event": "restart", "restart": self.returns[-1]})

    def on_end(self, trainer: Trainer) -> None:
        """Keep for a resumed training what to go back to."""
        if self.healthy.whole:
            self.healthy.write()

    def state(self) -> dict[str, Any]:
        """Verdicts, restarts and what has been seen, as primitives."""
        return {
            "verdicts": [verdict.to_dict() for verdict in self.verdicts],
            "returns": list(self.returns),
            "signs": self._signs.state(),
            "looks": self._looks.state(),
            "quiet": dict(self._quiet),
            "samples_seen": self._samples_seen,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take back what `state` gave."""
        self.verdicts = [Verdict(**verdict) for verdict in state["verdicts"]]
        self.returns = list(state["returns"])
        self._signs.load_state(state["signs"])
        self._looks.load_state(state["looks"])
        self._quiet = dict(state["quiet"])
        self._samples_seen = state["samples_seen"]

    def facts(self) -> dict[str, Any]:
        """All verdicts and restarts, in the order of time: what run.json has as `health`; and as `healthy_step`, of
        a training that was stopped, the step of its last healthy generator, if there is one."""
        entries: list[dict[str, Any]] = []
        for attempt in range(len(self.returns) + 1):
            void = attempt < len(self.returns)
            found = [verdict.to_dict() for verdict in self.verdicts if verdict.attempt == attempt]
            entries += [{**verdict, "given_up": void} for verdict in found]
            entries += self.returns[attempt : attempt + 1]
        return {"health": entries, **({"healthy_step": self._kept} if self._kept else {})}

    # ------------------------------------------------------------------------------------------------ judging

    def _look(self, trainer: Trainer, look: Look) -> None:
        """Tell what a look has found, and keep a state in which nothing is wrong."""
        if not look.finite:
            self._diverged(trainer, "samples were not finite")
            return
        known = [verdict.kind for verdict in self._open(trainer)]
        for kind, text in self._looks.judge(look, trainer.progress, known).items():
            self._tell(trainer, kind, text)
        acting = self.settings.policy in ("stop", "restart")
        if acting and not (self._looks.suspicious or self._signs.suspicious or self._open(trainer)):
            self.healthy.remember(trainer, self._signs.state())

    def _diverged(self, trainer: Trainer, broken: str) -> None:
        """Training cannot go on as it is, whatever the policy."""
        self._tell(trainer, "divergence", f"training diverged: {broken} before step {trainer.step}")
        if trainer.failure is not None:
            raise trainer.failure  # at once: what is not finite must not be written by those who come after

    # ------------------------------------------------------------------------------------------------ telling

    def _open(self, trainer: Trainer, kind: Kind | None = None) -> list[Verdict]:
        """What is still so, of one kind if it is given."""
        here = [v for v in self.verdicts if v.until is None and v.attempt == trainer.attempt]
        return [verdict for verdict in here if kind in (None, verdict.kind)]

    def _tell(self, trainer: Trainer, kind: Kind, text: str | None, severity: Any = "failure") -> None:
        """Something is wrong, or is not; told when it begins and when it ends."""
        if trainer.going_back or trainer.failure is not None:
            return  # one thing is enough
        verdict = next(iter(self._open(trainer, kind)), None)
        if text is None:
            quiet = self._quiet[kind] = self._quiet.get(kind, 0) + 1
            if verdict is not None and quiet >= QUIET:
                verdict.until = trainer.step
                logger.info("step %d: no longer so: %s", trainer.step, verdict.text)
                self.record(trainer, {"event": "health", "verdict": verdict.to_dict()})
            return
        self._quiet[kind] = 0
        if verdict is None:
            verdict = Verdict(
                kind, trainer.step, text, advise(kind, self.has), severity, attempt=trainer.attempt
            )
            self.verdicts.append(verdict)
            self.record(trainer, {"event": "health", "verdict": verdict.to_dict()})
            self._act(trainer, verdict)

    def _act(self, trainer: Trainer, verdict: Verdict) -> None:
        policy = self.settings.policy
        fatal = verdict.kind == "divergence"
        if fatal or (policy != "warn" and verdict.severity == "failure"):
            left = self.settings.restarts - trainer.attempt if policy == "restart" else 0
            if left <= 0 or not self._go_back(trainer, verdict):
                self._stop(trainer, verdict)
        else:
            logger.warning("step %d: %s. %s", trainer.step, verdict.text, verdict.advice)

    def _stop(self, trainer: Trainer, verdict: Verdict) -> None:
        count, state = trainer.attempt, self.healthy.state
        self._kept = state["step"] if state is not None else None
        tried = f", after {count} restart{'s' if count > 1 else ''}" if count else ""
        where = "" if verdict.kind == "divergence" else f"stopped at step {trainer.step}: "
        said = [
            f"{where}{verdict.text}{tried}",
            verdict.advice,
            self.keep(trainer, verdict, state),
        ]
        trainer.failure = UnhealthyError(". ".join(part for part in said if part))

    def _go_back(self, trainer: Trainer, verdict: Verdict) -> bool:
        """Ask the trainer to; False if there is nothing to go back to."""
        attempt = trainer.attempt + 1
        seed = int(np.random.SeedSequence([self.seed, attempt]).generate_state(1)[0])
        if self._restarts_from_healthy:
            state = self.healthy.state
        else:
            try:
                state = self.fresh(seed) if self.fresh is not None else None
            except SynthgenError as error:
                logger.warning("cannot begin afresh: %s", error)
                state = None
        if state is None:
            return False
        text = (
            f"training went back to step {state['step']}, with other random numbers: restart {attempt} of"
            f" {self.settings.restarts}"
        )
        self.returns.append(
            {
                "kind": "restart",
                "step": trainer.step,
                "text": text,
                "advice": "",
                "severity": "warning",
                "attempt": attempt,
                "back_to": state["step"],
                "because": verdict.kind,
                "seed": seed,
                "seconds": round(trainer.seconds - state["seconds"], 2),
            }
        )
        logger.warning("step %d: %s; %s", trainer.step, verdict.text, text)
        self._signs = Signs(self._signs.scale)
        if "signs" in state:
            self._signs.load_state(deepcopy(state["signs"]))
        trainer.go_back(deepcopy(state), seed)  # optimizers go on with the very tensors that they are given
        return True

    @property
    def _restarts_from_healthy(self) -> bool:
        return self.settings.policy == "restart" and self.settings.restart_from == "healthy"


def _look_every(trainer: Trainer, most: int) -> int:
    """Steps between two looks: a short training is looked at as often as a long one needs for a verdict."""
    return min(most, max(LEAST_STEPS, trainer.total_steps // TIMES)) if trainer.total_steps else most


def _watch(trainer: Trainer, samples: int, seed: int) -> SampleWatch | None:
    """None where there is nothing to watch: no generator that learns, too few real samples."""
    if trainer.optimizers[0] is None:
        return None
    watch = SampleWatch(trainer.data, trainer.latent, samples, seed)
    return watch if watch.possible else None
