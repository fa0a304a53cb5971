"""The metric that docs/evaluation.md shows is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from synthgen import ClassLabel, Comparison, Dataset
from synthgen.evaluation.evaluate import NamedMetric, evaluate
from synthgen.plugins import load_plugins

PAGE = Path(__file__).parents[2] / "docs" / "evaluation.md"


def test_the_metric_shown_is_found_and_measures(tmp_path):
    code = PAGE.read_text("utf-8").split("```python\n")[1].split("```")[0]
    (tmp_path / "bright.py").write_text(code)
    registered = load_plugins([tmp_path / "bright.py"], installed=False).find("metric", "brightness")
    x = np.full((40, 8, 8), 100, np.uint8)
    real = Dataset("grey", x, np.zeros(40, np.int64), (ClassLabel(0, "grey"),))
    brighter = Dataset("brighter", x + 7, real.y, real.classes)
    metric = NamedMetric("brightness", registered.build(registered.component.Options()))
    figure = evaluate(Comparison(real, brighter), [metric]).figure("brightness")
    assert figure is not None and (figure.value, figure.real) == (7.0, 0.0)
