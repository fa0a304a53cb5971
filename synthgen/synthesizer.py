"""A trained generator with the codec that turns its outputs into values: sample, stream, save, load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from synthgen.components import ClassLabel, Codec, DataSpec, SampleBatch
from synthgen.device import choose_device, fork_random
from synthgen.errors import PluginError, SynthgenError, UsageError, describe
from synthgen.model_files import (
    ClassRecord,
    ComponentRecord,
    Contents,
    Tensors,
    model_hash,
    read_model,
    write_model,
)
from synthgen.plugins import Registry, installed_plugins
from synthgen.sampling import CHUNK, ClassPlan, PerClass, chunk_seed, draw_chunk, make_plan
from synthgen.training.settings import LatentSettings


@dataclass(kw_only=True)
class Synthesizer:
    """All that is needed to make samples, and nothing of how it was trained.

    The generator is taken over: it is set to evaluation and, for images on a CPU, to `channels_last`.
    """

    generator: nn.Module = field(repr=False)
    codec: Codec = field(repr=False)
    generator_record: ComponentRecord
    """Under which name, from which plugin and with which options the generator is built again."""
    codec_record: ComponentRecord
    spec: DataSpec
    latent: LatentSettings
    classes: tuple[ClassLabel, ...] = ()
    """Classes as the source gave them; empty where the data had no labels."""
    class_counts: tuple[int, ...] = ()
    """Samples of each class in the training data: the odds with which classes are drawn."""
    source: dict[str, Any] = field(default_factory=dict)
    """JSON facts for the dataset card, any of: `data` (its name), `description`, `notes` (a list),
    `fingerprint`, `recipe`, `steps`. Others are kept."""
    saved_hash: str | None = field(default=None, repr=False)
    """The hash that the model had when it was loaded."""

    def __post_init__(self) -> None:
        widths = [condition.size for condition in self.spec.conditions]
        if widths != [len(self.classes)] * bool(self.classes) or len(self.class_counts) != len(self.classes):
            raise ValueError(f"{len(self.classes)} classes do not fit conditions {widths} and class counts")
        self.generator.eval()
        flat = all(p.dim() != 5 for p in self.generator.parameters())
        if self.device.type == "cpu" and len(self.spec.shape) == 3 and flat:
            self.generator.to(memory_format=torch.channels_last)

    @property
    def device(self) -> torch.device:
        """Where the generator's weights are."""
        tensors = chain(self.generator.parameters(), self.generator.buffers())
        return next((t.device for t in tensors), torch.device("cpu"))

    def to(self, device: str) -> Self:
        """Move the generator: `cpu`, `cuda`, `cuda:N`, `mps`, or `auto` for CUDA if there is one."""
        self.generator.to(choose_device(device))
        return self

    # ------------------------------------------------------------------------------------------------ samples

    def plan(
        self,
        count: int | None = None,
        *,
        per_class: PerClass | None = None,
        classes: Sequence[str | int] | None = None,
    ) -> ClassPlan:
        """Which classes to make and how many: `count` drawn with the training data's balance, or `per_class`.

        Classes go by name or number. Raises UsageError for classes that the model does not have.
        """
        return make_plan(self.classes, self.class_counts, count, per_class, classes)

    def sample(
        self,
        n: int | None = None,
        *,
        per_class: PerClass | None = None,
        classes: Sequence[str | int] | None = None,
        seed: int = 0,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Samples `x` as the codec decodes them, and `y`, int64, the class numbers of the source.

        `y` is zero where the data had no labels. With one seed, `sample(10)` is the start of `sample(20)`.
        """
        batches = list(self.stream(self.plan(n, per_class=per_class, classes=classes), seed))
        y = np.concatenate([batch.y for batch in batches])
        numbers = np.array([label.number for label in self.classes] or [0], np.int64)
        return np.concatenate([batch.x for batch in batches]), numbers[y]

    def stream(self, plan: ClassPlan, seed: int = 0, start: int = 0) -> Iterator[SampleBatch]:
        """The plan's samples from number `start` on, a chunk at a time, made when they are asked for."""
        if seed < 0:
            raise UsageError(f"the seed must be 0 or more, not {seed}")
        if start < 0:
            raise UsageError(f"a stream starts at sample 0 or later, not at {start}")
        end = -(-plan.count // CHUNK) if start < plan.count else 0
        for k in range(start // CHUNK, end):
            first = k * CHUNK
            noise, uniform = draw_chunk(seed, k, self.latent)
            y = plan.labels(first, uniform)
            with fork_random(self.device):  # a generator may draw noise of its own
                torch.manual_seed(chunk_seed(seed, k))
                x = self._generate(noise, torch.from_numpy(y), first)
            wanted = slice(max(start - first, 0), min(plan.count - first, CHUNK))
            yield SampleBatch(x[wanted], y[wanted], first + wanted.start)

    @torch.inference_mode()
    def _generate(self, noise: Tensor, labels: Tensor, first: int) -> np.ndarray:
        """One full chunk through network and codec; whatever is wrong with either names it."""
        record, device = self.generator_record, self.device
        condition = self.spec.encode_conditions(labels[:, None])
        try:
            x = self.generator(noise.to(device), condition.to(device)).float().cpu()
        except SynthgenError:
            raise
        except Exception as error:
            raise PluginError(f"generator {record} failed: {describe(error)}") from error
        shape = (len(noise), *self.spec.shape)
        if x.shape != shape:
            raise PluginError(f"generator {record} returned shape {tuple(x.shape)}; it must be {shape}")
        if not torch.stack(x.aminmax()).isfinite().all():  # NaN goes through a minimum
            raise PluginError(
                f"generator {record} returned numbers that are not finite among samples {first} to"
                f" {first + len(x) - 1}; its training has probably diverged"
            )
        try:
            return self.codec.decode(x)
        except SynthgenError:
            raise
        except Exception as error:
            raise PluginError(f"codec {self.codec_record} failed to decode: {describe(error)}") from error

    # -------------------------------------------------------------------------------------------------- files

    @property
    def model_hash(self) -> str:
        """SHA-256 over weights, components, options, classes and all else that decides what samples are."""
        return self.saved_hash or model_hash(*self._contents())

    def save(self, directory: Path | str) -> None:
        """Write the model folder (JSON, safetensors), whole or not at all. Refuses a folder that is taken."""
        write_model(*self._contents(), Path(directory))

    def _contents(self) -> tuple[Contents, Tensors]:
        values, tensors = self.codec.state()
        contents = Contents(
            generator=self.generator_record,
            codec=self.codec_record,
            codec_values=values,
            spec=self.spec,
            latent=self.latent,
            classes=tuple(
                ClassRecord(number=label.number, name=label.name, count=count)
                for label, count in zip(self.classes, self.class_counts, strict=True)
            ),
            source=self.source,
        )
        return contents, {"generator": self.generator.state_dict(), "codec": tensors}


def load(path: Path | str, registry: Registry | None = None, device: str = "auto") -> Synthesizer:
    """The synthesizer saved in a model folder, or in the `model` folder of a run.

    Needs neither the recipe nor the device of the training, and never unpickles. `registry` is where
    generator and codec are looked up; the installed plugins if not given. Raises CheckpointError for files
    that are missing, cut short, changed or of a newer version, and for components that are not installed.
    """
    target = choose_device(device)
    saved = read_model(Path(path))
    generator, codec = saved.build(registry or installed_plugins())
    contents = saved.contents
    return Synthesizer(
        generator=generator.to(target),
        codec=codec,
        generator_record=contents.generator,
        codec_record=contents.codec,
        spec=contents.spec,
        latent=contents.latent,
        classes=tuple(ClassLabel(c.number, c.name) for c in contents.classes),
        class_counts=tuple(c.count for c in contents.classes),
        source=contents.source,
        saved_hash=saved.hash,
    )
