"""Several reports side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from report_support import Page, an_evaluation

from synthgen.errors import UsageError
from synthgen.evaluation.results import Evaluation
from synthgen.report import ReportContext, compare_page, compare_reports, load_report, write_report

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


def test_page_and_text_of_loaded_reports(folders: list[Path]):
    html, text = compare_page([load_report(folder) for folder in folders[:2]])
    assert Page(html).text and text.splitlines()[1].split()[1] == "worse"


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


def test_run_without_a_report_is_told(folders: list[Path], tmp_path: Path):
    (tmp_path / "bare").mkdir()
    with pytest.raises(UsageError, match=r"no report in .*bare.*synthgen evaluate"):
        compare_reports([*folders, tmp_path / "bare"])
    with pytest.raises(UsageError, match="nothing to compare"):
        compare_reports([])
