"""What a report tells beside the figures: where the samples come from, and how they were trained."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from synthgen.errors import UsageError
from synthgen.files import reason
from synthgen.metric import Comparison
from synthgen.run_directory import Run, read_metrics


@dataclass(frozen=True)
class ReportContext:
    """All of it may be left out: two files without any run have a report, too."""

    title: str = ""
    """What was judged, such as a recipe's name."""
    comparison: Comparison | None = None
    """The samples themselves, for examples side by side; none are shown without it."""
    run: Mapping[str, Any] | None = None
    """The content of run.json, of which `health` and `selection` are told as well."""
    metrics: Sequence[Mapping[str, Any]] = ()
    """The lines of metrics.jsonl, for the curves."""
    recipe: str = ""
    """The resolved recipe, as YAML."""
    export: Mapping[str, Any] | None = None
    """What was exported: names and values that are shown as they are."""
    commands: Sequence[str] = ()
    """What makes all this again, in a shell."""
    made: datetime | None = None
    """When the report was made; now if not given."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """More to be shown at the end; JSON."""

    @classmethod
    def of_run(cls, run: Run, **more: Any) -> Self:
        """With all that the folder of a run holds; `more` are other fields, or these in another form.

        The commands name the run as `run.path` does. Raises UsageError if run.json or the recipe cannot be read.
        """
        info = run.read_info()
        try:
            recipe = run.recipe.read_text("utf-8")
        except OSError as error:
            raise UsageError(f"{run.recipe} cannot be read: {reason(error)}") from error
        context = cls(
            title=str(info.get("name") or run.path.name),
            run=info,
            metrics=read_metrics(run.metrics),
            recipe=recipe,
            commands=tuple(
                shlex.join(["synthgen", word, path.as_posix()])
                for word, path in (("run", run.recipe), ("evaluate", run.path))
            ),
        )
        return replace(context, **more)

    @property
    def health(self) -> Sequence[Mapping[str, Any]] | None:
        """Events that were noticed in the training; None if nobody watched."""
        events = (self.run or {}).get("health")
        return [event for event in events if isinstance(event, Mapping)] if isinstance(events, list) else None

    @property
    def selection(self) -> Mapping[str, Any]:
        """Which snapshot was taken, and the scores of all; empty if none was chosen."""
        chosen = (self.run or {}).get("selection")
        return chosen if isinstance(chosen, Mapping) else {}

    def to_dict(self) -> dict[str, Any]:
        """As JSON, without samples and metrics, which have their own files."""
        return {
            "title": self.title,
            "run": self.run,
            "recipe": self.recipe,
            "export": self.export,
            "commands": list(self.commands),
            "facts": dict(self.facts),
        }
