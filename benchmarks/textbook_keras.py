"""A textbook's GAN in Keras, trained as the textbooks do, in a process of its own.

    python benchmarks/textbook_keras.py '{"shape": [2], "generator": [...], ...}'

`benchmarks/textbook.py` runs it, if need be with another environment's Python: it needs TensorFlow, and the two
files beside it that it imports. The argument is a `Job`. A first line of JSON tells versions and parameters; then,
for each line with a number of steps on its input, a line tells their `seconds`. Networks start anew each time.

The procedure is the books': compiled models, `train_on_batch` of the discriminator, then of the generator with the
discriminator frozen behind it. `compile()` is left as it is: it makes one graph (`tf.function`) of
`train_on_batch`, without XLA on CPUs. Fake samples come from `predict`, in its batches of 32, as in the books, or
from `predict_on_batch` for a lean job.
"""

# mypy: disable-error-code="import-not-found, import-untyped, no-untyped-call, untyped-decorator"
# Keras lives in an environment of its own.

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="2", CUDA_VISIBLE_DEVICES="-1")

import keras
import numpy as np
import tensorflow as tf
from textbook_job import Job
from textbook_keras_layers import Facts, chain, last_activation

SAMPLES = 10_000
"""Of the random data: time does not ask what is in it."""

WARM = 3
"""Steps in which graphs are traced."""


class Book:
    """The models and a step of the training."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.random = np.random.default_rng(0)
        channels = job.shape[0] if len(job.shape) == 3 else 1
        self.shape = (*job.shape[1:], channels) if len(job.shape) == 3 else tuple(job.shape)
        self.x = self.random.uniform(-1, 1, (SAMPLES, *self.shape)).astype(np.float32)
        self.y = self.random.integers(0, job.classes, SAMPLES)
        self.classified = "class" in job.heads
        self.logistic = job.loss in ("non_saturating", "minimax")
        facts = Facts(job.classes, channels)
        self.discriminator = self._discriminator(facts._replace(clip=job.clip))
        self.generator = None if job.generator is None else self._generator(facts)
        self.trained = any(job.generator_steps)
        self._compile()

    # ------------------------------------------------------------------------------------------------ models

    def _discriminator(self, facts: Facts) -> keras.Model:
        job = self.job
        x, label = keras.Input(self.shape), keras.Input((1,), dtype="int32")
        body = chain(job.discriminator, x, label, facts)
        if not job.heads:
            return keras.Model(x, body)
        heads = [chain(layers, body, label, facts) for layers in job.heads.values()]
        return keras.Model(x, heads if self.classified else heads[0])

    def _generator(self, facts: Facts) -> keras.Model:
        noise, label = keras.Input((self.job.latent,)), keras.Input((1,), dtype="int32")
        assert self.job.generator is not None
        made = chain(self.job.generator, noise, label, facts)
        self.labelled = any(
            isinstance(entry, Mapping) and "embedding" in entry for entry in self.job.generator
        )
        return keras.Model([noise, label] if self.labelled else noise, made)

    def _compile(self) -> None:
        job = self.job
        ends = job.heads["validity"] if job.heads else job.discriminator
        sigmoid = last_activation(ends) == "sigmoid"
        losses = {
            "non_saturating": lambda: [keras.losses.BinaryCrossentropy(from_logits=not sigmoid)] * 2,
            "minimax": lambda: [
                keras.losses.BinaryCrossentropy(from_logits=not sigmoid),
                lambda y, p: -keras.losses.binary_crossentropy(1 - y, p, from_logits=not sigmoid),
            ],
            "least_squares": lambda: [lambda y, p: 0.5 * keras.losses.mean_squared_error(y, p)] * 2,
            "wasserstein": lambda: [lambda y, p: -keras.ops.mean((2 * y - 1) * p, axis=-1)] * 2,
        }
        first, second = losses[job.loss]()
        classes = ["sparse_categorical_crossentropy"] if self.classified else []
        exact = self.logistic and not classes and (*job.real_label, *job.fake_label) == (1, 1, 0, 0)
        self.discriminator.compile(
            optimizer=_optimizer(job.optimizers[1]),
            loss=[first, *classes] if classes else first,
            metrics=["accuracy"] if exact else None,
        )
        self.weights = self.discriminator.trainable_variables  # before it is frozen
        self.discriminator.optimizer.build(self.weights)
        self._discriminator_step()  # traced while it is trainable, as Keras 3 wants
        if self.generator is None or not self.trained:
            return
        self.discriminator.trainable = False
        inputs = self.generator.inputs
        self.gan = keras.Model(inputs, self.discriminator(self.generator(_one(inputs))))
        self.gan.compile(
            optimizer=_optimizer(job.optimizers[0]), loss=[second, *classes] if classes else second
        )

    # -------------------------------------------------------------------------------------------------- step

    def step(self, number: int) -> None:
        """What a book does in a batch's turn."""
        job = self.job
        for _ in range(job.discriminator_steps[number % len(job.discriminator_steps)]):
            self._discriminator_step()
        if self.trained and job.generator_steps[number % len(job.generator_steps)]:
            self._generator_step()

    def _generator_step(self) -> None:
        inputs, labels = self._noise(self.job.generator_batch)
        told = np.ones((self.job.generator_batch, 1), np.float32)
        self.gan.train_on_batch(inputs, [told, labels] if self.classified else told)

    def _discriminator_step(self) -> None:
        job = self.job
        some = self.random.integers(0, SAMPLES, job.batch)
        real, real_class = self.x[some], self.y[some]
        fake, fake_class = self._fakes(job.batch)
        if job.gradient_penalty is not None:
            self._critic_step(tf.constant(real), tf.constant(fake))
            return
        batches = [
            (real, real_class, self._labels(job.real_label, job.fake_label)),
            (fake, fake_class, self._labels(job.fake_label, job.real_label)),
        ]
        if job.joint:
            x, classes, told = (np.concatenate(pair) for pair in zip(*batches, strict=True))
            batches = [(x, classes, told)]
        for x, classes, told in batches:
            self.discriminator.train_on_batch(x, [told, classes] if self.classified else told)

    @tf.function
    def _critic_step(self, real: Any, fake: Any) -> None:
        """WGAN-GP's, as Keras' own example has it: its loss is none that `compile` knows."""
        critic = self.discriminator
        share = tf.random.uniform([self.job.batch] + [1] * len(self.shape))
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(critic(fake, training=True)) - tf.reduce_mean(critic(real, training=True))
            with tf.GradientTape() as inner:
                between = real + share * (fake - real)
                inner.watch(between)
                says = critic(between, training=True)
            slopes = tf.reshape(inner.gradient(says, between), [self.job.batch, -1])
            norm = tf.sqrt(tf.reduce_sum(tf.square(slopes), 1) + 1e-12)
            loss += self.job.gradient_penalty * tf.reduce_mean(tf.square(norm - 1))
        critic.optimizer.apply(tape.gradient(loss, self.weights), self.weights)

    def _fakes(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        inputs, labels = self._noise(count)
        if self.generator is None:
            return self.random.uniform(-1, 1, (count, *self.shape)).astype(np.float32), labels
        if self.job.lean:
            return self.generator.predict_on_batch(inputs), labels
        return self.generator.predict(inputs, verbose=0), labels

    def _noise(self, count: int) -> tuple[Any, np.ndarray]:
        shape = (count, self.job.latent)
        z = self.random.uniform(-1, 1, shape) if self.job.uniform else self.random.standard_normal(shape)
        labels = self.random.integers(0, self.job.classes, count)
        z = z.astype(np.float32)
        return ([z, labels[:, None]] if self.generator is not None and self.labelled else z), labels

    def _labels(self, told: tuple[float, float], other: tuple[float, float]) -> np.ndarray:
        size = (self.job.batch, 1)
        labels = self.random.uniform(*told, size)
        if self.job.flip:
            flipped = self.random.random(size) < self.job.flip
            labels = np.where(flipped, self.random.uniform(*other, size), labels)
        return labels.astype(np.float32)

    # ---------------------------------------------------------------------------------------------- the start

    def models(self) -> list[keras.Model]:
        """Those that are there, the discriminator first."""
        return [self.discriminator] + ([] if self.generator is None else [self.generator])

    def variables(self) -> list[Any]:
        """Weights and what optimizers remember."""
        optimizers = [self.discriminator.optimizer, *([self.gan.optimizer] if self.trained else [])]
        return [v for owner in (*self.models(), *optimizers) for v in owner.variables]

    def check(self) -> None:
        """Raise RuntimeError unless each call trains its own network, and that one alone."""
        before = _copies(self.weights)
        self._discriminator_step()
        after = _copies(self.weights)
        if _same(before, after):
            raise RuntimeError("the discriminator does not learn")
        if self.generator is None or not self.trained:
            return
        before = _copies(self.generator.trainable_variables)
        self._generator_step()
        if not _same(after, _copies(self.weights)):
            raise RuntimeError("the generator's step changes the discriminator")
        if _same(before, _copies(self.generator.trainable_variables)):
            raise RuntimeError("the generator does not learn")


def _one(inputs: list[Any]) -> Any:
    return inputs if len(inputs) > 1 else inputs[0]


def _copies(variables: Sequence[Any]) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(variable) for variable in variables]


def _same(some: list[np.ndarray], others: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(some, others, strict=True))


def _optimizer(settings: Mapping[str, Any]) -> keras.optimizers.Optimizer:
    beta1, beta2 = settings["betas"]
    common = {"learning_rate": settings["lr"], "clipvalue": settings["clip_value"]}
    if settings["weight_decay"]:
        common["weight_decay"] = settings["weight_decay"]
    match settings["name"]:
        case "adam" | "adamw":
            kind = keras.optimizers.Adam if settings["name"] == "adam" else keras.optimizers.AdamW
            return kind(beta_1=beta1, beta_2=beta2, epsilon=settings["eps"], **common)
        case "rmsprop":
            return keras.optimizers.RMSprop(rho=beta2, momentum=beta1, epsilon=settings["eps"], **common)
    return keras.optimizers.SGD(momentum=beta1, **common)


def main() -> None:
    job = Job(**json.loads(sys.argv[1]))
    tf.config.threading.set_intra_op_parallelism_threads(job.threads)
    tf.config.threading.set_inter_op_parallelism_threads(job.threads)
    keras.utils.set_random_seed(0)
    book = Book(job)
    for number in range(WARM):
        book.step(number)
    book.check()
    start = _copies(book.variables())
    trained = [[] if book.generator is None else book.generator.trainable_variables, book.weights]
    parameters = [sum(int(np.prod(weight.shape)) for weight in weights) for weights in trained]
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__}
    print(json.dumps({"versions": versions, "parameters": parameters}), flush=True)
    for line in sys.stdin:
        for variable, value in zip(book.variables(), start, strict=True):
            variable.assign(value)
        began = time.perf_counter()
        for number in range(int(line)):
            book.step(number)
        print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)


if __name__ == "__main__":
    main()
