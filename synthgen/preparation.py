"""What a recipe comes to on this machine: data on the device, networks built and tried, nothing written."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from synthgen.calibrating import calibrate
from synthgen.components import (
    Augmentation,
    Codec,
    Dataset,
    Discriminator,
    Generator,
    Loss,
    Penalty,
)
from synthgen.data.fingerprint import fingerprint
from synthgen.data.training_data import TrainingData
from synthgen.device import choose_device
from synthgen.errors import DataError, PluginError, SynthgenError, UnsupportedError, describe
from synthgen.exporting import check_export
from synthgen.hold_out import RealParts
from synthgen.model_files import ComponentRecord
from synthgen.plugins import Registry
from synthgen.probe import probe_augmentation, probe_networks, probe_step
from synthgen.real_data import load_data
from synthgen.recipe import Choice, NetworkChoice, Recipe
from synthgen.synthesizer import UNTRAINED, Synthesizer
from synthgen.training.listener import Listener
from synthgen.training.precision import choose_precision
from synthgen.training.trainer import Trainer

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
    augmentations: list[Augmentation]
    seconds: float
    parts: RealParts | None = None
    """The real data as a run splits it, of which `dataset` is what is trained on; None where nobody splits."""

    @property
    def held_out(self) -> Dataset | None:
        """Real samples that are kept from the training; None if there are none."""
        return self.parts.held_out if self.parts is not None else None


def prepare(
    recipe: Recipe,
    registry: Registry,
    began: Mapping[str, Any] | None = None,
    dataset: Dataset | None = None,
    parts: RealParts | None = None,
) -> Setup:
    """Load the data, build everything and make a trial step; writes nothing.

    `dataset` is taken instead of the recipe's data if it is given, or what `parts` have to train on. `began` is
    the record of a run that goes on: it keeps its arithmetic if it is on the same device.
    """
    start = time.perf_counter()
    settings = recipe.train
    precision = settings.precision
    device = choose_device(settings.device)
    if began is not None and began["device"]["name"] == str(device):
        precision = began["precision"]
    if settings.threads is not None:
        torch.set_num_threads(settings.threads)
    if parts is not None:
        dataset = parts.train
    dataset = load_data(recipe) if dataset is None else dataset
    codec_choice, codec, data = encode_data(recipe, registry, dataset, device)
    if recipe.export is not None:  # what cannot be exported is told now, not after the training
        check_export(recipe.export, codec, dataset, data.class_counts, registry)
    torch.manual_seed(recipe.seed)
    generator, discriminator = build_networks(recipe, data)
    for doubt in (*generator.doubts(), *discriminator.doubts()):
        logger.warning(doubt)
    augmentations = [choice.build() for choice in recipe.augmentations]
    for choice, augmentation in zip(recipe.augmentations, augmentations, strict=True):
        augmentation.value_range = data.spec.value_range
        probe_augmentation(choice.registered, augmentation, data)
    setup = Setup(
        recipe=recipe,
        registry=registry,
        device=device,
        precision=choose_precision(precision, device, (generator, discriminator)),
        dataset=dataset,
        fingerprint=fingerprint(dataset),
        codec_choice=codec_choice,
        codec=codec,
        data=data,
        generator=generator,
        discriminator=discriminator,
        loss=recipe.loss.build(),
        penalties=[(penalty.name, penalty.build()) for penalty in recipe.penalties],
        augmentations=augmentations,
        seconds=0.0,
        parts=parts,
    )
    probe_step(build_trainer(setup), [choice.registered for choice in recipe.components])
    setup.seconds = time.perf_counter() - start
    return setup


def encode_data(
    recipe: Recipe, registry: Registry, dataset: Dataset, device: torch.device
) -> tuple[Choice, Codec, TrainingData]:
    """The codec that the recipe names or else the data's kind has, fitted, and the data on the device.

    Images are in the memory format that convolutions are fastest in.
    """
    choice = recipe.codec or _default_codec(registry, dataset.kind)
    kind = choice.registered.component.kind
    if kind not in (None, dataset.kind):
        raise UnsupportedError(
            f"codec {choice.name} is for data of kind {kind}, and {dataset.name} is of kind {dataset.kind};"
            " leave codec out, and the one for it is taken"
        )
    try:
        codec: Codec = choice.build().fit(dataset)
        data = TrainingData.from_dataset(dataset, codec, recipe.latent.dim, device)
    except SynthgenError:
        raise
    except MemoryError as error:
        raise DataError(
            f"{dataset.name}: its {len(dataset):,} samples do not fit into memory as tensors; use fewer or smaller"
            " ones (options limit, per_class, classes, size)"
        ) from error
    except Exception as error:
        raise PluginError(f"{choice.registered} failed on {dataset.name}: {describe(error)}") from error
    data.channels_last = True
    return choice, codec, data


def build_networks(recipe: Recipe, data: TrainingData) -> tuple[Generator, Discriminator]:
    """Both networks on the data's device, new, and tried with a small batch."""
    with _key_in("generator"):
        generator: Generator = _on(data.device, recipe.generator.build(data.spec))
    with _key_in("discriminator"):
        discriminator: Discriminator = _on(data.device, recipe.discriminator.build(data.spec))
    discriminator.meet(recipe.loss.build())
    probe_networks(
        (recipe.generator.registered, generator),
        (recipe.discriminator.registered, discriminator),
        data,
        recipe.latent,
    )
    for section, network in (("generator", generator), ("discriminator", discriminator)):
        _check_learns(section, getattr(recipe, section), network)
    return generator, discriminator


@contextmanager
def _key_in(section: str) -> Iterator[None]:
    """Say of an option that a component finds fault with where it stands in a recipe."""
    try:
        yield
    except UnsupportedError as error:
        error.key = f"{section}.{error.key}".rstrip(".")
        raise


def _on(device: torch.device, network: nn.Module) -> Any:
    """The network on its device, convolutions in the memory format that is fastest."""
    network = network.to(device)
    if any(p.dim() == 4 for p in network.parameters()):
        network = network.to(memory_format=torch.channels_last)
    return network


def _check_learns(section: str, choice: NetworkChoice, network: nn.Module) -> None:
    if choice.every and not any(p.requires_grad for p in network.parameters()):
        hint = "; set generator.every to 0 to train the discriminator alone" if section == "generator" else ""
        raise UnsupportedError(f"{section} {choice.name} has no weights to train{hint}")


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
        augmentations=setup.augmentations,
        data=setup.data,
        settings=recipe.train,
        latent=recipe.latent,
        precision=setup.precision,
        seed=recipe.seed,
        generator_every=recipe.generator.every,
        discriminator_every=recipe.discriminator.every,
        listeners=listeners,
    )


def calibrate_for(setup: Setup, generator: nn.Module) -> None:
    """Calibrate a generator as the recipe says, by the setup's data; see `calibrate`."""
    recipe = setup.recipe
    if recipe.train.calibrate != "never":
        always = recipe.train.calibrate == "always"
        calibrate(generator, setup.data, recipe.latent, recipe.seed, always=always)


def build_synthesizer(
    setup: Setup, trainer: Trainer, *, copy: bool = False, calibrated: bool = True
) -> Synthesizer:
    """What a trainer has made so far, ready to sample: its averaged generator with the codec.

    The generator is taken over, and calibrated where it is for a table unless it is not to be; with `copy` a copy
    of it is, so that the training can go on. Torch's random state stays.
    """
    recipe, dataset = setup.recipe, setup.dataset
    generator = deepcopy(trainer.ema.module) if copy else trainer.ema.module
    if calibrated:
        calibrate_for(setup, generator)
    return Synthesizer(
        generator=generator,
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
            "notes": [*dataset.notes, *([] if recipe.generator.every else [UNTRAINED])],
            "fingerprint": setup.fingerprint,
            "recipe": recipe.name,
            "steps": trainer.step,
            **({"target": dataset.target} if dataset.target is not None else {}),
        },
    )
