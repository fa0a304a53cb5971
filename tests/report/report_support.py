"""An evaluation with something of everything, and what a page is made of."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from typing import Any

import numpy as np
from PIL import Image

from synthgen.components import ClassLabel, Dataset
from synthgen.evaluation.results import Evaluation, MetricResult
from synthgen.metric import Comparison, DetailTable, Figure, Measurement, Picture

NAMES = ("cat", "<script>alert('x')</script>", "dog & co")
VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """What is in a page; raises AssertionError where tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.ids: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag in ("td", "th"):
            self.words.append(" ")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """All words, spaces of all kinds as one."""
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all tags of this name."""
        return [attributes for name, attributes in self.tags if name == tag]


def png(side: int = 4) -> bytes:
    file = io.BytesIO()
    Image.new("L", (side, side), 128).save(file, "png")
    return file.getvalue()


def an_evaluation(tstr: float | None = 0.93, **changed: float) -> Evaluation:
    values = {"recall": 0.8, "coverage": 0.8, "precision": 0.85, "exact_copies": 0.0, **changed}
    by_class = {"per_class": dict(zip(NAMES, (0.9, 0.5, 0.8), strict=True))}
    by_class["per_class_real"] = dict.fromkeys(NAMES, 0.95)
    table = DetailTable("Sizes <b>", ["size", "gain"], [[50, 0.0312], [None, "none"]], "A caption & more.")
    results = (
        MetricResult(
            "utility",
            "utility",
            3.0,
            Measurement((Figure("tstr", "TSTR", tstr, 0.95, spread=0.004, unit="%"),), (table,)),
        ),
        MetricResult(
            "variety",
            "diversity",
            1.0,
            Measurement(
                (
                    Figure("recall", "Recall", values["recall"], 0.9, better="higher", **by_class),
                    Figure("coverage", "Coverage", values["coverage"], 0.95, better="higher"),
                )
            ),
        ),
        MetricResult(
            "likeness",
            "fidelity",
            1.0,
            Measurement((Figure("precision", "Precision", values["precision"], 0.9, better="higher"),)),
        ),
        MetricResult(
            "copies",
            "privacy",
            1.0,
            Measurement(
                (
                    Figure(
                        "exact_copies", "Exact copies", values["exact_copies"], 0.0, unit="%", better="lower"
                    ),
                ),
                (),
                (Picture("Nearest pairs", png(), 'A pair of "nearest" images', "Above synthetic."),),
            ),
        ),
        MetricResult("broken", "other", 0.0, error="it takes <two> classes"),
        MetricResult("plugin", "other", 0.1, Measurement((Figure("sharpness", "Sharpness", 12.5),))),
    )
    return Evaluation(
        kind="images",
        classes=NAMES,
        samples={"real": 300, "held_out": 0, "synthetic": 240},
        full=True,
        seed=3,
        seconds=6.1,
        results=results,
        notes=("Nothing was held out.",),
        facts={"real_fingerprint": "sha256:ab", "odd": np.float32(0.5)},
    )


def images(count: int, channels: int = 0, side: int = 6, classes: int = 3) -> Dataset:
    rng = np.random.default_rng(count)
    shape = (count, side, side) + ((channels,) if channels else ())
    labels = tuple(ClassLabel(place, NAMES[place]) for place in range(classes))
    y = np.arange(count) % max(1, classes)
    return Dataset("images", rng.integers(0, 255, shape, dtype=np.uint8), y, labels)


def comparison(**more: Any) -> Comparison:
    return Comparison(images(30, **more), images(24, **more))


RUN = {
    "name": "tiny",
    "seed": 12345,
    "device": {"name": "cpu", "description": "two cores"},
    "versions": {"torch": "2.6"},
    "plugins": [{"name": "synthgen-sagan", "version": "0.3", "origin": "entry point", "status": "ok"}],
    "seconds": {"training": 12.5},
    "health": [
        {
            "kind": "oscillation",
            "step": 30,
            "text": "the loss swings",
            "advice": "Lower the rate",
            "until": 40,
        }
    ],
    "selection": {
        "step": 40,
        "score": 0.012,
        "why": "lowest KID",
        "scores": [{"step": step, "score": 1 / step} for step in (20, 30, 40, 50)],
    },
}
METRICS = [
    {
        "step": step,
        "seconds": step / 10,
        "discriminator_loss": 1 / step,
        "generator_loss": step,
        "lr": 1e-3 / step,
    }
    for step in range(10, 60, 10)
]
