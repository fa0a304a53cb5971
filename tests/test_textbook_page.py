"""The table of textbook systems: figures of what runs made, and a page of whichever runs are there."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from synthgen import ClassLabel, Dataset, pipeline
from synthgen.recipe import load_recipe
from synthgen.run_directory import Run

ROOT = Path(__file__).parent.parent
sys.path += [str(ROOT / "docs"), str(ROOT / "benchmarks")]
import textbook_judge  # noqa: E402 - not in a package
import textbook_page  # noqa: E402

SMALL = ["train.steps=2", "train.batch_size=4", "train.generator_batch_size=4", "export=null", "report=none"]
DIGITS = ["data={name: digits, size: 28, labelled: false}"]


class Steps(nn.Module):
    """Tells images by how bright they are: as many classes as there are, in equal steps."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        place = (x.mean((1, 2, 3)) + 1) / 2 * 9
        return -((place[:, None] - torch.arange(10)) ** 2) * 10


def brightness() -> nn.Sequential:
    return nn.Sequential(Steps(), nn.Identity())


def grey(*values: int) -> np.ndarray:
    return np.stack([np.full((28, 28), value, np.uint8) for value in values])


def test_entropy_is_one_for_equal_shares_and_zero_for_a_single_class():
    equal = grey(*(round(255 * n / 9) for n in range(10)))
    assert textbook_judge.entropy(brightness(), equal) == pytest.approx(1)
    assert textbook_judge.entropy(brightness(), grey(0, 0, 0)) == 0
    assert textbook_judge.entropy(brightness(), grey(0, 255)) == pytest.approx(np.log10(2))


def test_images_between_two_classes_are_not_recognised():
    between = round(255 * 4.5 / 9)
    assert textbook_judge.recognised(brightness(), grey(0, 255, between, between)) == 0.5


def test_coverage_is_low_where_samples_are_alike_and_asks_for_what_is_made_only():
    classes = (ClassLabel(0, "dark"), ClassLabel(1, "bright"))
    x = grey(*range(0, 100, 2), *range(150, 250, 2))
    real = Dataset("greys", x, np.repeat([0, 1], 50), classes)
    judge = textbook_judge.Judge(brightness(), real, (x, real.y))
    assert textbook_judge.covered(judge, x, []) == 1
    assert textbook_judge.covered(judge, np.repeat(x[:50], 2, axis=0), []) == 0.5
    assert textbook_judge.covered(judge, x[:50], [0]) == 1
    assert textbook_judge.covered(judge, grey(*[40] * 50), [0]) < 0.2


def test_coverage_is_by_as_many_samples_as_there_are_real_images():
    x = grey(*range(0, 100))
    judge = textbook_judge.Judge(
        brightness(), Dataset("greys", x, np.zeros(100, int), ()), (x, np.zeros(100))
    )
    some = np.repeat(x[::20], 100, axis=0)
    assert textbook_judge.covered(judge, some, []) == textbook_judge.covered(judge, some[::5], []) < 1


def test_the_judge_of_data_that_stands_in_has_it_at_the_size_of_the_run(registry, monkeypatch):
    monkeypatch.setattr(textbook_judge, "_taught", lambda images: brightness())
    data = {"name": "digits", "notes": ["stands in for fashion_mnist, which was not found"]}
    recipe = load_recipe(ROOT / "recipes" / "fashion_dcgan.yaml", registry=registry)
    judge = textbook_judge.Judges().of(SimpleNamespace(read_info=lambda: {"data": data}), recipe)
    assert judge.train.x.shape[1:] == judge.test[0].shape[1:] == (28, 28)
    assert len(judge.train.classes) == 10


def test_a_discriminator_alone_is_told_with_the_step_from_which_on_it_was_right(tmp_path: Path):
    run = Run(tmp_path)
    lines = [(10, 0.6, 1.0), (20, 1.0, 1.0), (30, 0.9, 1.0), (40, 1.0, 0.99), (50, 1.0, 1.0)]
    text = [json.dumps({"step": s, "real_accuracy": r, "fake_accuracy": f}) for s, r, f in lines]
    text.append(json.dumps({"step": 50, "event": "health"}))
    run.metrics.write_text("\n".join(text))
    told = textbook_judge.describe_discriminator(run)
    assert told == "accuracy on real 1.000, accuracy on fake 1.000; both 0.99 or more from step 40 on"
    run.metrics.write_text("\n".join(text[:3]))
    assert textbook_judge.describe_discriminator(run) == "accuracy on real 0.900, accuracy on fake 1.000"


def test_commands_make_every_recipe_and_its_better_setting():
    lines = textbook_page.commands(Path("runs"))
    assert "synthgen run mnist_five export=null --out runs/mnist_five" in lines
    (better,) = (line for line in lines if line.endswith("runs/mnist_five-better"))
    assert "train.steps=2000" in better


def test_speed_is_told_as_medians_and_ratios_of_a_round_in_the_order_of_the_page(tmp_path: Path):
    file = tmp_path / "speed.json"
    kinds = {"Keras": [0.02, 0.06, 0.04], "PyTorch": [0.006] * 3, "ours": [0.002] * 3}
    result = textbook_page.benchmark.Result([20, 10], kinds, "2 cores of some kind")
    textbook_page.benchmark.save(file, dict.fromkeys(("mnist_wgan", "sine_fcgan"), result))
    text = textbook_page.speed(file)
    assert text.count("2 cores of some kind") == 1
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if "20 + 10" in line
    ]
    assert [row[0] for row in rows] == ["sine_fcgan", "mnist_wgan"]
    assert rows[0][2:7] == ["40", "6", "2", "", "20 (10 to 30)"]


def test_speed_in_bf16_is_told():
    result = textbook_page.benchmark.Result([20, 10], {"Keras": [0.02], "ours": [0.002]}, precision="bf16")
    assert textbook_page.benchmark.milliseconds(result, "Keras") == "20"
    assert textbook_page.benchmark.milliseconds(result, "ours") == "2 bf16"


def test_speed_tells_which_system_was_measured_where(tmp_path: Path):
    result = textbook_page.benchmark.Result([20, 10], {"ours": [0.002]}, "2 slow cores")
    found = {"sine_fcgan": result, "mnist_wgan": result._replace(machine="2 fast cores")}
    assert textbook_page.benchmark.machines(found) == "sine_fcgan: 2 slow cores; mnist_wgan: 2 fast cores"
    assert textbook_page.speed(tmp_path / "none.json") == ""


def test_a_file_with_figures_of_keras_is_not_written_anew_without_it(tmp_path, monkeypatch):
    monkeypatch.setattr(textbook_page.benchmark, "python_with_keras", lambda others: None)
    monkeypatch.setattr(
        sys, "argv", ["textbook.py", "--only", "mnist_wgan", "--json", str(tmp_path / "speed.json")]
    )
    with pytest.raises(SystemExit, match="Keras is not installed"):
        textbook_page.benchmark.main()


def test_notes_are_added_to_each_other():
    row = textbook_page.Row("mnist_discriminator", "a book")
    row.add("on digits")
    row.add("accuracy 1.000")
    assert row.note == "on digits; accuracy 1.000"


def test_a_bar_in_a_note_does_not_end_its_cell():
    row = textbook_page.Row("ising_cgan", "a book", note="|magnetisation| by 0.056")
    heads, _, line = textbook_page.table([row], {}).splitlines()
    assert line.endswith(r"| \|magnetisation\| by 0.056 |")
    assert line.replace(r"\|", "").count("|") == heads.count("|")


@pytest.mark.slow
def test_the_page_shows_the_runs_that_are_there_and_lists_the_others(tmp_path, registry, monkeypatch):
    runs, out = tmp_path / "runs", tmp_path / "out"
    wanted = {
        "mnist_mlp_gan": ["train.epochs=null", *DIGITS],
        "mnist_acgan": ["data={name: digits, size: 28}"],
        "mnist_discriminator": DIGITS,
        "sine_fcgan": ["data.count=64"],
    }
    for name, overrides in wanted.items():
        recipe = load_recipe(ROOT / "recipes" / f"{name}.yaml", [*overrides, *SMALL], registry)
        pipeline.run(recipe, runs / name, registry=registry)
    monkeypatch.setattr(textbook_judge, "SAMPLES", 20)
    monkeypatch.setattr(textbook_judge, "_taught", lambda images: brightness())
    textbook_page.write_page(runs, out, registry)
    lines = (out / "textbook.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if "|" in line]
    rows = {name: rest for name, *rest in cells}
    assert rows["mnist_lsgan"][-1] == "not run"
    assert rows["mnist_mlp_gan"][1] == "2"
    filled = {name: [cell != "" for cell in rows[name][4:9]] for name in (*wanted, "real images of digits")}
    assert filled == {
        "mnist_mlp_gan": [True, True, True, False, False],
        "mnist_acgan": [True] * 5,
        "mnist_discriminator": [False] * 5,
        "sine_fcgan": [False] * 5,
        "real images of digits": [True] * 5,
    }
    assert "within 0.1 of the curve" in rows["sine_fcgan"][-1]
    assert rows["mnist_discriminator"][-1].startswith("on digits; accuracy on real")
    assert rows["mnist_mlp_gan"][-1] == "on digits"
    for name in wanted:
        picture = out / "textbook" / f"{name}.png"
        assert picture.stat().st_size < 40_000
        assert f"(textbook/{name}.png)" in "\n".join(lines)
        Image.open(picture).verify()
    textbook_page.write_page(tmp_path / "no runs any more", out, registry)
    assert (out / "textbook.md").read_text().splitlines() == lines
