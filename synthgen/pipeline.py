"""From a recipe to the directory of a run: data, networks, training, model, dataset."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from tqdm import tqdm

from synthgen.components import Codec, Dataset, Discriminator, Generator, Loss, Penalty
from synthgen.data.fingerprint import fingerprint
from synthgen.data.loading import fallback_options, load_dataset
from synthgen.data.training_data import TrainingData
from synthgen.device import choose_device
from synthgen.errors import CheckpointError, Interrupted, SynthgenError, UsageError
from synthgen.export.dataset import export_dataset
from synthgen.interrupt import stop_on_signals
from synthgen.listeners import CheckpointFiles, MetricsFile, Progress, SampleGrids, duration
from synthgen.model_files import ComponentRecord
from synthgen.pictures import plot_losses
from synthgen.plugins import Registry, installed_plugins
from synthgen.probe import probe_networks
from synthgen.recipe import Choice, ExportChoice, Recipe, load_recipe
from synthgen.run_directory import Run
from synthgen.run_info import describe_run
from synthgen.synthesizer import Synthesizer
from synthgen.training.checkpoint import list_checkpoints, load_checkpoint
from synthgen.training.precision import choose_precision
from synthgen.training.trainer import Listener, Trainer

logger = logging.getLogger("synthgen")


@dataclass
class Setup:
    """What a recipe comes to on this machine, before anything is trained or written."""

    recipe: Recipe
    registry: Registry
    device: torch.device
    precision: torch.dtype
    dataset: Dataset
    fingerprint: str
    codec_choice: Choice
    codec: Codec
    data: TrainingData
    generator: Generator
    discriminator: Discriminator
    loss: Loss
    penalties: list[tuple[str, Penalty]]
    seconds: float


def run(
    recipe: Recipe | Path | str, out: Path | str | None = None, *, registry: Registry | None = None
) -> Run:
    """Carry out a recipe in a new folder (`runs/NAME-TIME` if `out` is not given) and return its run.

    Raises a SynthgenError for whatever is wrong with recipe, data, plugins or folder, before the folder is
    made; Interrupted if a person stops the training, which `resume` goes on with.
    """
    registry = registry or installed_plugins()
    if not isinstance(recipe, Recipe):
        recipe = load_recipe(recipe, registry=registry)
    path = Path(out) if out is not None else Run.default_path(recipe.name)
    Run.check_free(path)
    setup = prepare(recipe, registry)
    directory = Run.create(path)
    directory.recipe.write_text(recipe.to_yaml(), "utf-8")
    directory.write_info(describe_run(setup))
    return _carry_out(directory, setup, build_trainer(setup, _recorders(directory, setup)))


def resume(path: Path | str, *, registry: Registry | None = None) -> Run:
    """Go on with a run that was stopped, from its newest checkpoint, as if it had not been stopped.

    Raises UsageError if there is nothing to go on with, CheckpointError if the checkpoint cannot be read or
    the data is not what the run began with.
    """
    registry = registry or installed_plugins()
    directory = Run.open(Path(path))
    info = directory.read_info()
    if info["status"] == "finished":
        raise UsageError(f"the run in {path} is finished; there is nothing to resume")
    setup = prepare(load_recipe(directory.recipe, registry=registry), registry, precision=info["precision"])
    if setup.fingerprint != info["data"]["fingerprint"]:
        raise CheckpointError(
            f"the run in {path} was trained on other data than {setup.dataset.name} is now "
            f"(fingerprint {info['data']['fingerprint'][:12]}, now {setup.fingerprint[:12]})"
        )
    trainer = build_trainer(setup, _recorders(directory, setup))
    checkpoints = list_checkpoints(directory.checkpoints)
    if checkpoints:
        trainer.load_state(load_checkpoint(checkpoints[-1], setup.recipe.digest, setup.device))
    logger.info("resuming %s at step %d", path, trainer.step)
    for made in (directory.model, directory.dataset):  # left by a run that was stopped near its end
        shutil.rmtree(made, ignore_errors=True)
    return _carry_out(directory, setup, trainer)


def prepare(recipe: Recipe, registry: Registry, precision: str | None = None) -> Setup:
    """Load the data, build everything and try the networks once; writes nothing."""
    start = time.perf_counter()
    settings = recipe.train
    device = choose_device(settings.device)
    if settings.threads is not None:
        torch.set_num_threads(settings.threads)
    dataset = _load_data(recipe)
    codec_choice = recipe.codec or _default_codec(registry, dataset.kind)
    codec: Codec = codec_choice.build().fit(dataset)
    data = TrainingData.from_dataset(dataset, codec, recipe.latent.dim, device)
    data.channels_last = True
    torch.manual_seed(recipe.seed)
    generator = _on(device, recipe.generator.build(data.spec))
    discriminator = _on(device, recipe.discriminator.build(data.spec))
    probe_networks(
        (recipe.generator.registered, generator),
        (recipe.discriminator.registered, discriminator),
        data,
        recipe.latent,
    )
    return Setup(
        recipe=recipe,
        registry=registry,
        device=device,
        precision=choose_precision(precision or settings.precision, device),
        dataset=dataset,
        fingerprint=fingerprint(dataset),
        codec_choice=codec_choice,
        codec=codec,
        data=data,
        generator=generator,
        discriminator=discriminator,
        loss=recipe.loss.build(),
        penalties=[(penalty.name, penalty.build()) for penalty in recipe.penalties],
        seconds=time.perf_counter() - start,
    )


def _on(device: torch.device, network: nn.Module) -> Any:
    """The network on its device, convolutions in the memory format that is fastest."""
    network = network.to(device)
    if any(p.dim() == 4 for p in network.parameters()):
        network = network.to(memory_format=torch.channels_last)
    return network


def _load_data(recipe: Recipe) -> Dataset:
    source, fallback = recipe.data.source, recipe.data.fallback
    if fallback is None:
        return load_dataset(source.build(), None, recipe.seed, name=source.name)
    component = fallback.registered.component
    given = fallback.options.model_dump(exclude_none=True)
    options = component.Options(**fallback_options(source.registered.component, component, given))
    return load_dataset(
        source.build(), Choice(fallback.registered, options).build(), recipe.seed, name=source.name
    )


def _default_codec(registry: Registry, kind: str) -> Choice:
    registered = registry.find("codec", kind)
    return Choice(registered, registered.component.Options())


def build_trainer(setup: Setup, listeners: Sequence[Listener] = ()) -> Trainer:
    """The trainer of a setup, followed by these listeners."""
    recipe = setup.recipe
    return Trainer(
        generator=setup.generator,
        discriminator=setup.discriminator,
        loss=setup.loss,
        penalties=setup.penalties,
        data=setup.data,
        settings=recipe.train,
        latent=recipe.latent,
        precision=setup.precision,
        seed=recipe.seed,
        listeners=listeners,
    )


def _recorders(directory: Run, setup: Setup) -> list[Listener]:
    recipe = setup.recipe
    return [
        Progress(),
        MetricsFile(directory.metrics),
        SampleGrids(directory.samples, setup.data.spec, recipe.latent, setup.codec.decode, recipe.seed),
        CheckpointFiles(directory.checkpoints, recipe.digest),
    ]


def _carry_out(directory: Run, setup: Setup, trainer: Trainer) -> Run:
    """Train, save the model, export the dataset; run.json says how far it came, whatever happens."""
    info = {**directory.read_info(), "status": "running"}
    timings = {**info.get("seconds", {}), "setup": round(setup.seconds, 2)}

    def record(status: str, **facts: Any) -> None:
        info.update(status=status, seconds=timings, steps=trainer.step, **facts)
        directory.write_info(info)

    def interrupted(when: str) -> Interrupted:
        record("interrupted")
        return Interrupted(f"stopped {when}. Go on with: synthgen run --resume {directory.path}")

    record("running")
    try:
        with stop_on_signals(trainer):
            trainer.train()
        timings["training"] = round(trainer.seconds, 2)
        if not trainer.finished:
            raise interrupted(f"at step {trainer.step}, which is saved")
        plot_losses(directory.read_metrics(), directory.losses)
        synthesizer = _synthesizer(setup, trainer)
        synthesizer.save(directory.model)
        start = time.perf_counter()
        if setup.recipe.export is not None:
            export(synthesizer, setup.recipe.export, directory.dataset, setup.recipe.seed)
        timings["export"] = round(time.perf_counter() - start, 2)
    except KeyboardInterrupt:
        raise interrupted(f"at step {trainer.step}, before all was written") from None
    except SynthgenError as error:
        if not isinstance(error, Interrupted):
            record("failed", error=str(error))
        raise
    record("finished", model_hash=synthesizer.model_hash)
    logger.info("trained %d steps in %s", trainer.step, duration(trainer.seconds))
    return directory


def _synthesizer(setup: Setup, trainer: Trainer) -> Synthesizer:
    recipe, dataset = setup.recipe, setup.dataset
    return Synthesizer(
        generator=trainer.ema.module,
        codec=setup.codec,
        generator_record=ComponentRecord.of(recipe.generator),
        codec_record=ComponentRecord.of(setup.codec_choice),
        spec=setup.data.spec,
        latent=recipe.latent,
        classes=dataset.classes,
        class_counts=tuple(setup.data.class_counts),
        source={
            "data": dataset.name,
            "description": dataset.description,
            "notes": list(dataset.notes),
            "fingerprint": setup.fingerprint,
            "recipe": recipe.name,
            "steps": trainer.step,
        },
    )


def export(synthesizer: Synthesizer, choice: ExportChoice, directory: Path, seed: int) -> dict[str, Any]:
    """Write a dataset as an `export:` section asks into a new folder; returns the manifest's head.

    `seed` holds where the section has none. Raises UsageError if the folder is taken or the model has no such
    class.
    """
    settings = choice.settings
    plan = synthesizer.plan(settings.count, per_class=settings.per_class, classes=settings.classes)
    with tqdm(total=plan.count, desc="export", unit="sample", disable=None, leave=False) as bar:
        return export_dataset(
            synthesizer,
            plan,
            choice.exporter.build(),
            choice.exporter.name,
            directory,
            seed=seed if settings.seed is None else settings.seed,
            progress=bar.update,
        )
