"""The README.md of an exported dataset: what it is, how it was made, how to read it."""

from __future__ import annotations

from typing import Any

import yaml

from synthgen.given_latents import ZEROS


def dataset_card(
    manifest: dict[str, Any], usage: str | None, front_matter: dict[str, Any] | None = None
) -> str:
    """The card in Markdown, from the head of the manifest and the Python that reads the format.

    `front_matter` goes before it, as YAML between lines of dashes.
    """
    data = manifest["data"]
    parts = [
        f"# Synthetic {data['name']}",
        _what_it_is(manifest),
        *([str(data["description"])] if data["description"] else []),
        *(f"> **Note:** {note}" for note in data["notes"] or ()),
        "## How it was made",
        _making(manifest),
        "## Contents",
        _contents(manifest),
        *(["## How to read it", f"```python\n{usage}\n```"] if usage else []),
        "## Limits",
        _limits(manifest),
    ]
    head = (
        f"---\n{yaml.safe_dump(front_matter, sort_keys=False, allow_unicode=True)}---\n\n"
        if front_matter
        else ""
    )
    return head + "\n\n".join(parts) + "\n"


def _noun(manifest: dict[str, Any]) -> str:
    return "rows" if "columns" in manifest else "samples"


def _what_it_is(manifest: dict[str, Any]) -> str:
    noun = _noun(manifest)
    name, real, count = manifest["data"]["name"], manifest["real"], manifest["count"]
    maker = f"A neural network trained on {name} made them; none was recorded from the real world."
    if not real:
        return f"**Every one of the {count:,} {noun} in this dataset is SYNTHETIC.** {maker}"
    return (
        f"**{manifest['synthetic']:,} of the {count:,} {noun} in this dataset are SYNTHETIC.** {maker}"
        f" **The first {real:,} are REAL**: the training data itself, marked as such. Whatever holds for {name},"
        " licence and privacy above all, holds for them."
    )


def _limits(manifest: dict[str, Any]) -> str:
    noun = _noun(manifest)
    faults = (
        "Rows may lack rare values of the real data, and some may combine values that never go together"
        if "columns" in manifest
        else "Samples may lack rare kinds of the real data, and some may not be recognisable as their class"
    )
    return (
        f"- {faults}.\n"
        f"- Some may resemble single training {noun}; nothing here promises privacy.\n"
        f"- Judge a model trained on these {noun} by real data that the generator has never seen."
    )


def _making(manifest: dict[str, Any]) -> str:
    where = manifest["plan"].get("where", {})
    facts = {
        "recipe": manifest["recipe"],
        "training steps": manifest["steps"],
        "generator": f"{manifest['generator']['name']} (plugin {manifest['generator']['plugin']}"
        f" {manifest['generator']['version']})",
        "synthgen": manifest["synthgen"],
        "model (SHA-256)": f"`{manifest['model_hash']}`",
        "data (fingerprint)": f"`{manifest['data']['fingerprint']}`"
        if manifest["data"]["fingerprint"]
        else None,
        "seed": manifest["seed"],
        "latents": _latents(manifest["latents"]) if "latents" in manifest else None,
        "asked for": ", ".join(f"{name} = {value}" for name, value in where.items()) or None,
        "order": manifest["order"],
    }
    rows = "\n".join(f"- {name}: {value}" for name, value in facts.items() if value is not None)
    what = f"The same {'synthetic ' * bool(manifest['real'])}{_noun(manifest)} again"
    again = _from_latents(manifest) if "latents" in manifest else _from_seed(manifest)
    return f"{rows}\n\n{what}, from the model of that hash:\n\n```python\n{again}\n```"


def _from_seed(manifest: dict[str, Any]) -> str:
    arguments = _arguments(manifest["plan"] | {"seed": manifest["seed"]})
    return f'import synthgen\nx, y = synthgen.load("PATH/OF/THE/MODEL").sample({arguments})'


def _from_latents(manifest: dict[str, Any]) -> str:
    """The Python that makes the samples again: `sample` draws its latents, so the stream it is."""
    given = manifest["latents"]
    zeros = given["origin"] == ZEROS
    array = f"np.zeros({given['dim']})" if zeros else 'np.load("PATH/OF/THE/LATENTS.npy")'
    wanted = {"count" if name == "n" else name: value for name, value in manifest["plan"].items()}
    return (
        "import numpy as np\nimport synthgen\n"
        'model = synthgen.load("PATH/OF/THE/MODEL")\n'
        f"plan = model.plan({_arguments(wanted)})\n"
        f"for batch in model.stream(plan, seed={manifest['seed']}, latents={array}):\n"
        "    batch.x, [model.classes[y] for y in batch.y]"
    )


def _latents(given: dict[str, Any]) -> str:
    many = f"{given['count']:,} of {given['dim']} numbers" if given["count"] > 1 else "one for all samples"
    return f"given, not drawn: {given['origin']}, {many} (SHA-256 `{given['sha256']}`)"


def _arguments(values: dict[str, Any]) -> str:
    """As in a call."""
    return ", ".join(f"{name}={value!r}" for name, value in values.items())


def _contents(manifest: dict[str, Any]) -> str:
    count, format_ = f"{manifest['count']:,}", f"format `{manifest['format']['name']}`"
    columns = manifest.get("columns", ())
    if columns:
        parts = [f"{count} rows × {len(columns)} columns, {format_}.", _columns(columns)]
    else:
        shape = " × ".join(map(str, manifest["shape"]))
        parts = [f"{count} samples of shape {shape}, {format_}."]
    if "given" in manifest:
        names = ", ".join(f"`{name}`" for name in manifest["given"])
        parts.append(f"Each is written with what it was made at: {names}.")
    classes = [entry for entry in manifest["classes"] if entry["count"]]
    if not classes:
        parts[0] += " No labels."
        return "\n\n".join(parts)
    target = [f"The label is column `{manifest['target']}`:"] if "target" in manifest else []
    return "\n\n".join([*parts, *target, _classes(classes, _noun(manifest))])


def _columns(columns: list[dict[str, Any]]) -> str:
    rows = [f"| {_cell(column['name'])} | {column['dtype']} |" for column in columns]
    return "\n".join(["| column | type |", "| --- | --- |", *rows])


def _classes(classes: list[dict[str, Any]], noun: str) -> str:
    real, folders = "real" in classes[0], "folder" in classes[0]
    lines = [
        f"| number | class | {noun} |" + " of them real |" * real + " folder |" * folders,
        "| ---: | --- | ---: |" + " ---: |" * real + " --- |" * folders,
    ]
    for entry in classes:
        row = f"| {entry['number']} | {_cell(entry['name'])} | {entry['count']:,} |"
        row += f" {entry['real']:,} |" if real else ""
        lines.append(row + (f" `{entry['folder']}` |" if folders else ""))
    return "\n".join(lines)


def _cell(text: object) -> str:
    """A text as a cell of a table in Markdown."""
    return str(text).replace("|", "\\|").replace("\n", " ")
