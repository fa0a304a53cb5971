"""Judging synthetic data: metrics, and what is made of their figures."""

from __future__ import annotations

from synthgen import Register, hookimpl


@hookimpl
def register_metrics(register: Register) -> None:
    """The built-in metrics; each room of them adds its own here."""
