"""Finding plugins, keeping the broken ones apart, and the registry of all that they register.

Built-in components come through the same hooks as everybody's. Nothing a plugin does at import or in a hook
can end synthgen: what went wrong is recorded and told when it matters.
"""

from __future__ import annotations

import difflib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from synthgen import components, hookspecs
from synthgen.errors import PluginError, RecipeError, SynthgenError, UsageError, describe
from synthgen.metric import Metric
from synthgen.version import __version__

KINDS: dict[str, type[Any]] = {
    "source": components.Source,
    "codec": components.Codec,
    "generator": components.Generator,
    "discriminator": components.Discriminator,
    "loss": components.Loss,
    "penalty": components.Penalty,
    "augmentation": components.Augmentation,
    "metric": Metric,
    "exporter": components.Exporter,
}
"""Every kind of component and the class from which it derives."""

BUILTINS = (
    "synthgen.data.sources",
    "synthgen.data.codecs",
    "synthgen.networks",
    "synthgen.losses",
    "synthgen.augmentations",
    "synthgen.evaluation",
    "synthgen.export",
)

BUILT_IN = "built-in"
"""Origin of the plugins above."""

INSTALLED = "entry point"
"""Origin of plugins that are found in installed packages."""

BLOCK_VARIABLE = "SYNTHGEN_BLOCK_PLUGINS"
"""Environment variable: names of plugins that must not be loaded, separated by commas."""


def plural(kind: str) -> str:
    """`loss` to `losses`: the word in hook names and headings."""
    return {"loss": "losses", "penalty": "penalties"}.get(kind, kind + "s")


@dataclass
class PluginInfo:
    """What is known of one plugin."""

    name: str
    version: str
    origin: str
    """`built-in`, `entry point` or the path of a single file."""
    components: list[tuple[str, str]] = field(default_factory=list)
    """`(kind, name)` of what it registered."""
    error: str | None = None
    blocked: bool = False

    @property
    def status(self) -> str:
        """`ok`, `broken` or `blocked`."""
        return "blocked" if self.blocked else "broken" if self.error else "ok"

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Registered:
    """A component class, the name under which recipes know it, and the plugin it came from."""

    kind: str
    name: str
    component: type[Any]
    owner: PluginInfo

    def __str__(self) -> str:
        return f"{self.kind} '{self.name}' (plugin {self.owner})"

    def build(self, options: Any, *args: Any) -> Any:
        """An instance; what a constructor raises becomes a PluginError that names component and plugin."""
        try:
            return self.component(options, *args)
        except SynthgenError:
            raise
        except Exception as error:
            raise PluginError(f"{self} failed in its constructor: {describe(error)}") from error


class Registry:
    """All components by kind and name, and the plugins they came from."""

    def __init__(self) -> None:
        self.plugins: list[PluginInfo] = []
        self.flags: list[str] = []
        """The command line's options that load these very plugins."""
        self._components: dict[tuple[str, str], list[Registered]] = {}

    def add(self, registered: Registered) -> None:
        """Take a component in; a name that is taken stays refused (see `find`) until one owner is blocked."""
        registered.owner.components.append((registered.kind, registered.name))
        self._components.setdefault((registered.kind, registered.name), []).append(registered)

    def find(self, kind: str, name: str) -> Registered:
        """The component of this kind and name.

        Raises RecipeError with near matches and broken plugins if there is none, PluginError if two plugins
        claim the name.
        """
        owners = self._components.get((kind, name), [])
        if len(owners) > 1:
            names = " and ".join(str(o.owner) for o in owners)
            raise PluginError(
                f"{kind} '{name}' is registered by two plugins, {names}; leave one out with --block PLUGIN"
            )
        if not owners:
            raise RecipeError(self._unknown(kind, name))
        return owners[0]

    def all(self, kind: str) -> list[Registered]:
        """Every component of a kind, by name."""
        return [owners[0] for (k, _), owners in sorted(self._components.items()) if k == kind]

    def broken(self) -> list[PluginInfo]:
        """Plugins that failed, or that claim a name which another has."""
        return [plugin for plugin in self.plugins if plugin.status == "broken"]

    def figure_of(self, name: str) -> str:
        """The metric to name for one of its figures: a sentence that begins with a space, or nothing."""
        for registered in self.all("metric"):
            figures = registered.component.figures
            if any(name == figure or name.startswith(f"{figure}_") for figure in figures):
                return f" {name} is a figure of the metric {registered.name}: name that."
        return ""

    def _unknown(self, kind: str, name: str) -> str:
        names = [registered.name for registered in self.all(kind)]
        message = f"no {kind} is called '{name}'."
        if kind == "metric":
            message += self.figure_of(name)
        near = difflib.get_close_matches(name, names, n=2)
        if near:
            message += f" Did you mean {' or '.join(near)}?"
        message += f" Known: {', '.join(names)}." if names else ""
        for plugin in self.broken():
            message += f" Plugin {plugin} is broken and might have had it: {plugin.error}."
        return message


def load_plugins(
    paths: Sequence[Path] = (), *, installed: bool = True, block: Iterable[str] = ()
) -> Registry:
    """The registry of built-ins, installed plugins (`installed=False` leaves them out) and single files.

    `block` names plugins to leave out, beside those in the environment variable SYNTHGEN_BLOCK_PLUGINS. A
    file that a person named and that cannot be loaded raises PluginError; it stands in for an installed
    plugin of its name. A broken installed plugin is recorded.
    """
    block = list(block)
    variable = filter(None, os.environ.get(BLOCK_VARIABLE, "").split(","))
    loader = _Loader({*block, *variable, *(path.stem for path in paths)})
    for module in BUILTINS:
        loader.load(PluginInfo(module, __version__, BUILT_IN), partial(import_module, module))
    if installed:
        for point in sorted(entry_points(group=hookspecs.PROJECT), key=lambda p: p.name):
            loader.load(PluginInfo(point.name, _version(point), INSTALLED), point.load)
    for path in paths:
        info = PluginInfo(path.stem, "-", str(path))
        loader.load(info, partial(_import_file, path))
        if info.error:
            raise PluginError(f"--plugin {path}: {info.error}")
    loader.report_clashes()
    _check_blocked(block, loader.registry)
    loader.registry.flags = [
        *(word for path in paths for word in ("--plugin", str(path))),
        *([] if installed else ["--no-plugins"]),
        *(word for name in block for word in ("--block", name)),
    ]
    return loader.registry


def _check_blocked(names: list[str], registry: Registry) -> None:
    known = [plugin.name for plugin in registry.plugins if plugin.origin == INSTALLED]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=2)
            hint = (
                f"Did you mean {' or '.join(near)}?" if near else f"Installed: {', '.join(known) or 'none'}."
            )
            raise UsageError(f"--block {name}: no installed plugin is called so. {hint}")


@cache
def installed_plugins() -> Registry:
    """The registry that a Python session uses where it names none; loaded once."""
    return load_plugins()


class _Loader:
    """Loads one plugin after another into a registry, guarding every call into them."""

    def __init__(self, blocked: set[str]) -> None:
        self.registry = Registry()
        self._blocked = blocked
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)

    def load(self, info: PluginInfo, get_module: Callable[[], Any]) -> None:
        """Import one plugin and take its components, or record why that failed."""
        self.registry.plugins.append(info)
        if info.name in self._blocked and info.origin == INSTALLED:
            info.blocked = True
            return
        try:
            plugin = get_module()
            self._manager.register(plugin, info.name)
            self._manager.check_pending()  # a misspelt hook is a plugin that silently does nothing
            found = self._collect(plugin, info)
        except (Exception, SystemExit) as error:
            if info.origin == BUILT_IN:
                raise
            info.error = describe(error)
            self._manager.unregister(name=info.name)
            return
        for registered in found:
            self.registry.add(registered)

    def _collect(self, plugin: Any, info: PluginInfo) -> list[Registered]:
        found: list[Registered] = []

        def register(kind: str, name: str, component: type[Any]) -> None:
            _check(kind, name, component)
            found.append(Registered(kind, name, component, info))

        for kind in KINDS:
            hook = getattr(self._manager.hook, f"register_{plural(kind)}")
            for implementation in hook.get_hookimpls():
                if implementation.plugin is plugin:  # called one by one, so that the owner is known
                    arguments = {"register": partial(register, kind)}
                    implementation.function(*(arguments[name] for name in implementation.argnames))
        return found

    def report_clashes(self) -> None:
        """Give the second owner of a name an error that names both."""
        for (kind, name), owners in self.registry._components.items():
            for other in owners[1:]:
                other.owner.error = (
                    f"{kind} '{name}' is registered by {owners[0].owner} and by {other.owner};"
                    " names must be unique"
                )


def _check(kind: str, name: str, component: Any) -> None:
    base: Any = KINDS[kind]
    options = getattr(component, "Options", None)
    if not isinstance(name, str) or not name.isidentifier() or name != name.lower():
        raise TypeError(f"{kind} name {name!r} must be lower-case letters, digits and underscores")
    if not isinstance(component, type) or not issubclass(component, base):
        raise TypeError(f"{kind} '{name}' must be a subclass of synthgen.{base.__name__}, not {component!r}")
    if not isinstance(options, type) or not issubclass(options, base.Options):
        raise TypeError(f"{kind} '{name}': its Options must derive from synthgen.{base.Options.__name__}")


def _version(point: EntryPoint) -> str:
    return point.dist.version if point.dist else "-"


def _import_file(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"synthgen_plugin_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise FileNotFoundError("no such Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where pydantic and dataclasses look up a class's module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[spec.name]
        raise
    return module
