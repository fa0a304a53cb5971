"""The report of a run whose training was stopped because it had failed."""

from __future__ import annotations

import json

import pytest
import torch
from digits_run import digits_run, write_recipe
from toy_metric import Counts, only_metrics

from synthgen import pipeline
from synthgen.errors import UnhealthyError, UsageError, describe
from synthgen.judging_runs import evaluate_run
from synthgen.preparation import prepare
from synthgen.recipe import load_recipe
from synthgen.report import load_report
from synthgen.run_directory import Run
from synthgen.training.listener import Listener
from synthgen.watching import watch_health

STOP = ("report=quick", "health={policy: stop, every: 2, samples: 24}", "train.snapshot_every=null")


class Accident(Listener):
    """A weight of the generator is lost at a step."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step(self, trainer):
        if trainer.step == self.step:
            next(trainer.generator.parameters()).data.fill_(torch.nan)


@pytest.fixture(scope="module")
def toys():
    return only_metrics(counts=Counts)


def stopped(monkeypatch, folder, registry, accident, *overrides):
    recorders = pipeline._recorders
    monkeypatch.setattr(pipeline, "_recorders", lambda *args: [*recorders(*args), accident])
    with pytest.raises(UnhealthyError) as ended:
        digits_run(folder, registry, *STOP, *overrides)
    return folder / "run", str(ended.value)


def test_a_run_that_was_stopped_has_a_report_of_its_last_healthy_generator(monkeypatch, tmp_path, toys):
    made, message = stopped(monkeypatch, tmp_path, toys, Accident(5))
    assert message.startswith("training diverged")
    report = load_report(made)
    assert report.evaluation.notes[0] == (
        "training was stopped at step 6: what is judged is its generator of step 4, the last in which the watch saw"
        " nothing wrong yet (it looks at fewer samples than a report, and for less)"
    )
    assert report.evaluation.facts["steps"] == 4
    assert "--level quick --snapshot 4" in report.context["commands"][1]
    assert next(one for one in report.verdict["findings"] if one["key"] == "healthy")["answer"] == "no"
    page = (made / "report.html").read_text("utf-8")
    assert "training diverged" in page and "name: tiny" in page
    record = json.loads((made / "run.json").read_text())
    assert record["status"] == "failed" and record["seconds"]["report"] >= 0
    again = evaluate_run(made, level="quick", snapshot=4, registry=toys)
    assert again.facts["model_hash"] == report.evaluation.facts["model_hash"]
    assert again.notes == report.evaluation.notes
    with pytest.raises(
        UsageError, match=r"it has failed\. Go on with.*, or judge a snapshot: .* --snapshot 4"
    ):
        evaluate_run(made, registry=toys)


def test_a_run_that_is_stopped_again_has_a_report_of_what_was_well_before(monkeypatch, tmp_path, toys):
    made, _ = stopped(monkeypatch, tmp_path, toys, Accident(5))
    with pytest.raises(UnhealthyError, match="of step 4, the last in which the watch saw nothing wrong yet"):
        pipeline.resume(made, registry=toys)
    assert load_report(made).evaluation.facts["steps"] == 4


def test_what_was_never_found_healthy_is_judged_as_it_ended(monkeypatch, tmp_path, toys):
    class Ends(Listener):
        def on_step(self, trainer):
            if trainer.step == 4:
                trainer.failure = UnhealthyError("stopped at step 4: no good")

    made, message = stopped(monkeypatch, tmp_path, toys, Ends(), "health.every=100")
    assert message == "stopped at step 4: no good"
    report = load_report(made)
    assert report.evaluation.notes[0].endswith("at step 4: what is judged is its generator as it was then")
    with pytest.raises(
        UsageError, match=r"has no model: it has failed\..*report\.html judges what was left of it"
    ):
        evaluate_run(made, registry=toys)
    assert report.context["commands"] == [f"synthgen run {(made / 'recipe.yaml').as_posix()}"]


def test_where_nothing_is_left_there_is_no_report_and_the_log_says_why(monkeypatch, tmp_path, toys, caplog):
    made, _ = stopped(monkeypatch, tmp_path, toys, Accident(1), "health.every=100")
    assert not (made / "report.html").exists() and not (made / "report.json").exists()
    assert "no report: weights of the generator are not finite, and no snapshot was kept" in caplog.text


@pytest.mark.parametrize(
    "fault", [OSError(28, "No space left on device"), RuntimeError("a bug"), KeyboardInterrupt()]
)
def test_whatever_befalls_the_report_the_run_ends_with_why_it_was_stopped(
    monkeypatch, tmp_path, toys, caplog, fault
):
    def fail(*_, **__):
        raise fault

    monkeypatch.setattr("synthgen.run_report.judge_run", fail)
    made, message = stopped(monkeypatch, tmp_path, toys, Accident(5))
    assert message.startswith("training diverged")
    assert json.loads((made / "run.json").read_text())["status"] == "failed"
    assert f"no report: {describe(fault) if str(fault) else 'interrupted'}. Try again with: " in caplog.text


def test_that_the_report_s_time_cannot_be_noted_hides_nothing(monkeypatch, tmp_path, toys, caplog):
    write, full = Run.write_info, []

    def write_info(self, info):
        if full:
            raise OSError(28, "No space left on device")
        write(self, info)

    monkeypatch.setattr(Run, "write_info", write_info)
    monkeypatch.setattr(pipeline, "report_stopped", lambda *_: full.append(True))
    _, message = stopped(monkeypatch, tmp_path, toys, Accident(5))
    assert message.startswith("training diverged")
    assert "lacks how long the report took: No space left on device" in caplog.text


def test_a_resumed_run_has_no_report_of_where_it_was_stopped(monkeypatch, tmp_path, toys):
    made, _ = stopped(monkeypatch, tmp_path, toys, Accident(5))
    assert (made / "report.html").exists() and (made / "report.json").exists()
    monkeypatch.setattr(pipeline, "_carry_out", lambda directory, *_: directory)
    pipeline.resume(made, registry=toys)
    assert not (made / "report.html").exists() and not (made / "report.json").exists()


def test_the_watch_knows_what_the_recipe_has(tmp_path, registry):
    changes = ["loss=relativistic", "penalties=[r1, r2]", "augmentations=[diff_augment]"]
    setup = prepare(load_recipe(write_recipe(tmp_path), changes, registry), registry)
    (health,) = watch_health(Run(tmp_path), setup, lambda *_: None, None)
    assert health.has >= {"loss relativistic", "penalty r1", "penalty r2", "augmentations", "betas"}
    assert not health.has & {"penalty mismatch", "clip_value"}


def test_report_none_is_none(monkeypatch, tmp_path, toys):
    made, _ = stopped(monkeypatch, tmp_path, toys, Accident(5), "report=none")
    assert not (made / "report.html").exists()
