"""Filling the page templates, which are files of this package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined

from synthgen.evaluation.wording import firm


def render(template: str, **values: Any) -> str:
    """A page from a template of this package; all values are escaped."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    folder = files("synthgen.report") / "templates"
    texts = {item.name: item.read_text("utf-8") for item in folder.iterdir() if item.is_file()}
    environment = Environment(
        loader=DictLoader(texts),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["firm"] = firm
    return environment
