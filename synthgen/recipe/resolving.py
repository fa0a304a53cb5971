"""From plain values to a Recipe: every section checked by its own model, every component by its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from synthgen.errors import PluginError, SynthgenError, describe
from synthgen.evaluation.settings import ReportSettings, SelectionSettings
from synthgen.export.settings import ExportSettings
from synthgen.options import Options, plain_options
from synthgen.plugins import Registered, Registry
from synthgen.recipe.problems import Problems
from synthgen.recipe.schema import (
    COMPONENTS,
    LISTS,
    NETWORKS,
    SECTIONS,
    SHORT,
    Choice,
    DataChoice,
    ExportChoice,
    NetworkChoice,
    Recipe,
    RecipeSettings,
)
from synthgen.recipe.wording import findings, known_keys, matches, near, show
from synthgen.recipe.yaml_loader import KeyPath
from synthgen.training.settings import HealthSettings, LatentSettings, TrainSettings
from synthgen.training.turns import Turns

SettingsT = TypeVar("SettingsT", bound=Options)


def resolve(
    data: Mapping[str, Any], registry: Registry, problems: Problems, *, in_memory: bool = False
) -> Recipe:
    """The recipe that these values describe; raises all `problems`, those found here among them.

    `in_memory` says that the data is there already: the recipe must not name any.
    """
    resolver = _Resolver(registry, problems)
    resolver.check_sections(data)
    head = {key: data[key] for key in ("name", "seed") if key in data}
    settings = resolver.settings(RecipeSettings, head, ())
    parts: dict[str, Any] = dict(settings or ())
    parts["data"] = resolver.data(data, in_memory=in_memory)
    codec = data.get("codec")
    parts["codec"] = None if codec is None else resolver.component("codec", codec, ("codec",))
    parts["latent"] = resolver.settings(LatentSettings, data.get("latent"), ("latent",))
    for section, default in COMPONENTS.items():
        raw, given = data.get(section, default), section in data or default is not None
        if isinstance(raw, dict) and default is not None:
            raw = {"name": default, **raw}
        if section in NETWORKS:
            parts[section] = resolver.network(section, raw, given=given)
        else:
            parts[section] = resolver.component(section, raw, (section,), given=given)
    for section, kind in LISTS.items():
        parts[section] = resolver.components(kind, data.get(section), (section,))
    parts["train"] = resolver.settings(TrainSettings, data.get("train"), ("train",))
    parts["export"] = resolver.export(data.get("export", {}))
    chosen = data.get("selection")
    selection = resolver.settings(SelectionSettings, chosen, ("selection",)) if chosen is not None else None
    parts["selection"] = selection
    parts["health"] = resolver.short_settings(HealthSettings, data, "health")
    parts["report"] = resolver.short_settings(ReportSettings, data, "report")
    resolver.check_together(parts)
    problems.raise_all()
    return Recipe(**parts)


def resolve_export(data: Mapping[str, Any], registry: Registry, problems: Problems) -> ExportChoice:
    """The export section that these values describe; raises all problems."""
    choice = _Resolver(registry, problems).export(data)
    problems.raise_all()
    assert choice is not None  # or there was a problem
    return choice


@dataclass
class _Resolver:
    """Checks one section after another; what is wrong goes to `problems`, and the section comes back None."""

    registry: Registry
    problems: Problems

    def check_sections(self, data: Mapping[str, Any]) -> None:
        """Keys at the top that are none of a recipe's; one that belongs into a section is told so."""
        inner: dict[str, type[Options]] = {
            "train": TrainSettings,
            "latent": LatentSettings,
            "export": ExportSettings,
            "selection": SelectionSettings,
            "health": HealthSettings,
            "report": ReportSettings,
        }
        for key in data:
            if key in SECTIONS:
                continue
            homes = [f"{section}.{key}" for section, model in inner.items() if key in known_keys(model)]
            hint = f" Did you mean {' or '.join(homes)}?" if homes else near(key, SECTIONS)
            self.problems.add((key,), f"there is no such key.{hint}", at_key=True)

    def settings(self, model: type[SettingsT], raw: Any, path: KeyPath) -> SettingsT | None:
        """A section that is one settings model; an empty one is all defaults."""
        if raw is not None and not isinstance(raw, dict):
            self.problems.add(path, f"must be a mapping of settings, not {show(raw)}")
            return None
        return self._check(model, raw or {}, path)

    def short_settings(
        self, model: type[SettingsT], data: Mapping[str, Any], section: str
    ) -> SettingsT | None:
        """A section that may be a single word: the value of its most important setting; null is `none`."""
        raw = data.get(section, {})
        if raw is None or isinstance(raw, str):
            raw = {SHORT[section]: "none" if raw is None else raw}
            return self._check(model, raw, (section,))
        if isinstance(raw, bool):
            text = f"must be a word or a mapping of settings, not {show(raw)}; for nothing of it write none"
            self.problems.add((section,), text)
            return None
        return self.settings(model, raw, (section,))

    def data(self, data: Mapping[str, Any], *, in_memory: bool) -> DataChoice | None:
        """The source, and its fallback, which stands among the source's options; none of data in memory."""
        raw, fallback = data.get("data"), None
        if in_memory:
            if raw is not None:
                self.problems.add(("data",), "the data is in memory already; leave this out", at_key=True)
            return None
        if isinstance(raw, dict) and "fallback" in raw:
            raw = dict(raw)
            other = raw.pop("fallback")
            if other is not None:
                fallback = self.component("source", other, ("data", "fallback"))
        source = self.component("source", raw, ("data",), extra=("fallback",), given="data" in data)
        return DataChoice(source, fallback) if source else None

    def network(self, section: str, raw: Any, *, given: bool) -> NetworkChoice | None:
        """A generator or discriminator, and the engine's own settings, which stand among its options.

        A key that the network has itself, as a plugin's may, is the network's.
        """
        model = NETWORKS[section]
        keys = known_keys(model)
        beside: dict[str, Any] = {}
        if isinstance(raw, dict):
            named = [r.component.Options for r in self.registry.all(section) if r.name == raw.get("name")]
            keys = [key for key in keys if not any(key in known_keys(options) for options in named)]
            beside = {key: raw[key] for key in raw if key in keys}
            raw = {key: raw[key] for key in raw if key not in keys}
        choice = self.component(section, raw, (section,), extra=keys, given=given)
        settings = self._check(model, beside, (section,))
        if choice is None or settings is None:
            return None
        return NetworkChoice(choice.registered, choice.options, settings.every)

    def check_together(self, parts: Mapping[str, Any]) -> None:
        """What sections say to each other; only of those that are right by themselves."""
        train, discriminator, loss = (parts[key] for key in ("train", "discriminator", "loss"))
        if train and discriminator:
            turns = Turns(train.discriminator_steps, discriminator.every)
            if not turns.per_period:
                text = f"is 0 at each of the steps that discriminator.every, {discriminator.every}, leaves it"
                self.problems.add(("train", "discriminator_steps"), text)
        successive = train and train.discriminator_passes == "successive"
        if successive and loss and loss.registered.component.generator_needs_real:
            text = (
                f"must not be successive with loss {loss.name}, which compares real samples with generated ones;"
                " take joint or separate, or another loss"
            )
            self.problems.add(("train", "discriminator_passes"), text)

    def components(self, kind: str, raw: Any, path: KeyPath) -> tuple[Choice | None, ...] | None:
        """A list of components; an empty section is none."""
        if raw is not None and not isinstance(raw, list):
            example = next((registered.name for registered in self.registry.all(kind)), "name")
            self.problems.add(path, f"must be a list, such as [{example}], not {show(raw)}")
            return None
        return tuple(self.component(kind, item, (*path, i)) for i, item in enumerate(raw or ()))

    def export(self, raw: Any) -> ExportChoice | None:
        """Settings and the exporter's options, which share one mapping; null writes no dataset."""
        path: KeyPath = ("export",)
        if raw is None:
            return None
        if not isinstance(raw, dict):
            self.problems.add(path, f"must be a mapping of settings or null, not {show(raw)}")
            return None
        keys = known_keys(ExportSettings)
        settings = self._check(ExportSettings, {key: raw[key] for key in raw if key in keys}, path)
        name = raw.get("format")
        rest = {key: raw[key] for key in raw if key not in keys}
        if name is None:
            for key in rest:
                other = "" if matches(key, keys) else " An option of a format needs format: beside it."
                hint = other + near(key, keys)
                self.problems.add((*path, key), f"there is no such key.{hint}", at_key=True)
            return ExportChoice(settings, None) if settings else None
        registered = self._find("exporter", name, (*path, "format")) if isinstance(name, str) else None
        exporter = self._choose(registered, rest, path, keys) if registered else None
        return ExportChoice(settings, exporter) if settings and exporter else None

    def component(
        self, kind: str, raw: Any, path: KeyPath, *, extra: Iterable[str] = (), given: bool = True
    ) -> Choice | None:
        """A component written as its name, or as a mapping with `name` and its options."""
        if not given:
            self.problems.add(path, f"is missing; name a {kind}.{self._known(kind)}", anchor=())
            return None
        options = dict(raw) if isinstance(raw, dict) else {"name": raw}
        name_path = (*path, "name") if isinstance(raw, dict) else path
        if "name" not in options:
            text = f"is missing; name a {kind}{self._having(kind, options)}.{self._known(kind)}"
            self.problems.add(name_path, text, anchor=path)
            return None
        name = options.pop("name")
        if not isinstance(name, str):
            also = "" if isinstance(raw, dict) else ", or a mapping with name and options"
            self.problems.add(name_path, f"must be the name of a {kind}{also}, not {show(name)}")
            return None
        registered = self._find(kind, name, name_path)
        return self._choose(registered, options, path, ("name", *extra)) if registered else None

    def _having(self, kind: str, options: Iterable[str]) -> str:
        """The one component of a kind that takes all these options; nothing if there are others, or none."""
        keys = list(options)
        fitting = [r.name for r in self.registry.all(kind) if {*keys} <= {*known_keys(r.component.Options)}]
        return f", such as {fitting[0]}, which has {', '.join(keys)}" if keys and len(fitting) == 1 else ""

    def _known(self, kind: str) -> str:
        names = ", ".join(registered.name for registered in self.registry.all(kind))
        return f" Known: {names}." if names else ""

    def _find(self, kind: str, name: str, path: KeyPath) -> Registered | None:
        try:
            return self.registry.find(kind, name)
        except SynthgenError as error:
            self.problems.add(path, str(error), plugin=isinstance(error, PluginError))
            return None

    def _choose(
        self, registered: Registered, raw: dict[str, Any], path: KeyPath, extra: Iterable[str]
    ) -> Choice | None:
        """The component with these options checked by its own model, whoever wrote it."""
        try:
            options = self._check(registered.component.Options, raw, path, extra)
            if options is None:
                return None
            options = _with_absolute_paths(options)
            _check_round_trip(registered, options)
        except SynthgenError as error:
            self.problems.add(path, str(error), plugin=isinstance(error, PluginError))
            return None
        except Exception as error:
            text = f"{registered} failed while its options were checked: {describe(error)}"
            self.problems.add(path, text, plugin=True)
            return None
        return Choice(registered, options)

    def _check(
        self, model: type[SettingsT], raw: dict[str, Any], path: KeyPath, extra: Iterable[str] = ()
    ) -> SettingsT | None:
        try:
            # As JSON, strictly: "500" and true are no numbers, but a list makes a tuple and text a Path.
            return model.model_validate_json(json.dumps(raw), strict=True)
        except ValidationError as error:
            for found in findings(error, model, raw, extra):
                anchor = (*path, *found.anchor)
                self.problems.add((*path, *found.path), found.text, anchor=anchor, at_key=found.at_key)
            return None


def _with_absolute_paths(options: Options) -> Options:
    """Paths as seen from here and now: a run may be resumed, and its recipe run again, from another folder."""
    paths = {key: value for key, value in options if isinstance(value, Path)}
    return options.model_copy(update={key: path.expanduser().absolute() for key, path in paths.items()})


def _check_round_trip(registered: Registered, options: Options) -> None:
    """A run keeps its recipe as YAML: options that cannot be read back from there are a plugin's fault."""
    try:
        text = json.dumps(plain_options(options))
        same = type(options).model_validate_json(text, strict=True) == options
    except Exception as error:
        raise PluginError(f"{registered}: its options cannot be kept as text: {describe(error)}") from error
    if not same:
        raise PluginError(f"{registered}: its options are others when they are read back from {text}")
