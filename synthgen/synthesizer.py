"""A trained generator with the codec that turns its outputs into values: sample, stream, save, load."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from synthgen.classes import find_class
from synthgen.components import LABEL, ClassLabel, Codec, SampleBatch
from synthgen.device import choose_device, fork_random
from synthgen.errors import PluginError, SynthgenError, UsageError, describe
from synthgen.given_latents import GivenLatents
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
from synthgen.redrawing import Redraws, draw_until_accepted
from synthgen.sampling import ChunkDraws, ClassPlan, PerClass, chunk_seed, make_plan, split_where
from synthgen.snapshots import find_snapshot
from synthgen.spec import DataSpec
from synthgen.training.settings import LatentSettings
from synthgen.values import join

UNTRAINED = "the generator was not trained: the run trained its discriminator alone"
"""A note of models that such a run ended with."""


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
    `fingerprint`, `recipe`, `steps`, `target` (a table's column that is the class). Others are kept."""
    saved_hash: str | None = field(default=None, repr=False)
    """The hash that the model had when it was loaded."""

    def __post_init__(self) -> None:
        widths = [condition.size for condition in self.spec.conditions]
        if len(self.class_counts) != len(self.classes) or (self.classes and len(self.classes) not in widths):
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
        where: Mapping[str, Any] | None = None,
    ) -> ClassPlan:
        """Which classes to make and how many: `count` drawn with the training data's balance, or `per_class`.

        Classes go by name or number. `where` has values of conditions by name, the label's among them: every
        sample will have them, and classes are drawn as they occur with them. Raises UsageError for classes,
        conditions and values that the model does not have.
        """
        where, classes = split_where(self.label, where, classes)
        self._codec("check where", self.codec.check_where, where)
        odds = self._codec("tell the odds of classes", self.codec.class_odds, where)
        plan = make_plan(self.classes, odds or self.class_counts, count, per_class, classes)
        return replace(plan, where=tuple(where.items()))

    @property
    def label(self) -> str | None:
        """Name of the condition that is the class; None without classes."""
        if not self.classes:
            return None
        named = self.source.get("target")
        return str(named) if named is not None else LABEL

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the numbers that samples are made at beside their class, and do not hold themselves."""
        no_codes = torch.empty(0, len(self.spec.conditions), dtype=torch.float64)
        return tuple(self._codec("tell the numbers", self.codec.given, no_codes))

    def sample(
        self,
        n: int | None = None,
        *,
        per_class: PerClass | None = None,
        classes: Sequence[str | int] | None = None,
        where: Mapping[str, Any] | None = None,
        seed: int = 0,
    ) -> tuple[Any, np.ndarray]:
        """Samples `x` as the codec decodes them, and `y`, int64, the class numbers of the source.

        `x` is an array, or for tables a DataFrame. `y` is zero where the data had no labels. With one seed,
        `sample(10)` is the start of `sample(20)`. For `where` see `plan`; batches of `stream` also say at which
        numbers, such as temperatures, samples were made.
        """
        plan = self.plan(n, per_class=per_class, classes=classes, where=where)
        return self._joined(self.stream(plan, seed))

    def generate(
        self,
        latents: Any,
        *,
        classes: str | int | Sequence[str | int] | None = None,
        where: Mapping[str, Any] | None = None,
        seed: int = 0,
    ) -> tuple[Any, np.ndarray]:
        """The samples that begin with these latents: `x` and `y` as `sample` returns them, in their order.

        `latents` is an array or a tensor `(n, dim)`, or `(dim,)` for a single one. `classes` is the class of all,
        or a list with the class of each; without it they are drawn with `seed` in the training data's balance.
        What a model draws beside the latent, such as categories of rows, comes from `seed` as well: the same
        latents, classes and seed give the same samples. A row that breaks a constraint of its table is kept,
        since another would not be this latent's; the log says how many there are.
        """
        given = GivenLatents.check(latents, self.latent.dim)
        one = classes is None or isinstance(classes, str) or np.ndim(classes) == 0
        names: Any = [classes] if one and classes is not None else classes
        plan = self.plan(len(given), classes=names, where=where)
        if not one:
            if len(names) != len(given):
                raise UsageError(
                    f"{len(names)} classes for {len(given)} latents; give one for each, or one for all"
                )
            each = tuple(find_class(self.classes, name) for name in names)
            plan = replace(plan, weights=(), given=each)
        return self._joined(self.stream(plan, seed, latents=given))

    def _joined(self, stream: Iterator[SampleBatch]) -> tuple[Any, np.ndarray]:
        """Values and class numbers of all batches."""
        batches = list(stream)
        y = np.concatenate([batch.y for batch in batches])
        numbers = np.array([label.number for label in self.classes] or [0], np.int64)
        return join([batch.x for batch in batches]), numbers[y]

    def stream(
        self, plan: ClassPlan, seed: int = 0, start: int = 0, *, latents: Any = None
    ) -> Iterator[SampleBatch]:
        """The plan's samples from number `start` on, a chunk at a time, made when they are asked for.

        `latents` has one for each sample of the plan, or a single one for all; they are drawn if there are none.
        See `generate`.
        """
        if seed < 0:
            raise UsageError(f"the seed must be 0 or more, not {seed}")
        if start < 0:
            raise UsageError(f"a stream starts at sample 0 or later, not at {start}")
        if latents is not None:
            latents = GivenLatents.check(latents, self.latent.dim)
            latents.check_count(plan.count)
        return self._chunks(plan, seed, start, latents)

    def _chunks(
        self, plan: ClassPlan, seed: int, start: int, latents: GivenLatents | None
    ) -> Iterator[SampleBatch]:
        chunk, where = self.codec.chunk, dict(plan.where)
        end = -(-plan.count // chunk) if start < plan.count else 0
        redraws = Redraws()
        try:
            for k in range(start // chunk, end):
                first = k * chunk
                draws = ChunkDraws(seed, k, chunk, self.latent)
                if latents is not None:
                    draws.begin_with(latents.part(first, min(plan.count - first, chunk)))
                y = plan.labels(first, draws.for_labels)
                with fork_random(self.device):  # generator and codec may draw random numbers of their own
                    torch.manual_seed(chunk_seed(seed, k))
                    codes = self.codes(y, draws.for_conditions, where)
                    x = self._accepted(draws, codes, first, redraws)
                wanted = slice(max(start - first, 0), min(plan.count - first, chunk))
                numbers = self._codec("tell the numbers", self.codec.given, codes[wanted])
                yield SampleBatch(x[wanted], y[wanted], first + wanted.start, given=numbers)
        finally:
            redraws.log()

    def codes(self, labels: np.ndarray, uniform: np.ndarray, where: Mapping[str, Any]) -> Tensor:
        """What samples of these classes are conditioned on, `(B, conditions)`; see a codec's `draw_conditions`."""
        if not self.spec.conditions:
            return torch.empty(len(labels), 0)
        return self._codec("draw conditions", self.codec.draw_conditions, labels, uniform, where)

    def _accepted(self, draws: ChunkDraws, codes: Tensor, first: int, redraws: Redraws) -> Any:
        """A chunk of samples that the codec accepts, those that it does not drawn again."""

        def make(noise: Tensor, rows: Tensor) -> Any:
            some = codes.index_select(0, rows)
            return self.forward(noise, self.spec.encode_conditions(some), some, first)

        def judge(values: Any) -> np.ndarray | None:
            accepted = self._codec("judge", self.codec.accepts, values)
            if accepted is not None and np.shape(accepted) != (len(values),):
                raise PluginError(
                    f"codec {self.codec_record} judged {len(values)} samples with a mask {np.shape(accepted)}"
                )
            return None if accepted is None else np.asarray(accepted, bool)

        return draw_until_accepted(make, judge, draws, redraws)

    @torch.inference_mode()
    def forward(self, noise: Tensor, condition: Tensor, codes: Tensor, first: int = 0) -> Any:
        """Samples of this noise `(B, dim)` and condition `(B, condition_dim)` through network and codec, at once.

        The condition need not be one that `codes (B, conditions)` can say; those are for decoding. Errors name
        network or codec, and count samples from `first`.
        """
        record, device = self.generator_record, self.device
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
        return self._codec("decode", self.codec.decode, x, codes)

    def _codec(self, what: str, method: Callable[..., Any], *arguments: Any) -> Any:
        """Call a method of the codec; what is not an expected error is its plugin's fault."""
        try:
            return method(*arguments)
        except SynthgenError:
            raise
        except Exception as error:
            raise PluginError(f"codec {self.codec_record} failed to {what}: {describe(error)}") from error

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


def load(
    path: Path | str,
    registry: Registry | None = None,
    device: str = "auto",
    *,
    snapshot: int | None = None,
) -> Synthesizer:
    """The synthesizer saved in a model folder, or in the `model` folder of a run.

    With `snapshot` it is the one that a run saved at this step. Needs neither the recipe nor the device of the
    training, and never unpickles. `registry` is where generator and codec are looked up; the installed plugins
    if not given. Raises CheckpointError for files that are missing, cut short, changed or of a newer version,
    and for components that are not installed; UsageError where there is no model, also for a step at which the run
    saved none.
    """
    target = choose_device(device)
    saved = read_model(Path(path) if snapshot is None else find_snapshot(Path(path), snapshot))
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
