"""The command line, in this process; exit codes and messages as a person meets them."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from tests_support import TINY_RECIPE, write_tiny_npz

from synthgen import pipeline
from synthgen.cli import main
from synthgen.plugins import KINDS
from synthgen.recipe import parse_recipe

ROOT = Path(__file__).parent.parent.parent


def synthgen(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def refused(result: Result, exit_code: int, message: str) -> None:
    """One message on stderr, nothing on stdout, no traceback."""
    assert result.exit_code == exit_code, result.output
    assert re.search(message, result.stderr), result.stderr
    assert "Traceback" not in result.stderr
    assert not result.stdout


def test_run_prints_the_folder_that_it_made(tiny_recipe, tmp_path):
    result = synthgen("run", tiny_recipe, "--out", tmp_path / "out", "train.steps=3", "--no-plugins")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{tmp_path / 'out'}\n"
    assert json.loads((tmp_path / "out" / "run.json").read_text())["steps"] == 3


def test_progress_off_a_terminal_is_plain_lines_on_stderr(tiny_recipe, tmp_path):
    result = synthgen("run", tiny_recipe, "--out", tmp_path / "out")
    assert re.search(r"step 12/12, loss D [\d.]+, loss G [\d.]+, 0:\d\d gone, 0:00 left", result.stderr)
    assert "\r" not in result.stderr


def test_dry_run_prints_the_resolved_recipe_and_writes_nothing(tiny_recipe, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = synthgen("run", tiny_recipe, "seed=9", "--dry-run")
    assert result.exit_code == 0
    (tmp_path / "resolved.yaml").write_text(result.stdout)
    again = synthgen("run", tmp_path / "resolved.yaml", "--dry-run")
    assert again.stdout == result.stdout
    assert "seed: 9" in result.stdout
    assert "upsampling: transposed" in result.stdout  # defaults are written out
    assert not (tmp_path / "runs").exists()


def test_every_problem_of_a_recipe_is_told_at_once_with_its_line(tmp_path):
    recipe = tmp_path / "bad.yaml"
    recipe.write_text(
        "data: digits\n"
        "generator: {name: dcgan, chanels: 32}\n"
        "discriminator: dcgam\n"
        "train:\n"
        "  steps: many\n"
        "  batch_size: 0\n"
        "  time_limit: soon\n"
        "  device: gpu\n"
        "penalties: [{name: r1, weight: -1}]\n"
        "xport: {}\n"
    )
    result = synthgen("run", recipe)
    refused(result, 2, r"bad\.yaml:2:26 generator\.chanels: .*Did you mean channels\?")
    for line, message in (
        (3, r"no discriminator is called 'dcgam'\. Did you mean dcgan\?"),
        (5, r"train\.steps: must be a whole number"),
        (6, r"train\.batch_size: "),
        (7, r"train\.time_limit: must be a time such as 90s"),
        (8, r"train\.device: must be auto, cpu"),
        (9, r"penalties\.0\.weight: "),
        (10, r"xport: .*Did you mean export"),
    ):
        assert re.search(rf"bad\.yaml:{line}:\d+ .*{message}", result.stderr), (line, result.stderr)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("just words", r"must have keys such as data: and generator:"),
        ("data: [mnist\n", r":\d+:\d+ "),
        ("data: digits\ndata: mnist\ngenerator: mlp\ndiscriminator: mlp\ntrain: {steps: 1}\n", "given twice"),
    ],
    ids=["empty", "no mapping", "not YAML", "duplicate key"],
)
def test_file_that_is_no_recipe_is_told_so(text, message, tmp_path):
    recipe = tmp_path / "bad.yaml"
    recipe.write_text(text)
    refused(synthgen("run", recipe), 2, rf"bad\.yaml.*{message}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run"], "give a RECIPE to run"),
        (["run", "gone.yaml"], r"recipe gone\.yaml: there is no such file"),
        (["run", "{recipe}", "train.stps=4"], r"override 'train\.stps=4'.*Did you mean steps\?"),
        (["run", "{recipe}", "steps"], "must be written key=value"),
        (["run", "{recipe}", "--resume", "x"], "give no RECIPE, KEY=VALUE or --out"),
        (["run", "{recipe}", "train.device=cuda:99"], "torch finds 0 CUDA devices|torch finds 1 CUDA device"),
        (["run", "{recipe}", "generator.levels=5"], r"multiples of 32, not 8×8"),
        (["run", "--resume", "gone"], "gone is not the folder of a run"),
        (["list", "genrators"], "no kind of component is called 'genrators'"),
        (["show", "dense"], "It is one of the layers of sequential; see synthgen show sequential"),
        (["show", "multiply"], "It is one of the layers of sequential; see synthgen show sequential"),
        (["show", "dcgam"], "no component and no recipe is called 'dcgam'. Did you mean dcgan"),
    ],
)
def test_bad_usage_is_one_message(arguments, message, tiny_recipe):
    refused(synthgen(*(a.replace("{recipe}", str(tiny_recipe)) for a in arguments)), 2, message)


def test_plugin_file_that_is_not_there_has_the_exit_code_of_plugins(tiny_recipe):
    refused(
        synthgen("run", "--plugin", "gone.py", tiny_recipe), 3, r"--plugin gone\.py: .*no such Python file"
    )


def test_sampling_from_a_folder_without_a_model_says_what_is_missing(tmp_path):
    result = synthgen("sample", tmp_path, "-n", 3, "--out", tmp_path / "out")
    refused(result, 2, r"no model in .*: neither model\.json nor model/model\.json")


def test_unknown_command_and_option_are_clicks_usage_errors():
    assert synthgen("rnu").exit_code == 2
    assert synthgen("run", "--otu", "x").exit_code == 2


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("data={name: image_folder, root: gone}", "gone: no such folder"),
        ("data={name: npz, path: gone.npz}", r"gone\.npz"),
        ("data={name: mnist, root: gone, download: false}", "train-images"),
    ],
)
def test_missing_data_ends_the_run_with_where_it_was_looked_for(
    override, message, tiny_recipe, tmp_path, monkeypatch
):
    monkeypatch.delenv("SYNTHGEN_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    refused(synthgen("run", tiny_recipe, override, "--out", tmp_path / "out"), 1, message)


LONG = "x" * 300


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (["verify", LONG], 1),
        (["init", "--data", LONG], 1),
        (["init", LONG, "--data", "digits"], 1),
        (["init", f"{LONG}.yaml", "--data", "digits"], 1),
        (["recipes", "copy", "digits_cgan", f"{LONG}.yaml"], 1),
        (["sample", LONG, "--count", "1", "--out", "new"], 1),
        (["run", LONG], 2),
        (["validate", LONG], 2),
    ],
    ids=lambda value: " ".join(value[:2])[:20] if isinstance(value, list) else "",
)
@pytest.mark.skipif(
    sys.version_info >= (3, 14) or sys.platform == "win32", reason="the system says not there"
)
def test_a_path_that_cannot_be_looked_at_is_one_message(arguments, exit_code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(synthgen(*arguments), exit_code, r"^synthgen: .*x{300}.*[Nn]ame too long")
    assert not list(tmp_path.iterdir())


def test_debug_shows_the_traceback_of_what_the_system_refuses(tmp_path):
    assert "Traceback" in synthgen("init", "--data", LONG, "--debug").stderr


def test_debug_shows_the_traceback(tiny_recipe):
    result = synthgen("run", tiny_recipe, "generator.levels=5", "--debug")
    assert result.exit_code == 2
    assert "Traceback" in result.stderr


def test_validate_checks_all_recipes_given(tiny_recipe, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(tiny_recipe.read_text().replace("steps", "stops"))
    assert synthgen("validate", tiny_recipe).stdout == f"{tiny_recipe}: ok\n"
    result = synthgen("validate", bad, tiny_recipe, bad)
    assert result.exit_code == 2
    assert result.stdout == f"{tiny_recipe}: ok\n"
    assert "train.stops" in result.stderr


def test_validate_changes_recipes_as_run_does(tiny_recipe):
    assert synthgen("validate", tiny_recipe, "train.steps=7").stdout == f"{tiny_recipe}: ok\n"
    result = synthgen("validate", tiny_recipe, "train.steps=0", "digits_cgan")
    assert result.exit_code == 2
    assert result.stderr.count("override 'train.steps=0': train.steps: must be more than 0") == 2
    refused(synthgen("validate", "train.steps=7"), 2, "give a RECIPE beside train.steps=7")


@pytest.fixture(params=["run", "show"])
def misfit(request):
    """Expect a recipe whose reshape does not fit to be refused with these words before those of the network."""

    def expect(*arguments: object, before: str, after: str = "") -> None:
        fault = "generator sequential: layer 1 (reshape): cannot make (3, 3) = 9 numbers of 10;"
        told = re.escape(f"synthgen: {before}{fault}") + ".* would fit" + re.escape(after) + r"\n$"
        refused(synthgen(request.param, *arguments), 2, told)

    return expect


LAYERS = "{name: sequential, layers: [{dense: 10}, {reshape: [3, 3]}]}"


def test_layers_that_do_not_fit_are_told_with_their_place_in_the_recipe(misfit, tiny_recipe):
    lines = tiny_recipe.read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("generator:"))
    lines[number] = f"generator: {LAYERS}"
    tiny_recipe.write_text("\n".join(lines))
    assert synthgen("validate", tiny_recipe).exit_code == 0  # it does not know the data
    place = f"{tiny_recipe}:{number + 1}:{lines[number].index('{reshape') + 1} "
    misfit(tiny_recipe, before=place)
    for override in ("generator.layers.1.reshape.0=3", "generator.layers.0.dense=10"):
        misfit(tiny_recipe, override, before=place, after=f" (with override '{override}')")


def test_layers_of_an_override_that_do_not_fit_are_told_with_it(misfit, tiny_recipe):
    misfit(tiny_recipe, f"generator={LAYERS}", before=f"override 'generator={LAYERS}': ")


def test_layers_of_a_shipped_recipe_that_do_not_fit_are_told_with_its_name():
    told = (
        "synthgen: sine_fcgan: generator sequential: layer 5 (dense): gives (3,), but samples are (2,); a last"
        " {dense: 2} would fit (with override 'generator.layers.5.dense=3')"
    )
    refused(synthgen("show", "sine_fcgan", "generator.layers.5.dense=3"), 2, re.escape(told))


def test_every_recipe_of_the_project_is_valid():
    recipes = sorted((ROOT / "recipes").glob("*.yaml"))
    assert {r.stem for r in recipes} >= {"mnist_cgan", "digits_cgan"}
    result = synthgen("validate", "--no-plugins", *recipes)
    assert result.exit_code == 0, result.stderr


def test_list_names_components_of_every_kind_with_a_line_each():
    result = synthgen("list", "--no-plugins")
    for word in (
        "sources:",
        "penalties:",
        "augmentations:",
        "mnist ",
        "dcgan ",
        "relativistic ",
        "weight_clipping ",
        "npz ",
    ):
        assert word in result.stdout
    assert set(json.loads(synthgen("list", "losses", "--json", "--no-plugins").stdout)["loss"]) == {
        "hinge",
        "least_squares",
        "minimax",
        "non_saturating",
        "relativistic",
        "wasserstein",
    }


def test_every_component_and_option_has_a_line_of_documentation(registry):
    for kind in synthgen_kinds():
        for registered in registry.all(kind):
            (shown,) = [
                c for c in json.loads(synthgen("show", registered.name, "--json").stdout) if c["kind"] == kind
            ]
            assert shown["description"]
            for option in shown["options"]:
                assert option["description"], (registered.name, option["name"])
                assert option["type"] != "any", (registered.name, option["name"])


def synthgen_kinds():

    return KINDS


def test_show_lists_the_layers_of_sequential_once_with_keys_and_defaults():
    lines = [line.strip() for line in synthgen("show", "sequential", "--no-plugins").stdout.splitlines()]
    (conv,) = [line for line in lines if line.startswith("{conv:")]
    assert conv == (
        '{conv: int > 0 | channels, kernel: int > 0, stride: 1, padding: "valid", activation: "linear",'
        ' initializer: "glorot_uniform", bias: true}: A convolution on maps (channels, height, width).'
    )
    assert "kernel: Height and width of what it sees at once." in lines
    layers = [line.split(":")[0].strip("{") for line in lines if line.startswith("{")]
    assert layers == [
        *["dense", "conv", "conv_transpose", "batch_norm", "layer_norm", "upsample", "reshape", "dropout"],
        *["zero_pad", "max_pool", "leaky_relu", "elu", "embedding"],
    ]
    (kinds, _) = [line for line in lines if line.startswith("layers: list of mapping") and "required" in line]
    assert [kinds.count(f" {name} ") for name in ("mapping", "flatten", "softmax", "concat")] == [1] * 4


def test_show_prints_options_with_types_and_defaults():
    result = synthgen("show", "r1", "--no-plugins")
    assert "penalty 'r1' (plugin synthgen.losses" in result.stdout
    assert "weight: float ≥ 0 = 1.0" in result.stdout
    assert "samples: int > 0 | null = null" in result.stdout
    assert "generator 'dcgan'" in synthgen("show", "dcgan").stdout
    assert "discriminator 'dcgan'" in synthgen("show", "dcgan").stdout


def test_plugins_lists_what_each_registers():
    result = synthgen("plugins", "--no-plugins")
    assert "synthgen.losses" in result.stdout
    assert "    penalty: r1, r2, wgan_gp, mismatch, weight_clipping" in result.stdout
    assert {p["status"] for p in json.loads(synthgen("plugins", "--json", "--no-plugins").stdout)} == {"ok"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory, registry):
    """A finished run of three classes: 3 left, 5 right, 9 both."""
    folder = tmp_path_factory.mktemp("finished")
    recipe = parse_recipe(TINY_RECIPE.format(data=write_tiny_npz(folder).as_posix()), registry=registry)
    return pipeline.run(recipe, folder / "run", registry=registry).path


def test_sample_writes_a_dataset_of_the_classes_asked_for(finished, tmp_path):
    out = tmp_path / "new"
    result = synthgen(
        "sample", finished, "-n", 40, "--classes", "left,9", "--seed", 7, "--format", "npz", "--out", out
    )
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{out}\n"
    with np.load(out / "dataset.npz") as data:
        assert len(data["x"]) == 40
        assert set(data["y"]) == {3, 9}


def test_sample_with_the_same_seed_gives_the_same_bytes(finished, tmp_path):
    contents = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        out = tmp_path / name
        synthgen("sample", finished, "--per-class", 4, "--seed", seed, "--format", "npz", "--out", out)
        contents.append((out / "dataset.npz").read_bytes())
    assert contents[0] == contents[1]
    assert contents[0] != contents[2]


def test_sample_as_json_prints_the_manifest_without_the_files(finished, tmp_path):
    out = tmp_path / "out"
    result = synthgen(
        "sample", finished, "--per-class", 2, "--option", "compress_level=9", "--out", out, "--json"
    )
    head = json.loads(result.stdout)
    assert head["count"] == 6
    assert head["format"] == {"name": "image_folder", "options": {"compress_level": 9}}
    assert {c["name"]: c["count"] for c in head["classes"]} == {"left": 2, "right": 2, "both": 2}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["-n", 3, "--classes", "left,cat"],
            r"no class 'cat'\. Classes: left \(3\), right \(5\), both \(9\)",
        ),
        (["-n", 0], "count: must be"),
        (["-n", 3, "--per-class", 3], "one of count, per_class and balance"),
        (["-n", 3, "--format", "nzp"], "no exporter is called 'nzp'. Did you mean npz"),
        (["-n", 3, "--option", "compres_level=1"], "compress_level"),
        (["-n", 3, "--device", "cuda:99"], "torch finds"),
    ],
)
def test_sample_that_cannot_be_made_writes_nothing(arguments, message, finished, tmp_path):
    refused(synthgen("sample", finished, *arguments, "--out", tmp_path / "out"), 2, message)
    assert not (tmp_path / "out").exists()


def test_sample_leaves_a_folder_that_exists_alone(finished, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    result = synthgen("sample", finished, "-n", 3, "--out", tmp_path)
    refused(result, 2, "exists")
    assert "writing" not in result.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
