"""What a recipe's `train:` and `latent:` sections say. Importable without torch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import core_schema

from synthgen.options import Options, given

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)", re.IGNORECASE)


def seconds(value: Any) -> Any:
    """`90`, `"90s"`, `"5m"` or `"1.5h"` as seconds; anything else is left for pydantic to refuse."""
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value.strip())
    if not match:
        raise ValueError("must be a time such as 90s, 5m or 1.5h")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2].lower()]


Duration = Annotated[
    PositiveFloat,
    BeforeValidator(seconds),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": r"^\s*(?=[\d.]*[1-9])\d+(\.\d+)?\s*[smhSMH]?\s*$"},
            ]
        }
    ),
]
"""Seconds; recipes may write 90s, 5m or 1.5h."""

_DEVICE = r"auto|cpu|mps|cuda(:\d+)?"


def device_name(value: str) -> str:
    """The name of a device as torch writes it, or `auto`."""
    if not re.fullmatch(_DEVICE, value):
        raise ValueError("must be auto, cpu, cuda, cuda:N or mps")
    return value


Device = Annotated[
    str, AfterValidator(device_name), WithJsonSchema({"type": "string", "pattern": f"^({_DEVICE})$"})
]
"""auto, cpu, cuda, cuda:N or mps."""

Beta = Annotated[float, Field(ge=0, lt=1)]


class LatentSettings(Options):
    """The noise that a generator starts from."""

    dim: PositiveInt = 64
    """Numbers in one latent."""
    distribution: Literal["normal", "uniform"] = "normal"
    """Standard normal, or uniform between -1 and 1."""


OptimizerName = Literal["adam", "adamw", "rmsprop", "sgd"]


class OptimizerSettings(Options):
    """How one network's weights are updated."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        "momentum": "It is the first of betas, such as betas: [0.9, 0.99].",
        "alpha": "It is the second of betas, such as betas: [0.0, 0.99].",
        "rho": "It is the second of betas, such as betas: [0.0, 0.99].",
    }
    """Keys that other libraries have, and what they are here: the message that there is no such key says it."""

    name: OptimizerName = "adam"
    """Adam, AdamW, RMSprop or stochastic gradient descent."""
    lr: PositiveFloat = 1e-3
    """Learning rate at the start."""
    betas: tuple[Beta, Beta] = (0.0, 0.99)
    """Decay of Adam's two moments; the first is SGD's and RMSprop's momentum, the second RMSprop's alpha (Keras'
    rho)."""
    weight_decay: NonNegativeFloat = 0.0
    """Weight decay, as torch's optimizer of this name defines it."""
    eps: PositiveFloat = 1e-8
    """What Adam and RMSprop add to the root of the second moment; 1e-7 is Keras' custom."""
    clip_value: PositiveFloat | None = None
    """Each number of a gradient is kept between minus this and this; null for no limit."""


class _OrItsName:
    """Lets a model with a `name` be written as that alone, in recipes and in their JSON schema.

    As a union, since what a validator before the model's own returns would no longer be checked as JSON.
    """

    def __get_pydantic_core_schema__(
        self, model: type[OptimizerSettings], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        name = handler.generate_schema(OptimizerName)
        alone = core_schema.no_info_after_validator_function(lambda value: model(name=value), name)
        return core_schema.union_schema([alone, handler(model)])


Optimizer = Annotated[OptimizerSettings, _OrItsName()]
"""An optimizer's settings; recipes may write its name alone."""


class HealthSettings(Options):
    """What a training is watched for, and what is done when it fails."""

    policy: Literal["none", "warn", "stop", "restart"] = "warn"
    """none does not look; warn says what is wrong and goes on; stop ends the run there; restart goes back."""
    restarts: NonNegativeInt = 2
    """With restart: how often at most; after that the run stops. What was given up does not count for a
    time_limit."""
    restart_from: Literal["healthy", "scratch"] = "healthy"
    """With restart: the last state in which the watch saw nothing wrong yet, with other random numbers from there
    on; or the beginning, with another seed."""
    every: PositiveInt = 200
    """Steps between two looks at samples, at most: fewer, down to 25, in a training that would otherwise have fewer
    than 12 looks; losses and weights are looked at whenever they are logged."""
    samples: PositiveInt = 128
    """Samples in a look."""


class TrainSettings(Options):
    """How long, how fast and on what to train."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [given("steps"), given("epochs"), given("time_limit")],
            "not": {"allOf": [given("steps"), given("epochs")]},
        }
    )

    steps: PositiveInt | None = None
    """Generator steps; give this or epochs, or neither with a time_limit."""
    epochs: PositiveFloat | None = None
    """Length in real samples seen, as a multiple of the data's size, instead of steps; they are drawn with
    replacement."""
    time_limit: Duration | None = None
    """Stop after this time of training (90s, 5m, 1.5h); schedules end with it."""
    batch_size: PositiveInt = 64
    """Real samples in a step, and as many generated ones."""
    class_balance: float = Field(0.0, ge=0, le=1)
    """How often a class is drawn: 0 as often as the data has it, 1 all equally often, between the two by a power
    of its share. Samples keep the data's balance; what is gained is that rare classes are learnt."""
    discriminator_steps: PositiveInt | Annotated[tuple[NonNegativeInt, ...], Field(min_length=1)] = 1
    """Discriminator steps for each generator step. A list is gone through in turn: with [2, 1] there are two at
    every other step, with [1, 0] there is one at every other."""
    discriminator_passes: Literal["joint", "separate", "successive"] = "joint"
    """How the discriminator sees real and generated samples: in one batch; in two, and learns from both at once;
    or in two, and learns from the real ones before it sees the others. Joint is fastest; what differs is
    batch norm's statistics, and with successive the number of updates."""
    generator_batch_size: PositiveInt | None = None
    """Samples in a generator step, generated anew; if not given, those that the discriminator has just seen serve,
    which is faster."""
    class_loss: NonNegativeFloat = 1.0
    """Weight of the cross-entropy of classes, for both networks, where the discriminator tells classes, too
    (AC-GAN, Odena et al. 2017)."""
    optimizer: Optimizer = OptimizerSettings()
    """The generator's optimizer, and the discriminator's unless that has its own."""
    discriminator_optimizer: Optimizer | None = None
    """The discriminator's optimizer, where it differs."""
    schedule: Literal["constant", "cosine"] = "cosine"
    """Learning rates over the run: as they start, or down to final_lr along a cosine."""
    final_lr: float = Field(0.0, ge=0, le=1)
    """Where a cosine ends, as a share of the learning rate."""
    warmup: NonNegativeInt = 0
    """Steps over which the learning rates rise from zero."""
    ema: Beta = 0.995
    """Decay of the generator's moving average, which is the model that is kept; 0 keeps the last weights."""
    calibrate: Literal["auto", "always", "never"] = "auto"
    """Of tables: after training, bring each column to its real frequencies, class by class; auto does so as far as
    rows become harder to tell from real ones."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Arithmetic of the networks; auto takes bf16 where they are faster with it on the device."""
    device: Device = "auto"
    """auto (CUDA if there is one, else the CPU), cpu, cuda, cuda:N or mps."""
    threads: PositiveInt | None = None
    """CPU threads; all cores if not given."""
    log_every: PositiveInt = 50
    """Steps between two lines of metrics.jsonl."""
    sample_every: PositiveInt | None = 500
    """Steps between two sample grids; null for none but the last."""
    checkpoint_every: PositiveInt | None = 500
    """Steps between two checkpoints; null for none but the last."""
    keep_checkpoints: PositiveInt = 2
    """How many checkpoints to keep, newest first."""
    snapshot_every: PositiveInt | None = None
    """Steps between two snapshots, models of their own that are all kept and can be sampled from; null for none."""

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if self.steps is not None and self.epochs is not None:
            raise ValueError("give steps or epochs, not both")
        if self.steps is None and self.epochs is None and self.time_limit is None:
            raise ValueError("say how long to train: give steps, epochs or a time_limit")
        return self

    @field_validator("discriminator_steps")
    @classmethod
    def _some_steps(cls, value: int | tuple[int, ...]) -> int | tuple[int, ...]:
        if isinstance(value, tuple) and not any(value):
            raise ValueError("must have a number above 0 somewhere, or the discriminator never learns")
        return value
