"""Several reports side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from report_support import Page, an_evaluation

from synthgen.errors import UsageError
from synthgen.evaluation.results import Evaluation
from synthgen.report import ReportContext, compare_reports, write_report

RUNS = {
    "copied": an_evaluation(0.95, exact_copies=0.5),
    "worse": an_evaluation(0.7),
    "narrow": an_evaluation(0.9, coverage=0.7),
    "best": an_evaluation(0.93),
    "wide": an_evaluation(0.9, coverage=0.9),
    "unlabelled": an_evaluation(None),
    "collapsed": an_evaluation(0.4, coverage=0.1, recall=0.1),
}
ORDER = ["best", "wide", "narrow", "worse", "unlabelled", "copied", "collapsed"]


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return [report_in(tmp_path / name, evaluation) for name, evaluation in RUNS.items()]


def report_in(folder: Path, evaluation: Evaluation) -> Path:
    folder.mkdir(parents=True)
    write_report(evaluation, folder, ReportContext(title=folder.name))
    return folder


def test_best_comes_first_and_what_is_ruined_last(folders: list[Path]):
    compared = compare_reports(folders)
    assert [report.name for report in compared.reports] == ORDER
    assert not compared.notes
    assert [report.name for report in compare_reports(folders[::-1]).reports] == ORDER


def test_text_has_a_line_for_each(folders: list[Path]):
    lines = compare_reports(folders).to_text().splitlines()
    assert lines[0].split() == ["outcome", "tstr", "recall", "coverage", "precision"]
    assert [line.split()[1] for line in lines[1 : len(ORDER) + 1]] == ORDER
    assert "93.0 ± 0.4 %" in lines[1]
    assert any(line.startswith("collapsed: Collapsed:") for line in lines)


def test_page_has_a_column_for_each_and_marks_the_best(folders: list[Path]):
    page = Page(compare_reports(folders).to_html())
    heads = [attributes for attributes in page.all("th") if attributes["scope"] == "col"]
    assert len(heads) == 1 + len(ORDER)
    assert "★ 93.0" not in page.text  # the copy has more
    assert "★ 95.0 ± 0.4 % (95.0 %)" in page.text
    assert "Sharpness" in page.text
    assert page.text.count("Copies its training data: 50.0 %") == 1
    assert not page.all("script") and not page.all("link")


def test_dict_is_json_with_every_figure(folders: list[Path]):
    content = json.loads(json.dumps(compare_reports(folders).to_dict(), allow_nan=False))
    assert [report["name"] for report in content["reports"]] == ORDER
    assert content["reports"][0]["figures"]["tstr"] == {"value": 0.93, "real": 0.95}
    assert content["reports"][4]["figures"]["tstr"]["value"] is None
    assert [report["place"] for report in content["reports"]] == list(range(1, 8))


def test_file_and_folder_are_the_same(folders: list[Path]):
    by_file = compare_reports([folder / "report.json" for folder in folders])
    assert [report.name for report in by_file.reports] == ORDER


def test_equal_names_are_told_apart(tmp_path: Path):
    first, second = (report_in(tmp_path / name / "run", an_evaluation()) for name in "ab")
    assert [r.name for r in compare_reports([first, second]).reports] == ["a/run", "b/run"]
    assert [r.name for r in compare_reports([first, first]).reports] == ["a/run", "a/run (2)"]


def test_names_may_be_given(folders: list[Path]):
    named = compare_reports(folders[1:3], ["x", "<y>"])
    assert [report.name for report in named.reports] == ["<y>", "x"]
    assert "<y>" not in named.to_html()
    with pytest.raises(UsageError, match="2 reports and 1 names"):
        compare_reports(folders[:2], ["x"])


def test_what_can_hardly_be_compared_is_said(tmp_path: Path):
    quick = replace(an_evaluation(), full=False, facts={"real_fingerprint": "sha256:other"})
    folders = [report_in(tmp_path / "a", an_evaluation()), report_in(tmp_path / "b", quick)]
    notes = compare_reports(folders).notes
    assert len(notes) == 2
    assert "different real data" in notes[0] and "quick and some full" in notes[1]


def measured_with(options: dict[str, object] | None, evaluation: Evaluation | None = None) -> Evaluation:
    """An evaluation whose metric `variety` had these options."""
    evaluation = evaluation or an_evaluation()
    results = [
        replace(result, options=options if result.name == "variety" else {}) for result in evaluation.results
    ]
    return replace(evaluation, results=tuple(results))


def test_metrics_with_other_options_are_told(tmp_path: Path):
    made = {
        "a": measured_with({"neighbours": 3, "weights": None, "exact": True}),
        "b": measured_with({"neighbours": 5, "weights": "w.pth", "exact": True}),
        "c": measured_with({"neighbours": 5, "weights": None, "exact": True}),
    }
    compared = compare_reports([report_in(tmp_path / name, one) for name, one in made.items()])
    note = (
        "variety was measured with other options, neighbours 3 in a and 5 in b and c, weights not given in a and c"
        " and w.pth in b: its figures, and an order that goes by them, say little"
    )
    assert compared.notes == (note,)
    assert f"note: {note}" in compared.to_text() and note[1:] in Page(compared.to_html()).text
    assert compare_reports([tmp_path / "c", report_in(tmp_path / "d", made["c"])]).notes == ()


def test_no_figure_is_the_best_of_those_that_were_measured_otherwise(tmp_path: Path):
    made = {
        name: report_in(
            tmp_path / name, measured_with({"neighbours": count}, an_evaluation(coverage=coverage))
        )
        for name, count, coverage in (("a", 3, 0.7), ("b", 5, 0.9), ("c", 5, 0.7))
    }
    other, alike = (compare_reports([made[name], made["b"]]).to_html().count("★") for name in ("a", "c"))
    assert (other, alike) == (1, 2)  # one is the legend's


def test_options_of_a_metric_that_failed_are_not_told(tmp_path: Path):
    failed = measured_with({"neighbours": 3})
    results = [replace(r, error="no") if r.name == "variety" else r for r in failed.results]
    folders = [
        report_in(tmp_path / "a", replace(failed, results=tuple(results))),
        report_in(tmp_path / "b", measured_with({"neighbours": 5})),
    ]
    assert compare_reports(folders).notes == ()


def test_reports_of_versions_that_recorded_no_options_are_compared_and_that_is_told(tmp_path: Path):
    folders = [report_in(tmp_path / name, measured_with({"neighbours": 5})) for name in ("new", "old")]
    file = folders[1] / "report.json"
    content = json.loads(file.read_text("utf-8"))
    for metric in content["evaluation"]["metrics"]:
        del metric["options"]
    file.write_text(json.dumps(content), "utf-8")
    assert compare_reports(folders).notes == (
        "old is of an older version, which recorded no options: its metrics may have had others",
    )
    assert compare_reports([folders[1], folders[1]]).notes == ()


def scored(evaluation: Evaluation, title: str, classes: tuple[str, ...] = ("p", "q")) -> Evaluation:
    """The same with scores of this name."""
    first = evaluation.results[0]
    figures = tuple(replace(figure, title=title) for figure in first.measurement.figures)
    results = (
        replace(first, measurement=replace(first.measurement, figures=figures)),
        *evaluation.results[1:],
    )
    return replace(evaluation, results=results, classes=classes)


def test_scores_of_different_measures_are_not_ranked_against_each_other(tmp_path: Path):
    area, accuracy = "Train on synthetic, test on real: ROC AUC", "Train on synthetic, test on real: accuracy"
    made = {
        "a": scored(an_evaluation(0.93), area),
        "b": scored(an_evaluation(0.7), accuracy),
        "c": scored(an_evaluation(0.8), accuracy),
        "d": scored(an_evaluation(0.92), area),
        "e": scored(an_evaluation(0.9), accuracy, ("p", "q", "r")),
        "f": an_evaluation(None),
    }
    compared = compare_reports([report_in(tmp_path / name, one) for name, one in made.items()])
    assert [[report.name for report in group] for group in compared.groups] == [
        ["a", "d"],
        ["e"],
        ["c", "b"],
        ["f"],
    ]
    places = [(one["group"], one["place"]) for one in compared.to_dict()["reports"]]
    assert places == [(1, 1), (1, 2), (2, 1), (3, 1), (3, 2), (4, 1)]
    assert "a and d (images, 2 classes, ROC AUC); e (images, 3 classes, accuracy)" in compared.notes[0]
    page = compared.to_html()
    assert page.count('<ol class="order">') == 4
    assert "★</span> 80.0" in page  # the best of its group, though not of all
    assert "Not ranked against each other: a and d (images, 2 classes, ROC AUC)" in page
    text = Page(page).text
    assert "Train on synthetic, test on real ★ 93.0 ± 0.4 % ROC AUC (95.0 %)" in text
    assert "80.0 ± 0.4 % accuracy (95.0 %)" in text
    assert [line[:2] for line in compared.to_text().splitlines()[:5]] == ["  ", "1.", "2.", "", "1."]


def test_reports_of_other_classes_or_another_target_are_not_in_one_order(tmp_path: Path):
    area, price = (
        f"Train on synthetic, test on real: {what}" for what in ("ROC AUC", "R² of price: in euros")
    )
    made = {
        "a": scored(an_evaluation(0.93), area),
        "b": scored(an_evaluation(0.7), price, ()),
        "c": scored(an_evaluation(0.8), price, ()),
        "d": scored(an_evaluation(0.92), price.replace("price", "age"), ()),
        "e": replace(an_evaluation(None), classes=("p", "q")),
        "f": replace(an_evaluation(None), classes=("r", "s", "t")),
        "g": replace(an_evaluation(None), classes=()),
    }
    compared = compare_reports([report_in(tmp_path / name, one) for name, one in made.items()])
    groups = {tuple(report.name for report in group) for group in compared.groups}
    assert groups == {("a", "e"), ("c", "b"), ("d",), ("f",), ("g",)}
    for told in ("; c and b (images, R² of price: in euros)", "d (images, R² of age: in euros)"):
        assert told in compared.notes[0]
    assert "f (images, 3 classes, use not measured); g (images, use not measured)" in compared.notes[0]


def test_run_without_a_report_is_told(folders: list[Path], tmp_path: Path):
    (tmp_path / "bare").mkdir()
    with pytest.raises(UsageError, match=r"bare: is neither the folder of a run nor has it a report\.json"):
        compare_reports([*folders, tmp_path / "bare"])
    (tmp_path / "bare" / "run.json").write_text("{}")
    with pytest.raises(UsageError, match=r"no report in .*bare.*synthgen evaluate"):
        compare_reports([*folders, tmp_path / "bare"])
    with pytest.raises(UsageError, match=r"gone: there is no such folder or file; name the folder of a run"):
        compare_reports([*folders, tmp_path / "gone"])
    with pytest.raises(UsageError, match="nothing to compare"):
        compare_reports([])


def test_what_is_too_few_to_tell_comes_after_what_was_judged(folders: list[Path], tmp_path: Path):
    five = replace(an_evaluation(0.99), samples={"real": 300, "held_out": 0, "synthetic": 5})
    compared = compare_reports([report_in(tmp_path / "five", five), *folders])
    assert [report.name for report in compared.reports] == [*ORDER[:5], "five", *ORDER[5:]]
