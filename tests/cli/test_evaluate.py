"""`synthgen evaluate` and `synthgen compare`, as a person meets them."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from digits_run import digits_run, table_run
from tests_support import StopAt, tree, write_tiny_npz
from toy_metric import PLUGIN

from synthgen import pipeline
from synthgen.cli import main
from synthgen.errors import Interrupted


@pytest.fixture(autouse=True)
def only_the_toy(monkeypatch, tmp_path):
    """Judging costs nothing: the one metric is that of a file, named here for the command line."""
    monkeypatch.setattr("synthgen.plugins.BUILTINS", [m for m in _builtins() if m != "synthgen.evaluation"])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "toy.py").write_text(PLUGIN)


def _builtins():
    from synthgen.plugins import BUILTINS

    return BUILTINS


@pytest.fixture(scope="module")
def made(tmp_path_factory, registry):
    return digits_run(tmp_path_factory.mktemp("judged"), registry)


@pytest.fixture
def tables(tmp_path):
    """Real and synthetic rows in files, in another order of columns and with a column of text for numbers."""
    lines = [f"{i % 7},{'xyz'[i % 3]},{'pq'[i % 2]}" for i in range(60)]
    (tmp_path / "real.csv").write_text("a,b,y\n" + "\n".join(lines) + "\n")
    turned = [",".join(reversed(line.split(","))) for line in lines[:40]]
    (tmp_path / "made.csv").write_text("y,b,a\n" + "\n".join(turned) + "\n")
    return "--real", "real.csv", "--synthetic", "made.csv"


def synthgen(*arguments: object) -> Result:
    plugin = ["--plugin", "toy.py", "--no-plugins"] if arguments[0] == "evaluate" else []
    return CliRunner().invoke(main, [*map(str, arguments), *plugin])


def done(*arguments: object) -> Result:
    result = synthgen(*arguments)
    assert result.exit_code == 0, result.output
    return result


def refused(message: str, *arguments: object, code: int = 2) -> None:
    before = set(Path().iterdir())
    result = synthgen(*arguments)
    assert result.exit_code == code, result.output
    assert re.search(message, result.stderr), result.stderr
    assert "Traceback" not in result.stderr
    assert not result.stdout
    assert set(Path().iterdir()) == before


def report(folder) -> dict:
    return json.loads((folder / "report.json").read_text("utf-8"))


# ---------------------------------------------------------------------------------------------------- runs


def test_the_report_of_a_run_is_written_into_its_folder_and_again(made):
    result = done("evaluate", made.path)
    assert result.stdout == f"{made.path / 'report.html'}\n"
    first = report(made.path)
    assert first["evaluation"]["samples"] == {"real": 48, "held_out": 106, "synthetic": 48}
    assert first["verdict"]["headline"] in result.stderr
    assert first["context"]["title"] == "tiny"
    again = ["evaluate", made.path.as_posix(), "--level", "quick", "--samples", 5, "--seed", 8]
    done(*again)
    assert report(made.path)["context"]["commands"][1] == shlex.join(["synthgen", *map(str, again)])
    second = report(made.path)["evaluation"]
    assert (second["level"], second["seed"], second["samples"]["synthetic"]) == ("quick", 8, 5)
    assert not list(made.path.glob(".*"))


def test_a_snapshot_is_judged_beside_the_run(made):
    result = done("evaluate", made.path, "--snapshot", 4)
    assert result.stdout == f"{made.path / 'report-step-4' / 'report.html'}\n"
    assert report(made.path / "report-step-4")["evaluation"]["facts"]["steps"] == 4
    refused("no snapshot of step 5; there are 4, 8", "evaluate", made.path, "--snapshot", 5)


def test_the_report_of_a_dataset_lies_beside_it_and_leaves_it_whole(made):
    done("sample", made.path, "-n", 9, "--format", "npz", "--out", made.path / "nine")
    for data in (made.path / "nine", made.path / "nine" / "dataset.npz"):
        result = done("evaluate", data)
        assert Path(result.stdout.strip()).samefile(made.path / "report-nine" / "report.html")
    assert report(made.path / "report-nine")["evaluation"]["samples"]["synthetic"] == 9
    done("verify", made.path / "nine")


def test_a_summary_is_printed_as_json(made, tmp_path):
    result = done("evaluate", made.path, "--json", "--out", tmp_path / "deep" / "er")
    found = json.loads(result.stdout)
    assert found["report"] == str(tmp_path / "deep" / "er" / "report.html")
    assert found["figures"]["count"] == {"value": 48, "real": 48}
    assert found["errors"] == {}
    assert found["verdict"]["headline"]


def test_other_real_data_is_held_out(tmp_path, registry):
    rows = table_run(tmp_path, registry)
    (tmp_path / "other.csv").write_text("kind,B,A\np,x,3\nq,y,4\nq,y,4\n")
    done("evaluate", rows.path, "--against", "other.csv")
    found = report(rows.path)["evaluation"]
    assert found["samples"]["held_out"] == 3
    told = "3 samples that were named for this report; 2 of them equal samples that the model learnt from"
    assert f"held out: other, {told}" in found["notes"]
    refused(
        "different columns: only the held-out data has C",
        "evaluate",
        rows.path,
        "--against",
        _csv("C,A,B,kind\n1,2,x,p\n"),
        code=1,
    )


def test_other_real_data_of_a_source_is_its_test_split_unless_somebody_says_which(made):
    for settings, how, count in (
        ([], "the test split of digits, 106 samples that were named for this report", 106),
        (["--set", "split=train"], "the train split of digits, 433 samples", 433),
        (["--set", "split=all"], "all, the training split with it, of digits, 539 samples", 539),
        (["--set", "limit=30"], "the test split of digits, 30 samples", 30),
    ):
        result = done("evaluate", made.path, "--against", "digits", *settings)
        found = report(made.path)["evaluation"]
        assert f"held out: {how}" in result.stderr
        assert f"held out: {how}" in "".join(found["notes"])
        assert found["samples"]["held_out"] == count


def _csv(text: str) -> str:
    Path("bad.csv").write_text(text)
    return "bad.csv"


def test_an_unfinished_run_says_how_to_go_on(tmp_path, registry, monkeypatch, tiny_recipe):
    recorders = pipeline._recorders
    monkeypatch.setattr(pipeline, "_recorders", lambda *args: [*recorders(*args), StopAt(4)])
    with pytest.raises(Interrupted):
        digits_run(tmp_path, registry)
    refused("has no model: it is interrupted. Go on with: synthgen run --resume", "evaluate", "run")


def test_what_is_no_run_is_told(tmp_path, made):
    (tmp_path / "empty").mkdir()
    refused("gone: there is no such folder; for other data give --real and --synthetic", "evaluate", "gone")
    refused("empty: is neither a run nor a dataset", "evaluate", "empty")
    refused("is neither a run nor a dataset", "evaluate", made.model)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "recipe.yaml").write_text("name: x")
    (tmp_path / "broken" / "run.json").write_text("{}")
    refused("run.json is not the record of a run: status is missing", "evaluate", "broken")


def test_a_dataset_away_from_its_run_asks_for_the_real_data(made, tmp_path):
    done("sample", made.path, "-n", 9, "--format", "npz", "--out", tmp_path / "away")
    refused("synthgen evaluate --real DATA --synthetic away", "evaluate", "away")
    result = done("evaluate", "--real", "digits", "--synthetic", "away")
    assert result.stdout == f"{Path('report-away', 'report.html')}\n"


# ------------------------------------------------------------------------------------------ data from files


def test_two_files_are_compared_with_the_report_beside_them(tables, tmp_path):
    result = done("evaluate", *tables, "--target", "y")
    page = tmp_path / "report-made" / "report.html"
    assert result.stdout == f"{page.relative_to(tmp_path)}\n"
    assert page.read_text("utf-8").startswith("<!")
    found = report(page.parent)
    assert found["evaluation"]["classes"] == ["p", "q"]
    assert found["evaluation"]["samples"] == {"real": 60, "held_out": 0, "synthetic": 40}
    (command,) = found["context"]["commands"]
    assert command == "synthgen evaluate --real real.csv --synthetic made.csv --target y --level full"
    assert "replaced" not in result.stderr
    again = done("evaluate", *tables, "--target", "y", "--drop", "b")
    assert re.search(
        r"the earlier report in report-made, made on \d{4}-\S+ \S+ UTC, was replaced", again.stderr
    )


def test_what_arrays_are_can_be_said(tmp_path):
    x = np.random.default_rng(0).random((30, 8, 8))
    np.save("real.npy", x)
    np.savez("made.npz", x=x[:20])
    sides = ("--real", "real.npy", "--synthetic", "made.npz")
    result = done("evaluate", *sides)
    for side in ("--real", "--synthetic"):
        assert f"{side}: an array float64" in result.stderr and "(--kind signals) if it is" in result.stderr
    found = report(tmp_path / "report-made")["evaluation"]
    assert found["kind"] == "signals"
    assert [note.split(" is taken for")[0] for note in found["notes"][-2:]] == [
        "real: an array float64 (30, 8, 8)",
        "made: an array float64 (20, 8, 8)",
    ]
    result = done("evaluate", *sides, "--kind", "images")
    assert "taken for" not in result.stderr
    found = report(tmp_path / "report-made")
    assert found["evaluation"]["kind"] == "images"
    told = "float images of the real and the synthetic data are taken as from 0, black, to 1, white"
    assert told in found["evaluation"]["notes"] and told in result.stderr
    assert "--kind images" in found["context"]["commands"][0]
    done("evaluate", *sides, "--kind", "signals")
    assert report(tmp_path / "report-made")["evaluation"]["kind"] == "signals"


def test_what_is_wrong_with_two_files_is_one_message(tables, tmp_path):
    shutil.copy("real.csv", "same.csv")
    (tmp_path / "report-made").mkdir()
    (tmp_path / "report-made" / "report.json").write_text("[]")
    refused("report.json exists and is no report of synthgen", "evaluate", *tables)
    shutil.rmtree("report-made")
    real, made = ("--real", "real.csv"), "--synthetic"
    refused("target kind: no side has such a column", "evaluate", *tables, "--target", "kind")
    refused("--real and --synthetic are the same, real.csv", "evaluate", *real, made, "real.csv")
    refused("--synthetic and --held-out are the same", "evaluate", *tables, "--held-out", "./made.csv")
    refused("--synthetic gone.csv: there is no such file", "evaluate", *real, made, "gone.csv")
    refused("has a header .* and no rows", "evaluate", *real, made, _csv("a,b,y\n"), code=1)
    refused(
        "only the real data has b; only the synthetic data has c",
        "evaluate",
        *real,
        made,
        _csv("a,c,y\n1,2,p\n"),
        code=1,
    )
    refused(
        "column a: whole numbers .* 'm' in row 1",
        "evaluate",
        *real,
        made,
        _csv("a,b,y\nm,x,p\nn,x,p\n"),
        code=1,
    )
    refused(
        "the classes r, s, which the real",
        "evaluate",
        *real,
        made,
        _csv("a,b,y\n1,x,r\n1,x,s\n"),
        "--target",
        "y",
        code=1,
    )
    refused(
        "is a table, the synthetic data, tiny, images",
        "evaluate",
        *real,
        made,
        write_tiny_npz(tmp_path),
        code=1,
    )


def test_arguments_are_checked_before_anything_is_loaded(monkeypatch):
    monkeypatch.setattr("synthgen.cli.common._registry", lambda *args: pytest.fail("plugins were loaded"))
    refused("give the folder of a RUN, or", "evaluate")
    refused("--target goes with", "evaluate", "run", "--target", "y")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give the folder of a RUN, or --real DATA and --synthetic DATA"),
        (["--real", "real.csv"], "give the folder of a RUN, or"),
        (["run", "--real", "real.csv"], "--real goes with --real and --synthetic, not with a run"),
        (["run", "--target", "y"], "--target goes with"),
        (["run", "--kind", "images"], "--kind goes with"),
        (["--real", "a", "--synthetic", "b", "--against", "c"], "there is --held-out"),
        (["run", "--level", "none"], "'none' is not one of"),
        (["run", "--samples", "1"], "1 is not in the range"),
        (["run", "--seed", 2**32], "4294967296 is not in the range"),
        (["run", "--set", "size"], "--set size: must be KEY=VALUE"),
        (["run", "--set", "siz=3"], "--set siz=3: no source has such an option. Did you mean size"),
        (["run", "--set", "size=8"], "--set size=8: --set says how --against, .* are read; a run knows"),
        (["run", "--out", "toy.py"], "toy.py is a file; name a folder"),
    ],
)
def test_bad_usage_is_one_message(arguments, message):
    refused(message, "evaluate", *arguments)


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("a,b,y\n" + "1,x,p\n" * 9, ["p"]),  # one class, and constant columns
        ("a,b,y\n" + "1,x,p\n" * 9 + "2,z,q\n" * 2, ["p", "q"]),
        ("a,b,y\n" + "1,,p\n,x,q\n" * 5, ["p", "q"]),  # gaps
    ],
)
def test_poor_data_is_compared_all_the_same(text, classes, tmp_path):
    (tmp_path / "a.csv").write_text(text)
    (tmp_path / "b.csv").write_text(text)
    done("evaluate", "--real", "a.csv", "--synthetic", "b.csv", "--target", "y")
    assert report(tmp_path / "report-b")["evaluation"]["classes"] == classes


def test_ctrl_c_ends_with_130_and_leaves_nothing(tables, tmp_path):
    (tmp_path / "toy.py").write_text(
        PLUGIN
        + "\n\ndef measure(self, comparison):\n    raise KeyboardInterrupt\n\n\nCounts.measure = measure\n"
    )
    before = tree(tmp_path)
    result = synthgen("evaluate", *tables)
    assert result.exit_code == 130
    assert result.stderr.endswith("synthgen: interrupted\n")
    assert tree(tmp_path) == before


def test_a_process_of_its_own_judges_a_run(tmp_path, registry):
    digits_run(tmp_path, registry, "metrics=[exact_copies]")
    command = [
        sys.executable,
        "-m",
        "synthgen",
        "evaluate",
        "run",
        "--level",
        "quick",
        "--json",
        "--no-plugins",
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["report"] == str(Path("run", "report.html"))
    assert list(found["figures"]) == ["exact_copies"]
    assert found["verdict"]["headline"] in result.stderr
    assert "\r" not in result.stderr


# -------------------------------------------------------------------------------------------------- compare


def test_reports_are_laid_side_by_side(tables, tmp_path):
    done("evaluate", *tables, "--out", "one")
    done("evaluate", *tables, "--target", "y", "--out", "two")
    lines = done("compare", "one", "two", "--html", "both.html")
    assert lines.stdout.splitlines()[0].split() == ["outcome"]
    places = [line.split() for line in lines.stdout.splitlines()[1:] if line]
    assert {tuple(place[:2]) for place in places if place[0] == "1."} == {("1.", "one"), ("1.", "two")}
    assert "not ranked against each other" in lines.stdout
    assert (tmp_path / "both.html").read_text("utf-8").startswith("<!")
    found = json.loads(done("compare", "one", tmp_path / "two" / "report.json", "--json").stdout)
    assert [entry["place"] for entry in found["reports"]] == [1, 1]


def test_what_has_no_report_is_told_with_the_command_that_makes_one(tables, tmp_path):
    done("evaluate", *tables, "--out", "one")
    (tmp_path / "none").mkdir()
    refused("none: is neither the folder of a run nor has it a report.json", "compare", "one", "none")
    refused("gone: there is no such folder or file; name the folder of a run", "compare", "one", "gone")
    refused("one is given twice", "compare", "one", "./one")
    refused("--html page.png: the file's name must end in .html", "compare", "one", "--html", "page.png")
    page = str(Path("away", "page.html"))
    refused(f"--html {page}: there is no folder away; make it first", "compare", "one", "--html", page)
    refused("Missing argument 'RUN...'", "compare")
