"""The process of `benchmarks/textbook_keras.py`, seen from the side that starts it, and its job from a recipe."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from textbook_job import Job

from synthgen.options import plain_options
from synthgen.preparation import Setup
from synthgen.training.turns import Turns

SCRIPT = Path(__file__).with_name("textbook_keras.py")
_FIND = "import importlib.util as u, sys; sys.exit(not (u.find_spec('tensorflow') and u.find_spec('keras')))"


def python_with_keras(others: list[str]) -> str | None:
    """The first environment's Python that has Keras and TensorFlow."""
    for python in [sys.executable, *others]:
        if not subprocess.run([python, "-c", _FIND], check=False).returncode:
            return python
    return None


class KerasWorker:
    """Keras with one recipe's models, ready to take steps; between two requests it does nothing."""

    def __init__(self, python: str, job: Job) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - close does
        self._process = subprocess.Popen(
            [python, str(SCRIPT), json.dumps(job._asdict())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        told = self._read()
        self.versions: dict[str, str] = told["versions"]
        self.parameters: list[int] = told["parameters"]

    def seconds(self, steps: int) -> float:
        """Take so many steps with models as they were at first."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        seconds: float = self._read()["seconds"]
        return seconds

    def close(self) -> None:
        """End the process."""
        self._process.communicate()
        self._errors.close()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            lines = [text for text in self._errors.read().splitlines() if text.strip()] or ["no message"]
            raise RuntimeError(f"failed: {lines[-1]}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def keras_job(setup: Setup, threads: int, *, lean: bool) -> Job:
    """What Keras needs of a recipe. Raises NotImplementedError for what is not translated to Keras."""
    recipe, spec = setup.recipe, setup.data.spec
    generator, discriminator = recipe.generator.to_dict(), recipe.discriminator.to_dict()
    heads = discriminator.get("heads") or {}
    settings, loss = recipe.train, recipe.loss.to_dict()
    penalties = {penalty.name: penalty.to_dict() for penalty in recipe.penalties}
    translated = {
        "generator": {"sequential", "noise"} >= {recipe.generator.name},
        "discriminator": recipe.discriminator.name == "sequential",
        "loss": recipe.loss.name in ("non_saturating", "minimax", "least_squares", "wasserstein"),
        "penalties": {"weight_clipping", "wgan_gp"} >= {*penalties},
        "augmentations": not recipe.augmentations,
    }
    for section, known in translated.items():
        if not known:
            raise NotImplementedError(f"its {section} are not translated to Keras")
    turns = Turns(settings.discriminator_steps, recipe.discriminator.every, recipe.generator.every)
    steps = range(turns.period * (recipe.generator.every or 1))
    return Job(
        shape=spec.shape,
        classes=max(1, len(setup.dataset.classes)),
        latent=recipe.latent.dim,
        uniform=recipe.latent.distribution == "uniform",
        generator=generator.get("layers"),
        discriminator=discriminator["layers"],
        heads={name: heads[name] for name in ("validity", "class") if heads.get(name)},
        loss=recipe.loss.name,
        real_label=_bounds(loss.get("real_label", 1.0)),
        fake_label=_bounds(loss.get("fake_label", 0.0)),
        flip=loss.get("flip", 0.0),
        clip=penalties.get("weight_clipping", {}).get("limit"),
        gradient_penalty=penalties.get("wgan_gp", {}).get("weight"),
        optimizers=[
            plain_options(chosen)
            for chosen in (settings.optimizer, settings.discriminator_optimizer or settings.optimizer)
        ],
        batch=settings.batch_size,
        generator_batch=settings.generator_batch_size or settings.batch_size,
        joint=settings.discriminator_passes == "joint",
        discriminator_steps=[turns.discriminator(step) for step in steps],
        generator_steps=[int(turns.generator(step)) for step in steps],
        lean=lean,
        threads=threads,
    )


def _bounds(label: float | list[float]) -> tuple[float, float]:
    low, high = label if isinstance(label, list) else (label, label)
    return min(low, high), max(low, high)
