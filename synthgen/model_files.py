"""A trained model on disk: `model.json` and safetensors files, never a pickle.

`model.json` names generator and codec, their plugins and options, and the SHA-256 of the tensor files.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import torch
from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError
from safetensors import SafetensorError
from safetensors import torch as safetensors
from torch import Tensor, nn

from synthgen.components import Codec
from synthgen.errors import CheckpointError, RecipeError, SynthgenError, UsageError, describe
from synthgen.files import new_directory, reason, write_atomically
from synthgen.plugins import Registered, Registry
from synthgen.spec import DataSpec
from synthgen.training.settings import LatentSettings
from synthgen.version import __version__

FORMAT = 1
"""Version of the model folder; raise it when an older synthgen could no longer read what is written."""

MODEL = "model.json"
NETWORKS = ("generator", "codec")

Tensors = dict[str, dict[str, Tensor]]
"""Tensors of `generator` and `codec`, each by name."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Choice(Protocol):
    """A component and the options with which it was built, such as a recipe names them."""

    @property
    def registered(self) -> Registered:
        """The component."""

    @property
    def options(self) -> BaseModel:
        """Its options."""


class ComponentRecord(_Strict):
    """What it takes to build a component again."""

    name: str
    plugin: str
    version: str
    options: dict[str, Any]

    @classmethod
    def of(cls, choice: Choice) -> Self:
        """The record of a component built as chosen."""
        owner = choice.registered.owner
        values = choice.options.model_dump(mode="json")
        return cls(name=choice.registered.name, plugin=owner.name, version=owner.version, options=values)

    def __str__(self) -> str:
        return f"'{self.name}' (plugin {self.plugin} {self.version})"


class ClassRecord(_Strict):
    """A class and how many samples of it the training data had."""

    number: int
    name: str
    count: NonNegativeInt


class Contents(_Strict):
    """What `model.json` says of the model."""

    generator: ComponentRecord
    codec: ComponentRecord
    codec_values: dict[str, Any]
    spec: DataSpec
    latent: LatentSettings
    classes: tuple[ClassRecord, ...]
    source: dict[str, Any]


@dataclass(frozen=True)
class SavedModel:
    """A model folder as read and checked, not yet built."""

    folder: Path
    contents: Contents
    tensors: Tensors
    hash: str

    def build(self, registry: Registry) -> tuple[nn.Module, Codec]:
        """Generator and codec, on the CPU, with their weights and state.

        Raises CheckpointError if a component is not there or no longer takes what was saved.
        """
        generator: nn.Module = self._component(registry, "generator", self.contents.spec)
        codec: Codec = self._component(registry, "codec")
        try:
            generator.load_state_dict(self.tensors["generator"])
        except RuntimeError as error:
            raise self._misfit("generator", "takes other weights than were saved", error) from error
        try:
            codec.load_state(self.contents.codec_values, self.tensors["codec"])
        except SynthgenError:
            raise
        except Exception as error:
            raise self._misfit("codec", "does not take the state that was saved", error) from error
        return generator, codec

    def _component(self, registry: Registry, kind: str, *arguments: Any) -> Any:
        record: ComponentRecord = getattr(self.contents, kind)
        try:
            registered = registry.find(kind, record.name)
        except RecipeError as error:
            raise CheckpointError(
                f"{self.folder / MODEL}: {error} The model needs {kind} {record}: install that plugin, or"
                " name its file with --plugin."
            ) from error
        try:
            options = registered.component.Options.model_validate(record.options)
        except ValidationError as error:
            first = error.errors()[0]
            what = f"refuses saved option {'.'.join(map(str, first['loc']))}"
            raise self._misfit(kind, what, ValueError(first["msg"])) from error
        return registered.build(options, *arguments)

    def _misfit(self, kind: str, what: str, error: Exception) -> CheckpointError:
        record = getattr(self.contents, kind)
        return CheckpointError(
            f"{self.folder}: the installed {kind} '{record.name}' {what}; the model was made with plugin"
            f" {record.plugin} {record.version}. {describe(error)}"
        )


def write_model(contents: Contents, tensors: Tensors, folder: Path) -> None:
    """Write a model folder, whole or not at all. Raises UsageError if the folder is taken."""
    files = _serialised(tensors)
    sums = _sums(files)
    values = contents.model_dump(mode="json")
    head = {"format": FORMAT, "synthgen": __version__, "model_hash": _hash(values, sums), "files": sums}
    text = json.dumps({**head, **values}, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with new_directory(folder) as partial:
        for name, data in files.items():
            write_atomically(partial / name, data)
        write_atomically(partial / MODEL, text.encode())


def model_hash(contents: Contents, tensors: Tensors) -> str:
    """SHA-256 over all that decides what the samples are; where the data came from does not."""
    return _hash(contents.model_dump(mode="json"), _sums(_serialised(tensors)))


def read_model(path: Path) -> SavedModel:
    """Read and check a model folder, or the `model` folder of a run.

    Raises UsageError where there is none, or not yet; CheckpointError, saying which file of it is missing, cut
    short, changed or of a newer version.
    """
    folder = next((f for f in (path, path / "model") if (f / MODEL).is_file()), None)
    if folder is None and (path / "run.json").is_file():
        raise UsageError(
            f"the run in {path} was not finished and has no model yet; go on with: synthgen run --resume {path}"
            f"{_snapshots(path)}"
        )
    if folder is None and not path.exists():
        raise UsageError(f"{path}: there is no such folder; name that of a run or of a model")
    if folder is None:
        raise UsageError(f"there is no model in {path}: neither {MODEL} nor model/{MODEL} is there")
    where = folder / MODEL
    try:
        values = json.loads(_bytes(where))
    except ValueError as error:
        raise CheckpointError(f"{where} is cut short or changed: {describe(error)}") from error
    version = values.pop("format", None) if isinstance(values, dict) else None
    if not isinstance(version, int):
        raise CheckpointError(f"{where} is no synthgen model: it has no format number")
    if version > FORMAT:
        raise CheckpointError(
            f"{where} was written by synthgen {values.get('synthgen')} in model format {version}; this is"
            f" synthgen {__version__}, which reads formats up to {FORMAT}. Upgrade synthgen."
        )
    values.pop("synthgen", None)
    recorded, sums = values.pop("model_hash", None), values.pop("files", None)
    if not isinstance(sums, dict) or _hash(values, sums) != recorded:
        raise CheckpointError(f"{where} was changed after it was saved: its model_hash does not fit")
    try:
        contents = Contents.model_validate(values)
    except ValidationError as error:
        raise CheckpointError(f"{where} is no model that this synthgen reads: {describe(error)}") from error
    return SavedModel(folder, contents, _read_tensors(folder, sums), recorded)


def _snapshots(run: Path) -> str:
    return f", or take one of its snapshots: synthgen snapshots {run}" if (run / "snapshots").is_dir() else ""


def _read_tensors(folder: Path, sums: dict[str, str]) -> Tensors:
    tensors: Tensors = {name: {} for name in NETWORKS}
    for name in NETWORKS:
        file = f"{name}.safetensors"
        if file not in sums:
            continue  # nothing to keep: a codec without tensors
        data = _bytes(folder / file)
        if hashlib.sha256(data).hexdigest() != sums[file]:
            raise CheckpointError(
                f"{folder / file} is cut short or changed: its SHA-256 is not the one in {MODEL}"
            )
        try:
            tensors[name] = safetensors.load(data)
        except SafetensorError as error:
            raise CheckpointError(f"{folder / file} is no safetensors file: {describe(error)}") from error
    return tensors


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise CheckpointError(f"{path} is missing; the model cannot be read without it") from None
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {reason(error)}") from error


def _serialised(tensors: Tensors) -> dict[str, bytes]:
    """File name to content. Tensors are copied: safetensors refuses shared and transposed memory."""
    return {
        f"{name}.safetensors": safetensors.save(
            {
                key: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
                for key, tensor in tensors[name].items()
            }
        )
        for name in NETWORKS
        if tensors[name]
    }


def _sums(files: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def _hash(values: dict[str, Any], sums: dict[str, str]) -> str:
    """Of the JSON as it is on disk, so that a later version with more fields still agrees."""
    decisive = {key: value for key, value in values.items() if key != "source"} | {"files": sums}
    text = json.dumps(decisive, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
