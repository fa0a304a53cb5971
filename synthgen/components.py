"""The contracts that a plugin implements: one small class for each kind of component.

A component is a class with a nested pydantic `Options`; the engine builds it from the options that a recipe
gives. Tensors are torch tensors, and their shapes are written with B for the batch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor, nn

from synthgen.errors import UsageError
from synthgen.options import Options, PenaltyOptions, SourceOptions
from synthgen.output_folder import OutputFolder
from synthgen.spec import Block, Condition, DataSpec

LABEL = "label"
"""Name of the condition that is a sample's class, where its source gives it no other."""

_Options = Options  # the name inside a class body is the nested class


class Component(ABC):  # noqa: B024 - its subclasses have the abstract methods
    """A class that is built from options alone."""

    Options: ClassVar[type[_Options]] = _Options

    def __init__(self, options: Any) -> None:
        self.options = options


# ------------------------------------------------------------------------------------------------------ data


class ClassLabel(NamedTuple):
    """A class as its source knows it: its number and its name."""

    number: int
    name: str


@dataclass(frozen=True)
class Dataset:
    """Real data, labelled or not, as its source gives it.

    What `x` is goes by `kind`:

    - `images`: uint8, `(N, H, W)` for grey or `(N, H, W, 3)` for RGB;
    - `table`: a DataFrame, its index 0 to N - 1, its columns' names unique; the column `target`, if there are
      labels, is among them;
    - `signals`: float32 or float64, `(N, length)` or `(N, length, channels)`, all finite.

    `y` is int64 `(N,)`, an index into `classes` (which is empty, and `y` all zero, where the data has no labels).
    """

    name: str
    """What the data is; run.json, card and manifest name it so."""
    x: Any
    y: np.ndarray
    classes: tuple[ClassLabel, ...]
    description: str = ""
    """A sentence on the origin of the data, for the dataset card."""
    notes: tuple[str, ...] = ()
    """What a reader of the results must know, such as a fallback or skipped files."""

    kind: str = "images"
    """What `x` is, and the codec that turns it into tensors if the recipe names no other."""
    target: str | None = None
    """Of a table: the column that `y` tells as numbers."""
    given: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Of images and signals: numbers that samples are conditioned on beside the class, such as a temperature; by
    name, float64 `(N,)`, all finite."""

    def __len__(self) -> int:
        return len(self.x)


class Source(Component):
    """Where real data comes from. Its options derive from `SourceOptions`; the engine applies `classes`,
    `per_class` and `limit` to whatever `load` returns."""

    Options = SourceOptions

    image_size: ClassVar[tuple[int, int] | None] = None
    """Height and width of this source's images where they are fixed: what its fallback is scaled to."""

    @abstractmethod
    def load(self) -> Dataset:
        """The whole split. Raises DataNotFoundError if there is none, DataError if it cannot be read."""


class Codec(Component):
    """Real values to tensors and back; saved with the model as JSON and tensors.

    Data is kept on the device as `encode` gives it, compact; batches of it go through `expand` before the
    networks see them. What the data is conditioned on is the codec's to say, too: by default its classes alone.
    """

    kind: ClassVar[str | None] = None
    """The kind of dataset that it is for, where it is for one alone."""
    default_format: ClassVar[str] = "image_folder"
    """The exporter for such values where nobody names one."""
    chunk: ClassVar[int] = 256
    """Samples that go through the generator together; another number would give other samples."""

    @abstractmethod
    def fit(self, dataset: Dataset) -> Self:
        """Learn from the dataset what `encode` and `decode` need."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample as the networks see it."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What the numbers of a sample stand for, where they are not all values in `value_range`."""
        return ()

    @property
    def value_range(self) -> tuple[float, float]:
        """Lowest and highest value of expanded samples that have no blocks."""
        return (-1.0, 1.0)

    @abstractmethod
    def encode(self, dataset: Dataset) -> Tensor:
        """The dataset's samples as a compact tensor `(N, ...)`."""

    def expand(self, stored: Tensor) -> Tensor:
        """Encoded samples as networks take them: float `(B, *shape)`, on the same device.

        By default uint8 is scaled to [-1, 1] and float taken as it is.
        """
        x = stored.to(torch.float32)
        return x.div_(127.5).sub_(1) if stored.dtype == torch.uint8 else x

    @abstractmethod
    def decode(self, x: Tensor, codes: Tensor) -> Any:
        """Network outputs `(B, *shape)` as values of the kind the source gave.

        `codes (B, conditions)` are those that the samples were made under. Random choices come from torch's
        global random numbers.
        """

    def like_samples(self, values: Any) -> Any:
        """Real values in the form of samples: without what samples never have, such as columns left out."""
        return values

    def accepts(self, values: Any) -> np.ndarray | None:
        """Which decoded samples may be kept, bool `(B,)`; the others are drawn again. None if all may."""
        return None

    def rules(self, values: Any) -> Mapping[str, np.ndarray]:
        """Of each rule that samples have to obey, in words: which of these do, bool `(B,)`. By default there are
        none."""
        return {}

    # what the networks are conditioned on

    def conditions(self, dataset: Dataset) -> tuple[Condition, ...]:
        """What samples are conditioned on; by default the class, if there are classes."""
        names = tuple(label.name for label in dataset.classes)
        return (Condition(name=dataset.target or LABEL, values=names),) if names else ()

    def encode_conditions(self, dataset: Dataset) -> Tensor:
        """The codes `(N, conditions)` of the dataset's samples: indices of categories (int64), or float where
        some conditions are numbers."""
        y = torch.as_tensor(dataset.y, dtype=torch.int64)
        return y[:, None] if dataset.classes else y.new_empty(len(y), 0)

    def draw_conditions(self, labels: np.ndarray, uniform: np.ndarray, where: Mapping[str, Any]) -> Tensor:
        """Codes `(B, conditions)` for samples of these classes, int64 indices `(B,)`; only called where there
        are conditions.

        `uniform (B,)` in [0, 1) are the random numbers to draw other conditions with; `where` has the values
        that are asked for, as `check_where` has passed them.
        """
        return torch.from_numpy(labels)[:, None]

    def check_where(self, where: Mapping[str, Any]) -> None:
        """Raise UsageError unless each key is a condition beside the label, and each value possible."""
        if where:
            raise UsageError(f"where: {', '.join(map(repr, where))} is no condition of this model")

    def class_odds(self, where: Mapping[str, Any]) -> Sequence[int] | None:
        """How often each class occurs with these values of other conditions; None if that is not known."""
        return None

    def given(self, codes: Tensor) -> Mapping[str, np.ndarray]:
        """The numbers in codes `(B, conditions)` that samples do not hold themselves, as `Dataset.given` has them:
        by name, float64 `(B,)`. By default there are none."""
        return {}

    # files

    def state(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """What was learnt, as JSON values and tensors."""
        return {}, {}

    def load_state(self, values: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        """Take back what `state` gave."""


# -------------------------------------------------------------------------------------------------- networks


class Critique(NamedTuple):
    """What a discriminator says: realness `logits (B,)` and, with such a head, `class_logits (B, C)`."""

    logits: Tensor
    class_logits: Tensor | None = None


class Generator(nn.Module):
    """Turns noise and a condition into samples.

    `forward(noise (B, noise_dim), condition (B, condition_dim)) -> (B, *shape)`, values in `spec.value_range`,
    which is [-1, 1] unless a recipe's codec scales otherwise: what `spec.activation()` gives.
    """

    Options: ClassVar[type[_Options]] = _Options

    def __init__(self, options: Any, spec: DataSpec) -> None:
        super().__init__()
        self.options = options
        self.spec = spec
        self.noise_dim = spec.noise_dim
        self.condition_dim = spec.condition_dim
        self.input_dim = spec.noise_dim + spec.condition_dim
        """Width of noise and condition side by side."""

    def doubts(self) -> Sequence[str]:
        """What speaks against training it on this data, in a sentence each; logged as warnings when a run
        starts."""
        return ()

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Samples for this noise and condition."""
        raise NotImplementedError


class Discriminator(nn.Module):
    """Tells real samples from generated ones, given the condition.

    `forward(x (B, *shape), condition (B, condition_dim)) -> Critique`; logits are unbounded, high is real.
    """

    Options: ClassVar[type[_Options]] = _Options

    def __init__(self, options: Any, spec: DataSpec) -> None:
        super().__init__()
        self.options = options
        self.spec = spec
        self.condition_dim = spec.condition_dim

    def meet(self, loss: Loss) -> None:
        """Be told the loss that will read the logits; the engine does so once, before the first forward."""

    def doubts(self) -> Sequence[str]:
        """What speaks against training it under that loss, in a sentence each; logged as warnings when a run
        starts."""
        return ()

    def forward(self, x: Tensor, condition: Tensor) -> Critique:
        """The critique of these samples."""
        raise NotImplementedError


# ------------------------------------------------------------------------------------------------ objectives


class Samples(NamedTuple):
    """A batch as a network sees it: `x (B, *shape)` float and `condition (B, condition_dim)`."""

    x: Tensor
    condition: Tensor


class Loss(Component):
    """A pair of objectives, functions of what the discriminator said; both are minimised.

    `real` and `fake` belong together index by index: the same condition, one real sample and one generated.
    """

    generator_needs_real: ClassVar[bool] = False
    """Whether `generator` looks at `real`; if not, the engine does not compute it and passes None."""
    logistic: ClassVar[bool] = False
    """Whether a logit is the log-odds of being real, so that accuracies and probabilities can be recorded."""
    sigmoid_inside: ClassVar[bool] = False
    """Whether the sigmoid that texts put at a discriminator's end is in the formulas, though a logit is not the
    log-odds of being real; where it is, `logistic` says so already."""

    @abstractmethod
    def discriminator(self, real: Critique, fake: Critique) -> Tensor:
        """The discriminator's loss, a scalar."""

    @abstractmethod
    def generator(self, real: Critique | None, fake: Critique) -> Tensor:
        """The generator's loss, a scalar."""


Critic = Callable[[Tensor, Tensor], Critique]
"""A discriminator's forward: `(x, condition) -> Critique`."""


class Penalty(Component):
    """Something added to the discriminator's loss, or done to its weights after each of its steps."""

    Options = PenaltyOptions

    def penalty(
        self, critic: Callable[[Tensor, Tensor], Critique], real: Samples, fake: Samples
    ) -> Tensor | None:
        """The penalty, a scalar not yet multiplied by its weight; None if it acts on weights alone."""
        return None

    def constrain(self, discriminator: nn.Module) -> None:
        """Change the discriminator's weights in place after its optimizer's step."""


class Augmentation(Component):
    """A random change of whatever the discriminator is shown, real and generated alike.

    The generator learns through it, so it must be differentiable, and twice where a gradient penalty is used.
    """

    progress: float = 0.0
    """How much of the training is done, 0 to 1; the engine sets it before each step."""
    value_range: tuple[float, float] = (-1.0, 1.0)
    """Lowest and highest value of samples, such as black and white; the engine sets it before the first step."""

    @abstractmethod
    def augment(self, x: Tensor) -> Tensor:
        """Samples `(B, *shape)`, float in `value_range`, changed anew at each call; shape and type stay.

        Each sample has a draw of its own, from torch's global random numbers on the device of `x`: they are
        part of a checkpoint. Raises UnsupportedError for samples of a kind that it is not made for.
        """


# ---------------------------------------------------------------------------------------------------- export


class SampleBatch(NamedTuple):
    """Samples number `start`, `start + 1`, ...: decoded `x` and `y`, an index into the classes."""

    x: Any
    """As the codec decodes it: an array `(B, ...)`, or a DataFrame of B rows."""
    y: np.ndarray
    start: int
    real: bool = False
    """Whether these are the originals, which come first where a dataset includes them."""
    given: Mapping[str, np.ndarray] = MappingProxyType({})
    """The numbers that each was made at, or recorded with: by name, float64 `(B,)`; see `DatasetInfo.given`."""


class TableColumn(NamedTuple):
    """A column of a table: its name, a text or a whole number, and its type as pandas calls it."""

    name: str | int
    dtype: str


@dataclass(frozen=True)
class DatasetInfo:
    """What an exporter may know of the dataset it writes."""

    name: str
    classes: tuple[ClassLabel, ...]
    count: int
    """Samples that will come, in all shards together."""
    digits: int
    """Decimal digits of the largest sample number, for file names that sort."""
    real: int = 0
    """How many of them are real; they come first."""
    shards: int = 1
    """Shards there will be."""
    given: tuple[str, ...] = ()
    """Names of the numbers that samples are conditioned on beside the class and that a batch has as `given`; an
    exporter writes them with each sample. They are Python identifiers, and none that exporters use."""

    shape: tuple[int, ...] = ()
    """Of one sample. Like the next two it is known once samples were written: not yet to `Exporter.write`."""
    dtype: str | None = None
    """Of samples that are arrays."""
    columns: tuple[TableColumn, ...] = ()
    """Of samples that are rows of a table."""


@dataclass(frozen=True)
class Shard:
    """A stretch of a dataset that is written in one go, and never again once it is complete."""

    index: int
    of: int
    start: int
    """Number of its first sample."""
    count: int

    def file(self, name: str) -> str:
        """`data.npz` for the only shard, `data-00003-of-00010.npz` for one of many: the customary numbering."""
        stem, dot, suffix = name.partition(".")
        return name if self.of == 1 else f"{stem}-{self.index:05}-of-{self.of:05}{dot}{suffix}"


class Exporter(Component):
    """Writes a stream of labelled samples in one format, a shard at a time.

    Formats with many samples in a file put a shard into each; for formats with a file a sample, shards only
    say where an export that was interrupted goes on.
    """

    shard_size: ClassVar[int] = 100_000
    """Samples a shard where the recipe does not say."""

    def check(self, x: Any) -> None:
        """Raise UnsupportedError if samples such as these cannot be written; `x` is an array or a DataFrame.

        Called before the training with real samples, so that nobody trains for a dataset that cannot be.
        """

    @abstractmethod
    def write(
        self, batches: Iterable[SampleBatch], info: DatasetInfo, shard: Shard, folder: OutputFolder
    ) -> None:
        """Write the shard's samples into `folder`, in bounded memory; `batches` has all of them, in order.

        Manifest, card and the move to the final place are the engine's. What an exporter keeps from one shard
        to the next is lost when an export is resumed.
        """

    def folders(self, info: DatasetInfo) -> list[str] | None:
        """The folder of each class, for the manifest, if the format has such."""
        return None

    def usage(self, info: DatasetInfo) -> str | None:
        """A few lines of Python that read the dataset, for the card."""
        return None

    def front_matter(self, info: DatasetInfo) -> dict[str, Any] | None:
        """Plain values for the head of the card, in YAML between two lines of dashes, if the format has such."""
        return None
