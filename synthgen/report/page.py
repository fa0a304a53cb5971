"""The page of a report, from its parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from synthgen.evaluation.results import Evaluation
from synthgen.evaluation.training_finding import event_text
from synthgen.evaluation.verdict import Verdict
from synthgen.evaluation.wording import number
from synthgen.report.context import ReportContext
from synthgen.report.curves import draw_curves
from synthgen.report.examples import draw_examples
from synthgen.report.origin import origin_tables
from synthgen.report.rendering import render
from synthgen.report.sections import ShownSection, sections
from synthgen.report.tones import TONES
from synthgen.version import __version__

_KINDS = {"images": "images", "table": "rows", "signals": "signals"}


def report_page(evaluation: Evaluation, said: Verdict, context: ReportContext, made: datetime) -> str:
    """One HTML page that needs nothing beside it."""
    parts = sections(evaluation)
    columns_drawn = any(part.key == "tables" and part.pictures for part in parts)
    examples = draw_examples(context.comparison, columns_drawn=columns_drawn)
    nearest = [picture for part in parts if part.key == "privacy" for picture in part.pictures]
    curves = draw_curves(context)
    selection = _selection(context)
    there = {
        "figures": bool(parts),
        "samples": bool(examples),
        "nearest": bool(nearest),
        "training": bool(curves or context.health or selection),
        **{f"detail-{part.key}": _has_details(part) for part in parts},
        "origin": True,
    }
    return render(
        "report.html",
        title=context.title or "Synthetic data",
        judged=_judged(evaluation),
        verdict=said,
        tone=TONES[said.outcome],
        notes=evaluation.notes,
        contents=[(key, _CONTENTS[key]) for key, shown in there.items() if shown],
        sections=parts,
        examples=examples,
        nearest=nearest,
        curves=curves,
        health=None if context.health is None else [_event(event) for event in context.health],
        selection=selection,
        chosen_step=context.selection.get("step") is not None,
        commands=list(context.commands),
        origin=origin_tables(evaluation, context),
        recipe=context.recipe,
        footer=f"Made by synthgen {__version__} on {made:%Y-%m-%d %H:%M %Z}".rstrip() + ".",
    )


_CONTENTS = {
    "figures": "Figures",
    "samples": "Samples",
    "nearest": "Nearest training samples",
    "training": "Training",
    "detail-utility": "Use",
    "detail-diversity": "Variety",
    "detail-fidelity": "Likeness",
    "detail-tables": "Columns and rows",
    "detail-privacy": "Privacy",
    "detail-other": "Other",
    "origin": "How it was made",
}


def _has_details(part: ShownSection) -> bool:
    return bool(part.classes or part.tables or (part.pictures and part.key != "privacy"))


def _judged(evaluation: Evaluation) -> str:
    """How many samples were compared."""
    things = _KINDS.get(evaluation.kind, "samples")
    counts = evaluation.samples
    words = f"{counts.get('synthetic', 0):,} synthetic {things} against {counts.get('real', 0):,} real ones"
    held_out = counts.get("held_out", 0)
    words += (
        f", and {held_out:,} real ones that it was not trained on"
        if held_out
        else ", with no real ones held out"
    )
    if evaluation.classes:
        words += f"; {len(evaluation.classes)} classes"
    level = "full" if evaluation.full else "quick"
    return f"{words}. A {level} evaluation with seed {evaluation.seed}, {number(evaluation.seconds, 's')}."


def _selection(context: ReportContext) -> str:
    chosen = context.selection
    if chosen.get("step") is None:
        return ""
    words = f"Chosen was the snapshot of step {_count(chosen['step'])}"
    if chosen.get("score") is not None:
        words += f", with a score of {number(float(chosen['score']))}"
    why = str(chosen.get("why") or "").strip().rstrip(".")
    return f"{words}: {why}." if why else f"{words}."


def _event(event: Mapping[str, Any]) -> dict[str, str]:
    step = event.get("step")
    at = f"Step {_count(step)}:" if step is not None else "Noticed:"
    advice = str(event.get("advice") or "").strip().rstrip(".")
    return {"title": at, "text": f"{event_text(event)}.", "advice": f"{advice}." if advice else ""}


def _count(value: Any) -> str:
    return f"{value:,.0f}" if isinstance(value, int | float) else str(value)
