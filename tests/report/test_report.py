"""The page and the file of a report."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from report_support import METRICS, NAMES, RUN, Page, an_evaluation, comparison, images

from synthgen.components import Dataset
from synthgen.errors import DataError, SynthgenError, UsageError
from synthgen.evaluation.results import Evaluation, MetricResult
from synthgen.judgement import Judgement
from synthgen.metric import Comparison, Figure, Measurement
from synthgen.report import REPORT_HTML, REPORT_JSON, ReportContext, load_report, write_report
from synthgen.report.examples import SIDE, image_strip
from synthgen.report.sections import ROWS, class_table, sections
from synthgen.run_directory import Run

MADE = datetime(2025, 3, 1, 12, 30, tzinfo=UTC)
NOTHING = Evaluation("table", (), {}, False, 0, 0.0)


def context(**more: object) -> ReportContext:
    known = ReportContext(
        title="tiny & small",
        run={**RUN, "selection": {}},
        recipe="name: tiny\nnote: <recipe>\n",
        export={"format": "npz", "samples": 100_000},
        commands=("synthgen run runs/tiny/recipe.yaml", "synthgen evaluate runs/tiny"),
        made=MADE,
    )
    return replace(known, **more)  # type: ignore[arg-type]


def page_of(folder: Path, evaluation: Evaluation, known: ReportContext | None = None) -> Page:
    return Page(write_report(evaluation, folder, known).html.read_text("utf-8"))


def whole_context() -> ReportContext:
    return context(comparison=comparison(), run=RUN, metrics=METRICS)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return page_of(tmp_path_factory.mktemp("report"), an_evaluation(), whole_context())


def test_page_holds_every_figure_with_its_value_and_reals(whole: Page):
    for title, value, real in (
        ("TSTR", "93.0 ± 0.4 %", "95.0 %"),
        ("Recall", "0.8", "0.9"),
        ("Coverage", "0.8", "0.95"),
        ("Exact copies", "0 %", "0 %"),
        ("Sharpness", "12.5", "–"),
    ):
        assert re.search(rf"{title}[ a-z]*{re.escape(value)} {re.escape(real)}", whole.text), title
    assert "figure-sharpness" in whole.ids


def test_page_holds_all_else_that_is_known(whole: Page):
    for words in (
        "tiny & small",
        "240 synthetic images against 300 real ones, with no real ones held out; 3 classes",
        "Good to train on",
        "Nothing was held out.",
        "broken could not be measured: it takes <two> classes",
        "Sizes <b>",
        "A caption & more.",
        "snapshot of step 40, with a score of 0.012: lowest KID",
        "Step 30: the loss swings, until step 40. Lower the rate.",
        "note: <recipe>",
        "synthgen run runs/tiny/recipe.yaml synthgen evaluate runs/tiny",
        "synthgen-sagan 0.3",
        "two cores",
        "seed 12345",
        "samples 100,000",
        "on 2025-03-01 12:30 UTC",
    ):
        assert words in whole.text, words
    titles = {picture["alt"] for picture in whole.all("img")}
    assert 'A pair of "nearest" images' in titles
    assert any("Losses over 50 steps: discriminator loss from 0.1 to 0.02" in str(alt) for alt in titles)
    assert f"8 real images of {NAMES[1]}" in titles


def test_page_needs_nothing_beside_it(whole: Page):
    for tag, attributes in whole.tags:
        assert tag not in ("script", "link", "iframe", "object")
        for name in ("src", "href", "srcset", "action"):
            assert (attributes.get(name) or "#").startswith(("#", "data:")), attributes
        assert not any(name.startswith("on") for name in attributes)
    policy = [meta["content"] for meta in whole.all("meta") if meta.get("http-equiv")]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_style_loads_nothing(tmp_path: Path):
    text = write_report(an_evaluation(), tmp_path).html.read_text("utf-8")
    assert not re.search(r"https?:|@import|url\(", text)


def test_page_is_made_for_everybody(whole: Page):
    assert whole.all("html") == [{"lang": "en"}]
    assert len(whole.all("h1")) == 1
    assert len(whole.ids) == len(set(whole.ids))
    assert all(picture.get("alt") for picture in whole.all("img"))
    assert all(head.get("scope") for head in whole.all("th"))
    links = {str(link["href"])[1:] for link in whole.all("a")}
    assert links <= set(whole.ids) and "figures" in links
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in whole.all("meta")


def test_tables_scroll_in_boxes_of_their_own(whole: Page):
    places = [(tag, attributes.get("class")) for tag, attributes in whole.tags]
    tables = [place for place, (tag, _) in enumerate(places) if tag == "table"]
    assert tables
    assert all(places[place - 1] == ("div", "scroll") for place in tables)


def test_names_of_classes_are_escaped(tmp_path: Path):
    text = write_report(an_evaluation(), tmp_path, context(comparison=comparison())).html.read_text("utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_figure_that_has_two_names_is_shown_once():
    gain = Figure("augmentation_gain", "Gain at 50 a class", 0.1)
    found = Measurement((gain, replace(gain, name="augmentation_gain_50")))
    judged = Evaluation(
        "images", (), {}, True, 0, 1.0, (MetricResult("augmentation", "utility", 1.0, found),)
    )
    (section,) = sections(judged)
    assert len(section.figures) == 1


def test_worst_class_is_marked():
    table = class_table([figure for figure in an_evaluation().figures() if figure.per_class])
    assert table is not None
    assert [row[0].text for row in table.rows] == list(NAMES)
    assert [row[1].mark for row in table.rows] == ["", "worst", ""]
    assert table.rows[1][1].text == "0.5 (0.95)"


def test_class_without_samples_is_worse_than_any():
    figure = next(an_evaluation().figures())
    figure = replace(
        figure, better="higher", per_class={"a": 0.1, "b": None}, per_class_real={"a": 0.9, "b": 1}
    )
    table = class_table([figure])
    assert table is not None and [row[1].mark for row in table.rows] == ["", "worst"]


def test_class_that_could_not_be_measured_is_not_the_worst():
    figure = next(an_evaluation().figures())
    classes = {"a": 0.1, "b": None, "c": 0.2}
    table = class_table([replace(figure, per_class=classes, per_class_real={"a": 0.9, "b": None, "c": 0.9})])
    assert table is not None and [row[1].mark for row in table.rows] == ["worst", "", ""]


def test_equal_classes_have_no_worst():
    figure = replace(next(an_evaluation().figures()), per_class={"a": 0.5, "b": 0.5})
    table = class_table([figure])
    assert table is not None and not any(cell.mark for row in table.rows for cell in row)


def test_long_table_is_cut_and_says_so(tmp_path: Path):
    evaluation = an_evaluation()
    result = evaluation.results[0]
    table = replace(result.measurement.tables[0], rows=[[i, i] for i in range(ROWS + 7)])
    measurement = replace(result.measurement, tables=(table,))
    evaluation = replace(evaluation, results=(replace(result, measurement=measurement),))
    assert sections(evaluation)[0].tables[0].left_out == 7
    assert "7 more rows are in report.json" in page_of(tmp_path, evaluation).text
    content = json.loads((tmp_path / REPORT_JSON).read_text("utf-8"))
    assert len(content["evaluation"]["metrics"][0]["tables"][0]["rows"]) == ROWS + 7


def test_report_of_nothing_is_still_a_page(tmp_path: Path):
    page = page_of(tmp_path, NOTHING)
    assert "Nothing can be said" in page.text
    assert "Healthy training? unknown Not watched." in page.text
    assert not page.all("img")


@pytest.mark.parametrize("left_out", ["run", "recipe", "export", "commands", "title"])
def test_each_part_may_be_left_out(tmp_path: Path, left_out: str):
    known = context(**{left_out: getattr(ReportContext(), left_out)})
    assert "Good to train on" in page_of(tmp_path, an_evaluation(), known).text


@pytest.mark.parametrize(
    "odd",
    [
        {"health": "off", "selection": [], "seconds": None, "plugins": None},
        {"health": [{}, 3], "selection": {"scores": [{}, {"step": 1}]}, "versions": []},
        {"selection": {"step": 5, "scores": [{"step": 1, "score": float("nan")}]}},
    ],
)
def test_record_of_a_run_in_another_form_is_no_hindrance(tmp_path: Path, odd: dict[str, object]):
    assert page_of(tmp_path, an_evaluation(), context(run=odd)).text


def test_same_report_is_the_same_bytes(tmp_path: Path):
    texts = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        written = write_report(an_evaluation(), tmp_path / name, whole_context())
        texts.append((written.html.read_bytes(), written.json.read_bytes()))
    assert texts[0] == texts[1]


def test_json_can_be_read_again(tmp_path: Path):
    evaluation = an_evaluation(recall=float("nan"))
    written = write_report(evaluation, tmp_path, context())
    content = json.loads(written.json.read_text("utf-8"), parse_constant=pytest.fail)
    assert content["verdict"] == json.loads(json.dumps(written.verdict.to_dict()))
    report = load_report(tmp_path)
    assert report.name == tmp_path.name
    assert report.made == "2025-03-01T12:30:00+00:00"
    assert report.verdict["outcome"] == "good"
    assert report.context["run"]["seed"] == 12345 and report.context["recipe"].startswith("name: tiny")
    again = {figure.name: figure for figure in report.evaluation.figures()}
    assert again["recall"].value is None
    for figure in evaluation.figures():
        assert again[figure.name].per_class == dict(figure.per_class)
        assert again[figure.name].real == figure.real
    assert report.evaluation.facts["odd"] == 0.5
    assert [result.error for result in report.evaluation.results] == [r.error for r in evaluation.results]


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (None, UsageError, r"is neither the folder of a run nor has it a report\.json"),
        ("{", DataError, "is no report"),
        ("[]", UsageError, "is no report that this version"),
        ('{"format": 0}', UsageError, "is no report that this version"),
        ('{"format": 1, "evaluation": {}}', DataError, "is not a whole report"),
        ('{"format": 1, "evaluation": 3}', DataError, "is not a whole report"),
    ],
)
def test_file_that_is_no_report_is_refused(
    tmp_path: Path, content: str | None, error: type[SynthgenError], message: str
):
    if content is not None:
        (tmp_path / REPORT_JSON).write_text(content)
    with pytest.raises(error, match=message):
        load_report(tmp_path)


@pytest.mark.parametrize("lacking", ["headline", "outcome", "findings"])
def test_report_without_a_whole_verdict_is_refused(tmp_path: Path, lacking: str):
    file = write_report(an_evaluation(), tmp_path, context()).json
    content = json.loads(file.read_text("utf-8"))
    del content["verdict"][lacking]
    file.write_text(json.dumps(content))
    with pytest.raises(DataError, match=f"not a whole report: KeyError: '{lacking}'"):
        load_report(tmp_path)


def test_report_of_a_run_takes_what_its_folder_holds(tmp_path: Path):
    run = Run(tmp_path)
    needed = {key: {} for key in ("status", "started", "recipe_digest", "precision", "data")}
    run.write_info({**needed, **RUN})
    run.recipe.write_text("name: tiny\n")
    run.metrics.write_text("".join(json.dumps(line) + "\n" for line in METRICS))
    known = ReportContext.of_run(run, made=MADE)
    assert (known.title, known.recipe, list(known.metrics)) == ("tiny", "name: tiny\n", METRICS)
    assert known.selection["step"] == 40 and known.health is not None and len(known.health) == 1
    page = page_of(tmp_path, an_evaluation(), known)
    assert f"synthgen evaluate {tmp_path.as_posix()}" in page.text
    assert run.report_html == tmp_path / REPORT_HTML and run.report_html.exists() and run.report_json.exists()


# ------------------------------------------------------------------------------------------- examples and curves


@pytest.mark.parametrize(("channels", "classes"), [(0, 3), (3, 3), (0, 0)])
def test_images_stand_side_by_side(tmp_path: Path, channels: int, classes: int):
    known = ReportContext(comparison=comparison(channels=channels, classes=classes))
    pictures = page_of(tmp_path, NOTHING, known).all("img")
    assert len(pictures) == 2 * max(1, classes)


def test_class_that_was_never_made_has_no_picture(tmp_path: Path):
    made = images(24)
    made = replace(made, y=np.zeros(24, np.int64))
    page = page_of(tmp_path, NOTHING, ReportContext(comparison=Comparison(images(30), made)))
    assert len(page.all("img")) == 4
    assert page.text.count("none") == 2


def test_strip_holds_the_pixels_and_shrinks_large_images():
    few = images(3).x
    strip = Image.open(BytesIO(image_strip(few)))
    assert strip.size == (8 * 7 - 1, 6)
    assert (np.asarray(strip)[:, 7:13, 0] == few[1]).all()
    large = Image.open(BytesIO(image_strip(np.zeros((2, 500, 250, 3), np.uint8), across=2)))
    assert large.height <= SIDE


def test_rows_of_a_table_are_shown_with_its_columns(tmp_path: Path):
    frame = pd.DataFrame({"age": [31.5, None, 40.0], "<b>": ["x", None, "y"], "list": [[1, 2], [], [3]]})
    dataset = Dataset("t", frame, np.zeros(3, np.int64), (), kind="table")
    page = page_of(tmp_path, NOTHING, ReportContext(comparison=Comparison(dataset, dataset)))
    assert "Some synthetic rows" in page.text and "31.5 x [1, 2]" in page.text and "40 y [3]" in page.text
    assert len(page.all("img")) == 1


def test_signals_are_drawn(tmp_path: Path):
    dataset = replace(images(6), kind="signals", x=np.random.default_rng(0).random((6, 20)))
    page = page_of(tmp_path, NOTHING, ReportContext(comparison=Comparison(dataset, dataset)))
    assert len(page.all("img")) == 1


def test_curves_take_the_colour_of_the_readers_text_and_are_marked(whole: Page):
    charts = [str(picture["src"]) for picture in whole.all("img") if "svg+xml" in str(picture["src"])]
    assert len(charts) == 3  # scores, losses, the learning rate
    for chart in charts:
        text = base64.b64decode(chart.split(",", 1)[1]).decode()
        assert "currentColor" in text and "prefers-color-scheme:dark" in text and "#0a0b0c" not in text
        assert text.count("#3fa66b") >= 1 and text.count("#d9485f") >= 1


def test_curve_of_an_attempt_that_was_given_up_is_not_drawn(tmp_path: Path):
    lines = [{"step": step, "discriminator_loss": loss} for step, loss in ((1, 5), (9, 77), (5, 4), (10, 3))]
    known = ReportContext(metrics=lines)
    (picture,) = page_of(tmp_path, NOTHING, known).all("img")
    assert picture["alt"] == "Losses over 10 steps: discriminator loss from 5 to 3"


# ------------------------------------------------------------------------------------------- what is printed


def test_minus_signs_are_of_one_kind(tmp_path: Path):
    frame = pd.DataFrame({"a": [-1.5, 2.0], "b": [-3, 4], "c": ["2-3", "x"]})
    dataset = Dataset("t", frame, np.zeros(2, np.int64), (), kind="table")
    page = page_of(tmp_path, NOTHING, ReportContext(comparison=Comparison(dataset, dataset)))
    assert "−1.5 −3 2-3" in page.text


def test_class_table_of_few_columns_keeps_to_the_width_of_the_page(tmp_path: Path):
    page = write_report(an_evaluation(), tmp_path).html.read_text("utf-8")
    after = page.partition("<h3>By class</h3>")[2]
    assert after and re.findall(r'<table class="([^"]*)">', after)[0] == "detail fits"
    wide = pd.DataFrame({f"column {place}": [place] for place in range(12)})
    dataset = Dataset("t", wide, np.zeros(1, np.int64), (), kind="table")
    known = ReportContext(comparison=Comparison(dataset, dataset))
    assert "detail" in {table.get("class") for table in page_of(tmp_path, NOTHING, known).all("table")}


def test_what_a_notebook_prints_is_short(tmp_path: Path):
    written = write_report(an_evaluation(), tmp_path)
    found = Judgement.of(an_evaluation(), ReportContext())
    for thing in (written, found, an_evaluation(), load_report(tmp_path)):
        assert len(repr(thing)) < 900, repr(thing)
    assert repr(found).startswith("<Judgement good, 6 figures: Good to train on")
