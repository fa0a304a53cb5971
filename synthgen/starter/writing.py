"""A recipe's sections as a file that a person reads and changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import indent, wrap
from typing import Any

import yaml

from synthgen.recipe.json_schema import EDITOR_LINE
from synthgen.recipe.yaml_loader import RecipeDumper
from synthgen.starter.looking import Findings

_WIDTH = 110


def recipe_text(sections: Mapping[str, Any], found: Findings, file: Path) -> str:
    """The recipe with a head that says what it is, how to run it and what to change; `file` is its name."""
    body = "".join(_section(key, value) for key, value in sections.items())
    return f"{EDITOR_LINE}\n{_head(sections, found, file)}{body}"


def _head(sections: Mapping[str, Any], found: Findings, file: Path) -> str:
    about = [f"{found.summary}. Begun by synthgen init; change what you like."]
    about += [f"Classes {found.balance}."] if found.classes else []
    name = file.as_posix()
    commands = {
        f"synthgen run {name}": f"train, and leave a dataset in runs/{sections['name']}-.../dataset/",
        f"synthgen run {name} {_longer(sections)}": "the same for longer: the first thing to try",
        f"synthgen validate {name}": "check it after a change",
        f"synthgen show {sections['generator']['name']}": "every option of a component, and its default",
    }
    width = max(map(len, commands))
    lines = [part for text in about for part in wrap(text, _WIDTH - 2, break_long_words=False)]
    lines += ["", *(f"  {command:{width}}   {what}" for command, what in commands.items()), "", "To change:"]
    for key, advice in _advice(sections).items():
        lines += wrap(f"{key}: {advice}", _WIDTH - 4, initial_indent="  ", subsequent_indent="    ")
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _longer(sections: Mapping[str, Any]) -> str:
    train = sections["train"]
    return "train.time_limit=1h" if "time_limit" in train else f"train.steps={10 * train['steps']}"


def _advice(sections: Mapping[str, Any]) -> dict[str, str]:
    """What to change, and why, by section."""
    advice = {}
    paths = (sections["data"][key] for key in ("root", "path", "images") if key in sections["data"])
    if not all(Path(path).expanduser().is_absolute() for path in paths):
        advice["data"] = "a relative path begins in the folder where you run synthgen."
    if sections["generator"]["name"] == "mlp":
        advice["networks"] = (
            "these images have a side that cannot be halved, which convolutions need, so the networks are plain"
            " layers; cut the images to even sides and take dcgan for better ones."
        )
    else:
        advice["networks"] = "twice the channels make better images, at three times the time for a step."
    advice["penalties"] = "raise the weights of r1 and r2 where losses.png shows training run away."
    if "augmentations" in sections:
        advice["augmentations"] = "there are few images, so the discriminator sees each in many variants."
    advice["export"] = "count or per_class images, in any format of: synthgen list exporters."
    return advice


def _section(key: str, value: Any) -> str:
    if key == "train":
        return f"{key}:\n" + "".join(f"  {_section(inner, part)}" for inner, part in value.items())
    if key == "penalties":
        return f"{key}:\n" + "".join(f"  - {_flow(item)}\n" for item in value)
    text = _flow(value)
    return f"{key}:\n{indent(text, '  ')}\n" if "\n" in text else f"{key}: {text}\n"


def _flow(value: Any) -> str:
    """A value as YAML on one line; a mapping of many keys on a line for each."""
    text = yaml.dump(
        value, Dumper=RecipeDumper, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=True
    )
    return str(text).removesuffix("...\n").strip()  # PyYAML ends a single word so
