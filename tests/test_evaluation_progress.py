"""How far an evaluation is, on a terminal and off it."""

from __future__ import annotations

import logging

from synthgen.evaluation_progress import EvaluationProgress


def test_progress_off_a_terminal_is_plain_lines_now_and_then(monkeypatch, caplog, capsys):
    with caplog.at_level(logging.INFO, "synthgen"), EvaluationProgress() as progress:
        progress(0.25, "recall")
        monkeypatch.setattr("synthgen.evaluation_progress.SECONDS_BETWEEN_LINES", 0.0)
        progress(0.5, "utility")
        progress(1.0, "")
    assert caplog.messages == ["evaluation: 50 % done, now utility"]
    assert "\r" not in capsys.readouterr().err


def test_progress_on_a_terminal_is_a_bar_with_the_metric(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with EvaluationProgress() as progress:
        progress(0.5, "utility")
    shown = capsys.readouterr().err
    assert "evaluation:  50 %|" in shown
    assert "utility" in shown
    assert shown.rstrip(" ").endswith("\r")  # it is taken away again
