"""`snapshots`, `animate`, `interpolate`, `sample --latent` and `run --from`, as a person meets them."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from click.testing import CliRunner, Result
from digits_run import digits_run
from PIL import Image
from tests_support import arrays, run, tree

from synthgen.cli import main
from synthgen.errors import Interrupted


def synthgen(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def done(*arguments: object) -> str:
    result = synthgen(*arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refused(message: str, *arguments: object) -> None:
    result = synthgen(*arguments)
    assert result.exit_code == 2, result.output
    assert re.search(message, result.stderr), result.stderr
    assert not result.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory, registry):
    return digits_run(tmp_path_factory.mktemp("commands"), registry)


@pytest.mark.parametrize("command", ["sample", "export", "interpolate", "evaluate"])
def test_what_has_no_model_is_asked_for_in_vain_wherever_it_is_named(
    command, tmp_path, tiny_recipe, registry, stop_at
):
    more = {"interpolate": ("--latents",), "evaluate": ()}.get(command, ("-n", 3, "--out", tmp_path / "out"))
    refused("gone: there is no such folder", command, tmp_path / "gone", *more)
    (tmp_path / "empty").mkdir()
    refused("there is no model in|is neither a run nor a dataset", command, tmp_path / "empty", *more)
    stop_at(4)
    with pytest.raises(Interrupted):
        run(tiny_recipe, tmp_path / "run", registry)
    refused("synthgen run --resume", command, tmp_path / "run", *more)


def test_snapshots_are_listed_for_people_and_for_programs(made):
    lines = [line.split() for line in done("snapshots", made.path).splitlines()]
    assert [(line[0], line[2]) for line in lines] == [
        ("4", str(made.snapshots / "step-0000004")),
        ("8", str(made.snapshots / "step-0000008")),
        ("8", str(made.model)),
    ]
    assert [line[3:] for line in lines] == [[], ["newest"], ["model"]]
    rows = json.loads(done("snapshots", made.path, "--json"))
    assert [(row["step"], row["final"]) for row in rows] == [(4, False), (8, False), (8, True)]
    assert rows[0]["path"] == str(made.snapshots / "step-0000004")
    refused("is not the folder of a run", "snapshots", made.model)


def test_commands_take_a_snapshot_by_its_step(made, tmp_path):
    done("sample", made.path, "-n", 9, "--snapshot", 4, "--format", "npz", "--out", tmp_path / "a")
    done("sample", made.snapshots / "step-0000004", "-n", 9, "--format", "npz", "--out", tmp_path / "b")
    done("export", made.path, "-n", 9, "--seed", 0, "--snapshot", 4, "--format", "npz")
    assert tree(tmp_path / "a") == tree(tmp_path / "b") == tree(made.path / "dataset-npz-step-4")
    done("sample", made.path, "-n", 9, "--format", "npz", "--out", tmp_path / "c")
    assert tree(tmp_path / "a") != tree(tmp_path / "c")
    assert json.loads((tmp_path / "a" / "manifest.json").read_text())["steps"] == 4
    for command in ("sample", "export", "interpolate"):
        more = ("-n", 3, "--out", tmp_path / "d") if command != "interpolate" else ("--latents",)
        refused("no snapshot of step 5; there are 4, 8", command, made.path, "--snapshot", 5, *more)


def test_zeros_make_a_sample_of_each_class(made, tmp_path):
    done("sample", made.path, "--latent", "zeros", "--format", "npz", "--out", tmp_path / "all")
    assert arrays(tmp_path / "all" / "dataset.npz")["y"].tolist() == [3, 8, 5]
    one = ("--where", "label=8", "--format", "npz", "--out", tmp_path / "one")
    done("sample", made.path, "--latent", "zeros", *one)
    assert arrays(tmp_path / "one" / "dataset.npz")["y"].tolist() == [8]
    assert json.loads(done("verify", tmp_path / "one", "--json"))["ok"] is True


def test_latents_of_a_file_make_a_sample_each(made, tmp_path):
    latents = np.random.default_rng(0).normal(size=(6, 8))
    np.save(tmp_path / "z.npy", latents)
    file = ("--latent", tmp_path / "z.npy", "--format", "npz")
    head = json.loads(done("sample", made.path, *file, "--classes", 5, "--out", tmp_path / "a", "--json"))
    assert head["count"] == 6
    assert head["latents"]["origin"] == "z.npy"
    assert arrays(tmp_path / "a" / "dataset.npz")["y"].tolist() == [5] * 6
    done("sample", made.path, *file, "--per-class", 2, "--out", tmp_path / "b")
    assert arrays(tmp_path / "b" / "dataset.npz")["y"].tolist() == [3, 8, 5, 3, 8, 5]
    refused(
        r"6 latents \(z\.npy\) for 7 samples", "sample", made.path, *file, "-n", 7, "--out", tmp_path / "c"
    )
    refused("cannot be read: No such file", "sample", made.path, "--latent", "x.npy", "--out", tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_interpolation_is_written_where_it_is_said(made, tmp_path):
    assert done("interpolate", made.path, "--from", 3, "--to", 8) == f"{made.path / 'interpolation.png'}\n"
    out = tmp_path / "way.png"
    options = ("--steps", 3, "--rows", 2, "--out", out)
    assert done("interpolate", made.path, "--from", 5, "--latents", *options) == f"{out}\n"
    with Image.open(out) as picture:
        assert picture.height == 2 * 58 + 2
        assert 3 * 58 < picture.width < 3 * 58 + 60
    refused("there is no class 'four'", "interpolate", made.path, "--from", "four", "--to", 8)
    refused("say where to go: --from and --to with a class each", "interpolate", made.path, "--from", 3)
    refused(r"must end in \.png", "interpolate", made.path, "--latents", "--out", "a.gif")
    refused("'heat' is no condition", "interpolate", made.path, "--from", "heat=2", "--to", "heat=3")
    refused("--to =3: must be NAME=VALUE, such as --to", "interpolate", made.path, "--from", 3, "--to", "=3")
    ends = ("--from", 3, "--to", 8, "--where", "label=5")
    refused("label is given for the start .* and for everywhere", "interpolate", made.path, *ends)


def test_animation_is_a_gif_or_a_strip(made, tmp_path):
    assert done("animate", made.path) == f"{made.path / 'run.gif'}\n"
    done("animate", made.path, "--frames", 2, "--seconds-per-frame", 1, "--out", tmp_path / "two.gif")
    with Image.open(tmp_path / "two.gif") as picture:
        assert picture.n_frames == 2
        assert picture.info["duration"] == 1000
    assert done("animate", made.path, "--strip", 3) == f"{made.path / 'strip.png'}\n"
    few = synthgen("animate", made.path, "--strip", 50, "--out", tmp_path / "strip.png")
    assert re.fullmatch(r"there are no more than \d pictures\n", few.stderr)
    refused(r"must end in \.gif", "animate", made.path, "--out", tmp_path / "run.png")
    refused(r"must end in \.png", "animate", made.path, "--strip", 3, "--out", tmp_path / "run.gif")
    for option in ("--seconds-per-frame", "--frames"):
        refused(f"{option} is for a GIF; a strip", "animate", made.path, "--strip", 3, option, 2)


def test_run_begins_from_another_under_its_recipe_or_one_of_its_own(made, tmp_path):
    shorter = ("train.steps=2", "seed=9", "--no-plugins")
    assert done("run", "--from", made.path, *shorter, "--out", tmp_path / "a") == f"{tmp_path / 'a'}\n"
    info = json.loads((tmp_path / "a" / "run.json").read_text())
    assert (info["steps"], info["seed"], info["began_from"]["step"]) == (2, 9, 8)
    done("run", made.recipe, *shorter, "--from", made.path, "--out", tmp_path / "b")
    assert tree(tmp_path / "a" / "model") == tree(tmp_path / "b" / "model")
    done("run", made.recipe, *shorter, "--out", tmp_path / "c")
    assert tree(tmp_path / "a" / "model") != tree(tmp_path / "c" / "model")
    assert "seed: 9" in done("run", "--from", made.path, "seed=9", "--dry-run")
    refused("is not the folder of a run", "run", "--from", tmp_path, "seed=9")
    snapshot = made.snapshots / "step-0000004"
    done("run", "--from", snapshot, *shorter, "--out", tmp_path / "d")
    assert json.loads((tmp_path / "d" / "run.json").read_text())["began_from"]["step"] == 4
    refused(
        f"To train it further, in a new run: synthgen run --from {made.path}", "run", "--resume", made.path
    )
    refused(
        "--from begins a new one: give one of them", "run", "--resume", tmp_path / "a", "--from", made.path
    )
