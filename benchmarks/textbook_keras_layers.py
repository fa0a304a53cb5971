"""A `sequential` network's list of layers as a Keras model: same layers, same parameters, channels last.

Part of `benchmarks/textbook_keras.py`.
"""

# mypy: disable-error-code="import-not-found, import-untyped"
# Keras lives in an environment of its own.

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import keras
from keras import layers
from textbook_job import Entry


class Facts(NamedTuple):
    """What a list of layers may refer to."""

    classes: int
    channels: int
    clip: float | None = None
    """Bound of every weight, after each update."""


def chain(entries: Sequence[Entry], x: Any, label: Any, facts: Facts) -> Any:
    """The output of these layers on `x`; `label (B, 1)` is what an embedding embeds."""
    branch = None
    for entry in entries:
        name, options = _read(entry)
        if name == "embedding":
            start = _initializer(options["initializer"])
            branch = layers.Embedding(facts.classes, options[name], embeddings_initializer=start)(label)
            branch = chain(options["layers"], layers.Flatten()(branch), label, facts)
        elif name in ("multiply", "concat"):
            if branch is None:
                raise NotImplementedError(f"{name} without a branch is not translated to Keras")
            x = (layers.Multiply if name == "multiply" else layers.Concatenate)()([x, branch])
            branch = None
        else:
            x = MAKERS[name](options, facts)(x)
            if options.get("activation", "linear") != "linear":
                x = _activation(options["activation"])(x)
    return x


def last_activation(entries: Sequence[Entry]) -> str:
    """The name of the one that these layers end in."""
    name, options = _read(entries[-1])
    return _read(options["activation"])[0] if "activation" in options else name


def _read(entry: Entry) -> tuple[str, Mapping[str, Any]]:
    return (entry, {}) if isinstance(entry, str) else (next(iter(entry)), entry)


def _activation(entry: Entry) -> Any:
    name, options = _read(entry)
    if name == "leaky_relu":
        return layers.LeakyReLU(negative_slope=options[name])
    return layers.ELU(alpha=options[name]) if name == "elu" else layers.Activation(name)


def _dense(options: Mapping[str, Any], facts: Facts) -> Any:
    units = facts.classes if options["dense"] == "classes" else options["dense"]
    return layers.Dense(units, **_weights(options, facts))


def _conv(options: Mapping[str, Any], facts: Facts) -> Any:
    name, _ = _read(options)
    return (layers.Conv2D if name == "conv" else layers.Conv2DTranspose)(
        facts.channels if options[name] == "channels" else options[name],
        kernel_size=options["kernel"],
        strides=options["stride"],
        padding=options["padding"],
        **_weights(options, facts),
    )


def _weights(options: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    return {
        "kernel_initializer": _initializer(options["initializer"]),
        "use_bias": options["bias"],
        "kernel_constraint": _constraint(facts),
        "bias_constraint": _constraint(facts),
    }


def _initializer(entry: Entry) -> Any:
    name, options = _read(entry)
    if name == "normal":
        return keras.initializers.RandomNormal(stddev=options[name])
    return keras.initializers.RandomUniform(-options[name], options[name]) if name == "uniform" else name


def _constraint(facts: Facts) -> Callable[[Any], Any] | None:
    """Of a weight, what it is after an update."""
    if facts.clip is None:
        return None
    return partial(keras.ops.clip, x_min=-facts.clip, x_max=facts.clip)


def _batch_norm(options: Mapping[str, Any], facts: Facts) -> Any:
    return layers.BatchNormalization(
        momentum=options["batch_norm"],
        epsilon=options["epsilon"],
        gamma_constraint=_constraint(facts),
        beta_constraint=_constraint(facts),
    )


def _reshape(options: Mapping[str, Any], facts: Facts) -> Any:
    channels, *pixels = options["reshape"]
    return layers.Reshape((*pixels, channels))


def _max_pool(options: Mapping[str, Any], facts: Facts) -> Any:
    return layers.MaxPooling2D(options["max_pool"], options["stride"], options["padding"])


MAKERS: dict[str, Callable[[Mapping[str, Any], Facts], Any]] = {
    "dense": _dense,
    "conv": _conv,
    "conv_transpose": _conv,
    "batch_norm": _batch_norm,
    "layer_norm": lambda options, _: layers.LayerNormalization(epsilon=options["layer_norm"]),
    "reshape": _reshape,
    "flatten": lambda *_: layers.Flatten(),
    "upsample": lambda options, _: layers.UpSampling2D(options["upsample"], interpolation=options["mode"]),
    "zero_pad": lambda options, _: layers.ZeroPadding2D(options["zero_pad"]),
    "max_pool": _max_pool,
    "dropout": lambda options, _: layers.Dropout(options["dropout"]),
    "leaky_relu": lambda options, _: _activation(options),
    "elu": lambda options, _: _activation(options),
    **{
        name: lambda *_, name=name: layers.Activation(name)
        for name in ("relu", "selu", "tanh", "sigmoid", "linear", "softmax")
    },
}
"""Of each layer's name, what makes it of its options and the facts."""
