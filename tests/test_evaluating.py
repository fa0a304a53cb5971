"""Judging runs, files and arrays."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from digits_run import digits_run, exported, table_run
from toy_metric import Counts, only_metrics

import synthgen
from synthgen.comparing.float_ranges import like_training
from synthgen.comparing.memory import from_memory
from synthgen.errors import DataError, UsageError
from synthgen.judging import judge_cache
from synthgen.report import load_report
from synthgen.synthesizer import load


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def toys():
    return only_metrics(counts=Counts)


@pytest.fixture(scope="module")
def digits(folder, registry):
    return digits_run(folder, registry)


@pytest.fixture(scope="module")
def rows(folder, registry):
    return table_run(folder, registry)


def test_frames_are_compared_and_the_report_is_written(tmp_path, toys):
    frame = pd.DataFrame({"a": range(40), "y": ["p", "q"] * 20})
    found = synthgen.evaluate(
        frame[:20], frame[20:35], target="y", held_out=frame[35:], registry=toys, seed=4
    )
    assert dict(found.samples) == {"real": 20, "held_out": 5, "synthetic": 15}
    assert found.value("count") == 15
    assert (found.seed, found.full, found.classes, found.kind) == (4, True, ("p", "q"), "table")
    assert Counts.seen[-1].real.y.tolist() == [0, 1] * 10
    written = found.write(tmp_path / "new" / "report")
    assert written.html.read_text("utf-8").startswith("<!")
    assert load_report(tmp_path / "new" / "report").evaluation.value("count") == 15
    assert str(found) == written.verdict.to_text()
    found.write(tmp_path / "new" / "report")
    assert sorted(p.name for p in (tmp_path / "new" / "report").iterdir()) == ["report.html", "report.json"]


def test_a_report_that_takes_the_place_of_another_says_so(tmp_path, toys, caplog):
    frame = pd.DataFrame({"a": range(20)})
    found = synthgen.evaluate(frame, frame, registry=toys)
    told = f"the earlier report in {tmp_path}, made on 2024-05-06 07:08 UTC, was replaced"
    with caplog.at_level(logging.INFO, "synthgen"):
        made = datetime(2024, 5, 6, 9, 8, 1, tzinfo=timezone(timedelta(hours=2)))
        replace(found, context=replace(found.context, made=made)).write(tmp_path)
        assert "replaced" not in caplog.text
        found.write(tmp_path)
        assert caplog.messages[-1] == told
        content = json.loads((tmp_path / "report.json").read_text("utf-8"))
        (tmp_path / "report.json").write_text(json.dumps(content | {"made": "long ago"}))
        found.write(tmp_path)
        assert caplog.messages[-1] == f"the earlier report in {tmp_path} was replaced"
        (tmp_path / "report.json").unlink()
        found.write(tmp_path)
        assert caplog.messages[-1] == f"the earlier report in {tmp_path} was replaced"


def test_arrays_with_labels_are_compared(toys):
    x = np.random.default_rng(0).integers(0, 256, (30, 8, 8), np.uint8)
    y = np.array(["a", "b", "c"] * 10)
    synthgen.evaluate((x, y), (x[:9], y[:9]), level="quick", registry=toys)
    seen = Counts.seen[-1]
    assert (seen.names, seen.full, seen.held_out, seen.cache) == (("a", "b", "c"), False, None, judge_cache())
    assert seen.synthetic.y.tolist() == [0, 1, 2] * 3
    series = pd.Series([0, 1] * 10, name="sick")
    table = pd.DataFrame({"a": range(20)})
    synthgen.evaluate((table, series), (table, series.to_numpy()), registry=toys)
    assert Counts.seen[-1].real.target == "sick"


@pytest.mark.parametrize(("black", "white"), [(0, 1), (-1, 1), (0, 255)])
def test_float_images_are_images_where_it_is_said_or_can_be_nothing_else(
    black, white, toys, tmp_path, caplog
):
    caplog.set_level(logging.INFO, "synthgen")
    grey = np.random.default_rng(0).integers(0, 256, (20, 8, 9), np.uint8)
    grey[0, 0, :2] = 0, 255
    floats = grey.astype("f4") / 255 * (white - black) + black
    colour = np.repeat(floats[..., None], 3, axis=3)
    note = f"taken as from {black}, black, to {white}, white"
    np.save(tmp_path / "a.npy", floats)
    np.savez(tmp_path / "a.npz", x=floats)
    np.save(tmp_path / "whole.npy", grey.astype("i8"))
    np.savez(tmp_path / "whole.npz", x=grey.astype("i4"))
    for real, synthetic, kind in (
        (floats, floats, "images"),
        (grey, floats, "auto"),
        (floats, grey, "auto"),
        (grey, tmp_path / "a.npy", "auto"),
        (tmp_path / "a.npz", tmp_path / "whole.npy", "auto"),
        (floats, tmp_path / "whole.npz", "auto"),
        (tmp_path / "a.npy", tmp_path / "a.npz", "images"),
    ):
        found = synthgen.evaluate(real, synthetic, kind=kind, registry=toys)
        seen = Counts.seen[-1]
        assert found.kind == "images" and any(note in told for told in found.notes)
        assert any(note in told for told in caplog.messages)
        caplog.clear()
        assert np.array_equal(seen.real.x, grey) and np.array_equal(seen.synthetic.x, grey)
        assert "taken for" not in caplog.text
    np.savez(tmp_path / "colour.npz", x=colour)
    synthgen.evaluate(colour, tmp_path / "colour.npz", registry=toys)
    assert np.array_equal(Counts.seen[-1].real.x[..., 1], grey)
    assert np.array_equal(Counts.seen[-1].synthetic.x, Counts.seen[-1].real.x)


def test_float_images_a_hair_beyond_their_range_are_clipped(toys):
    x = np.random.default_rng(0).random((20, 8, 8)).astype("f4")
    x[0, 0, :2] = -1e-4, 1.0000001
    for values in (x, x * 2 - 1, x * 255):
        synthgen.evaluate(values, values, kind="images", registry=toys)
        seen = Counts.seen[-1].real.x
        assert seen[0, 0, :2].tolist() == [0, 255] and 100 < seen.mean() < 155


def test_floats_and_whole_numbers_that_no_range_holds_say_why(toys):
    x = np.random.default_rng(0).random((20, 8, 8)) * 1.4
    with pytest.raises(DataError, match=r"too bright for values from 0 to 1 and too dark for 0 to 255"):
        synthgen.evaluate(x, x, kind="images", registry=toys)
    whole = np.full((20, 8, 8), 300)
    with pytest.raises(DataError, match=r"from 300 to 300; whole numbers must be from 0 to 255"):
        synthgen.evaluate(whole, whole, kind="images", registry=toys)


def test_float_images_of_all_sides_are_taken_as_of_one_range(toys, caplog, tmp_path):
    x = np.random.default_rng(0).random((20, 8, 8))
    np.savez(tmp_path / "real.npz", x=x * 2 - 1)
    found = synthgen.evaluate(tmp_path / "real.npz", x, kind="images", registry=toys)
    told = "float images of the real data are from -1 to 1, of the synthetic data are from 0 to 1"
    assert told in caplog.text and any(told in note for note in found.notes)
    told = "of the real and the synthetic data are taken as from -1, black"
    assert any(told in note for note in found.notes)
    seen = Counts.seen[-1]
    assert seen.real.x.min() < 10 and seen.synthetic.x.min() >= 127
    exact = np.rint((x + 1) * 127.5)
    assert np.abs(seen.synthetic.x - exact).max() <= 1
    told = "of the real data are from 0 to 255, of the synthetic data are from 0 to 1"
    with pytest.raises(DataError, match=told):
        synthgen.evaluate(x * 255, x, kind="images", registry=toys)


def test_other_float_images_for_a_run_are_of_the_range_that_it_learnt(toys, caplog):
    x = np.random.default_rng(0).random((20, 8, 8))
    low, wide, bytes_ = (
        from_memory(values, "a", "images") for values in (x, x * 2 - 1, (x * 255).astype(np.uint8))
    )
    assert (
        like_training(wide, wide, "--against") is wide and like_training(bytes_, low, "--against") is bytes_
    )
    assert like_training(low, wide, "--against").x.min() >= 127
    assert "--against: its float images are from 0 to 1, those of the training from -1 to 1" in caplog.text
    with pytest.raises(
        DataError, match="from -1 to 1, those of the training from 0 to 1; bring them to that"
    ):
        like_training(wide, low, "--against")


def test_what_may_be_signals_or_images_is_taken_for_signals_and_that_is_told(toys, caplog):
    x = np.random.default_rng(0).random((20, 8, 9))
    found = synthgen.evaluate(x, x, registry=toys)
    told = (
        "an array float64 (20, 8, 9) is taken for 20 signals of length 8 with 9 channels; say kind='signals'"
    )
    assert found.kind == "signals"
    assert f"real: {told}" in caplog.text and f"synthetic: {told}" in caplog.text
    assert sum(told in note for note in found.notes) == 1
    caplog.clear()
    synthgen.evaluate(x, x, kind="signals", registry=toys)
    synthgen.evaluate(x[..., :3], x[..., :3], registry=toys)
    assert "is taken for" not in caplog.text


def test_float_images_of_no_known_range_and_data_of_another_kind_are_told(toys, tmp_path):
    x = np.linspace(-1.02, 1, 20 * 64).reshape(20, 8, 8)
    with pytest.raises(DataError, match=r"not float64 \(20, 8, 8\) from -1\.02 to 1;"):
        synthgen.evaluate(x, x, kind="images", registry=toys)
    (tmp_path / "a.csv").write_text("n,m\n1,x\n")
    with pytest.raises(DataError, match=r"a\.csv: is a table, not images"):
        synthgen.evaluate(tmp_path / "a.csv", x, kind="images", registry=toys)
    (tmp_path / "a.npy").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"a\.npy: is no \.npy file that can be read"):
        synthgen.evaluate(tmp_path / "a.npy", x, registry=toys)


def test_a_path_and_a_frame_are_compared(tmp_path, toys):
    frame = pd.DataFrame({"a": range(20), "b": pd.date_range("2020-01-01", periods=20)})
    frame.to_csv(tmp_path / "a.csv", index=False)
    synthgen.evaluate(frame, tmp_path / "a.csv", registry=toys)
    assert Counts.seen[-1].synthetic.x.equals(frame)


def test_more_synthetic_samples_than_needed_are_drawn_from(toys):
    frame = pd.DataFrame({"a": range(50)})
    found = synthgen.evaluate(frame, frame, samples=10, registry=toys)
    drawn = Counts.seen[-1].synthetic.x["a"].tolist()
    assert len(set(drawn)) == 10
    assert drawn == sorted(drawn) != list(range(10))
    assert "10 of the 50 synthetic samples are judged, drawn at random" in found.notes


def test_a_run_is_judged_by_what_it_learnt_from(digits, toys):
    found = synthgen.evaluate(digits, registry=toys)
    seen = Counts.seen[-1]
    model = load(digits.path)
    x, y = model.sample(48, seed=1)
    assert dict(found.samples) == {"real": 48, "held_out": 106, "synthetic": 48}  # the test split
    assert np.array_equal(seen.synthetic.x, x)
    assert [seen.real.classes[i].number for i in seen.synthetic.y] == y.tolist()
    assert type(seen.codec) is type(model.codec)
    assert found.facts["model_hash"] == model.model_hash
    assert found.context.title == "tiny"
    assert len(synthgen.evaluate(str(digits.path), samples=7, registry=toys, seed=5).facts) == len(
        found.facts
    )
    assert len(Counts.seen[-1].synthetic) == 7


def test_a_run_keeps_its_held_out_samples_when_it_is_judged_again(folder, toys):
    made = digits_run(folder, toys, "report={level: quick, hold_out: 0.25}", name="held")
    found = synthgen.evaluate(made, registry=toys)
    assert dict(found.samples) == {"real": 36, "held_out": 12, "synthetic": 36}


def test_other_real_data_takes_the_place_of_held_out_samples(rows, folder, toys):
    frame = pd.read_csv(folder / "table.csv")[:9]
    frame["kind"] = ["p"] * 8 + ["other"]
    found = synthgen.evaluate(rows, held_out=frame[["kind", "B", "A"]], registry=toys)
    seen = Counts.seen[-1]
    assert list(seen.held_out.x.columns) == list(seen.real.x.columns) == ["A", "B", "kind"]
    assert len(seen.held_out) == 8
    assert any("1 of the 9 held-out samples are of classes" in note for note in found.notes)


def test_a_run_s_target_that_is_a_number_is_what_its_report_predicts(folder, toys):
    made = table_run(folder, toys, "data.target=A", "data.task=regression", name="number")
    found = synthgen.evaluate(made, registry=toys)
    seen = Counts.seen[-1]
    assert (seen.real.target, seen.synthetic.target, seen.real.classes) == ("A", "A", ())
    assert any(
        "A is a number and no label: use is told by how well it is predicted" in n for n in found.notes
    )


def test_a_dataset_of_a_run_is_judged_beside_its_data(digits, registry, toys):
    exported(digits, digits.path / "again", registry, format="npz", include_real=False)
    found = synthgen.evaluate(digits.path / "again", registry=toys)
    assert dict(found.samples) == {"real": 48, "held_out": 106, "synthetic": 25}
    assert np.array_equal(Counts.seen[-1].synthetic.x, load(digits.path).sample(25, seed=3)[0])


def test_a_run_whose_data_is_gone_or_another_is_refused(rows, folder, toys):
    file = (folder / "table.csv").rename(folder / "aside.csv")
    with pytest.raises(
        DataError, match=r"table\.csv was not found[\s\S]*synthgen evaluate --real DATA --synthetic"
    ):
        synthgen.evaluate(rows, registry=toys)
    (folder / "table.csv").write_text("A,B,kind\n1,x,p\n2,y,q\n")
    with pytest.raises(DataError, match="was trained on other data than table is now"):
        synthgen.evaluate(rows, registry=toys)
    file.replace(folder / "table.csv")


@pytest.mark.parametrize(
    ("arguments", "more", "message"),
    [
        ((np.zeros(3),), {}, "needs real and synthetic data, or the folder of a run"),
        (("gone",), {}, "gone: there is no such folder"),
        (("gone", "gone"), {"level": "best"}, "level 'best': must be quick or full"),
        (("gone", "gone"), {"samples": 1}, "at least 2"),
        (("gone", "gone"), {"seed": -1}, "seed -1: must be from 0 to"),
        (("run",), {"target": "a"}, "a run knows its target"),
    ],
)
def test_requests_that_cannot_be_are_refused(arguments, more, message, toys):
    with pytest.raises(UsageError, match=message):
        synthgen.evaluate(*arguments, registry=toys, **more)


@pytest.mark.parametrize("name", ["report.json", "report.html"])
def test_files_that_are_no_report_are_never_overwritten(name, tmp_path, toys):
    frame = pd.DataFrame({"a": range(20)})
    (tmp_path / name).write_text('{"mine": 1}')
    with pytest.raises(UsageError, match=f"{name} exists and is no report of synthgen"):
        synthgen.evaluate(frame, frame, registry=toys).write(tmp_path)
    assert [p.read_text() for p in tmp_path.iterdir()] == ['{"mine": 1}']
