"""A run from recipe to dataset: what it leaves, and that stopping, resuming and repeating change nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import threading

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

import synthgen
from synthgen import pipeline
from synthgen.errors import CheckpointError, Interrupted, PluginError, TrainingError, UsageError
from synthgen.plugins import load_plugins
from synthgen.recipe import load_recipe
from synthgen.run_directory import Run, read_metrics
from synthgen.training.trainer import Listener


def run(recipe, out, registry, *overrides) -> Run:
    return pipeline.run(load_recipe(recipe, overrides, registry), out, registry=registry)


def tree(path) -> dict[str, bytes]:
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in path.rglob("*") if p.is_file()}


class StopAt(Listener):
    """Somebody presses Ctrl-C."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step(self, trainer):
        if trainer.step == self.step:
            os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def stop_at(monkeypatch):
    """Make the next runs be interrupted after a step."""

    def stop(step: int) -> None:
        recorders = pipeline._recorders
        monkeypatch.setattr(pipeline, "_recorders", lambda *args: [*recorders(*args), StopAt(step)])

    yield stop
    monkeypatch.undo()


def test_run_leaves_everything_that_it_promises(tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "out", registry)
    names = set(tree(made.path))
    assert names == {
        "recipe.yaml",
        "run.json",
        "metrics.jsonl",
        "losses.png",
        "samples/step-0000006.png",
        "samples/step-0000012.png",
        "checkpoints/step-0000008.pt",
        "checkpoints/step-0000012.pt",
        "model/model.json",
        "model/generator.safetensors",
        "dataset/dataset.npz",
        "dataset/manifest.json",
        "dataset/README.md",
    }
    info = json.loads(made.info.read_text())
    assert info["status"] == "finished"
    assert info["steps"] == 12
    assert info["seed"] == 1
    assert info["precision"] == "fp32"
    assert info["data"]["name"] == "tiny"
    assert info["data"]["classes"][0] == {"number": 3, "name": "left"}
    assert info["versions"]["torch"] == torch.__version__
    assert {"setup", "training", "export"} <= set(info["seconds"])
    assert [line["step"] for line in read_metrics(made.metrics)] == [4, 8, 12]
    assert {"discriminator_loss", "generator_loss", "r1"} <= set(read_metrics(made.metrics)[0])


def test_class_names_and_numbers_survive_from_source_to_dataset(tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "out", registry, "export={format: npz, per_class: {both: 3, 3: 2}}")
    with np.load(made.dataset / "dataset.npz") as data:
        assert sorted(data["y"]) == [3, 3, 9, 9, 9]
        assert data["classes"].tolist() == ["left", "right", "both"]
        assert data["numbers"].tolist() == [3, 5, 9]
    x, y = synthgen.load(made.path, registry).sample(5, classes=["right"])
    assert x.shape == (5, 8, 8)
    assert y.tolist() == [5] * 5


def test_same_seed_gives_the_same_bytes_and_another_seed_others(tiny_recipe, tmp_path, registry):
    one, two = (run(tiny_recipe, tmp_path / name, registry) for name in "ab")
    assert tree(one.model) == tree(two.model)
    assert tree(one.dataset) == tree(two.dataset)
    assert tree(one.samples) == tree(two.samples)
    other = run(tiny_recipe, tmp_path / "c", registry, "seed=2")
    assert tree(one.model) != tree(other.model)


def test_resolved_recipe_of_a_run_runs_again_to_the_same_bytes(tiny_recipe, tmp_path, registry):
    one = run(tiny_recipe, tmp_path / "a", registry, "train.steps=5")
    two = run(one.recipe, tmp_path / "b", registry)
    assert tree(one.dataset) == tree(two.dataset)
    assert one.recipe.read_bytes() == two.recipe.read_bytes()


@pytest.mark.parametrize("step", [3, 4, 11])
def test_interrupted_run_resumes_to_the_weights_of_an_uninterrupted_one(
    step, tiny_recipe, tmp_path, registry, stop_at, monkeypatch
):
    whole = run(tiny_recipe, tmp_path / "whole", registry)
    stop_at(step)
    with pytest.raises(Interrupted, match=f"stopped at step {step}. Go on with: synthgen run --resume"):
        run(tiny_recipe, tmp_path / "stopped", registry)
    assert json.loads((tmp_path / "stopped" / "run.json").read_text())["status"] == "interrupted"
    assert not (tmp_path / "stopped" / "model").exists()
    monkeypatch.undo()
    resumed = pipeline.resume(tmp_path / "stopped", registry=registry)
    weights = [load_file(made.model / "generator.safetensors") for made in (whole, resumed)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert tree(whole.dataset) == tree(resumed.dataset)
    assert tree(whole.samples)["step-0000012.png"] == tree(resumed.samples)["step-0000012.png"]
    kept = [{k: v for k, v in line.items() if k != "seconds"} for line in read_metrics(resumed.metrics)]
    assert kept == [{k: v for k, v in line.items() if k != "seconds"} for line in read_metrics(whole.metrics)]
    assert json.loads(resumed.info.read_text())["status"] == "finished"


def test_run_interrupted_while_exporting_can_be_finished(tiny_recipe, tmp_path, registry, monkeypatch):
    whole = run(tiny_recipe, tmp_path / "whole", registry)

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "export_dataset", interrupted)
    with pytest.raises(Interrupted, match=r"stopped after training, before all was written\. Go on with"):
        run(tiny_recipe, tmp_path / "stopped", registry)
    monkeypatch.undo()
    resumed = pipeline.resume(tmp_path / "stopped", registry=registry)
    assert tree(resumed.dataset) == tree(whole.dataset)


def test_signal_handlers_are_put_back(tiny_recipe, tmp_path, registry):
    before = signal.getsignal(signal.SIGINT)
    run(tiny_recipe, tmp_path / "out", registry)
    assert signal.getsignal(signal.SIGINT) is before


def test_run_works_outside_the_main_thread(tiny_recipe, tmp_path, registry):
    thread = threading.Thread(target=run, args=(tiny_recipe, tmp_path / "out", registry))
    thread.start()
    thread.join()
    assert (tmp_path / "out" / "dataset" / "dataset.npz").is_file()


def test_finished_run_is_not_resumed(tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "out", registry)
    with pytest.raises(UsageError, match="is finished; there is nothing to resume"):
        pipeline.resume(made.path, registry=registry)


def test_folder_that_is_no_run_is_not_resumed(tmp_path, registry):
    with pytest.raises(UsageError, match=r"not the folder of a run: it has no recipe\.yaml"):
        pipeline.resume(tmp_path, registry=registry)


def stopped_run(tiny_recipe, tmp_path, registry, stop_at) -> Run:
    stop_at(5)
    with pytest.raises(Interrupted):
        run(tiny_recipe, tmp_path / "out", registry)
    return Run(tmp_path / "out")


def test_checkpoint_cut_short_is_named_and_the_one_before_it_serves(
    tiny_recipe, tmp_path, registry, stop_at, monkeypatch
):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    newest = made.checkpoints / "step-0000005.pt"
    newest.write_bytes(newest.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match=r"step-0000005\.pt cannot be read"):
        pipeline.resume(made.path, registry=registry)
    newest.unlink()
    pipeline.resume(made.path, registry=registry)
    assert [line["step"] for line in read_metrics(made.metrics)] == [4, 8, 12]


def test_run_does_not_resume_under_a_changed_recipe(tiny_recipe, tmp_path, registry, stop_at, monkeypatch):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    made.recipe.write_text(made.recipe.read_text().replace("batch_size: 8", "batch_size: 9"))
    with pytest.raises(CheckpointError, match="another recipe than the run began with"):
        pipeline.resume(made.path, registry=registry)


def test_run_stopped_before_its_first_checkpoint_does_not_resume_under_a_changed_recipe(
    tiny_recipe, tmp_path, registry, stop_at, monkeypatch
):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    for checkpoint in made.checkpoints.iterdir():
        checkpoint.unlink()
    made.recipe.write_text(made.recipe.read_text().replace("batch_size: 8", "batch_size: 9"))
    with pytest.raises(CheckpointError, match="another recipe"):
        pipeline.resume(made.path, registry=registry)


def test_line_of_metrics_that_was_cut_short_is_written_anew(
    tiny_recipe, tmp_path, registry, stop_at, monkeypatch
):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    with made.metrics.open("a") as file:
        file.write('{"step": 8, "sec')
    pipeline.resume(made.path, registry=registry)
    assert [json.loads(line)["step"] for line in made.metrics.read_text().splitlines()] == [4, 8, 12]


@pytest.mark.parametrize("text", ["[]", "null", "{", '{"status": "interrupted"}'])
def test_run_json_that_is_none_is_told(text, tiny_recipe, tmp_path, registry, stop_at, monkeypatch):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    made.info.write_text(text)
    with pytest.raises(UsageError, match=r"run\.json (cannot be read|is not the record of a run)"):
        pipeline.resume(made.path, registry=registry)


def test_leftovers_of_a_killed_run_are_removed(tiny_recipe, tmp_path, registry, stop_at, monkeypatch):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    (made.path / ".dataset.partial-abcd").mkdir()
    (made.checkpoints / ".step-0000008.pt.abcd.tmp").write_text("half")
    pipeline.resume(made.path, registry=registry)
    assert not list(made.path.rglob(".*"))


def test_run_resumes_on_another_kind_of_device_with_a_warning(
    tiny_recipe, tmp_path, registry, stop_at, monkeypatch, caplog
):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    path = made.checkpoints / "step-0000005.pt"
    content = torch.load(path, weights_only=True)
    content["state"] |= {"device": "cuda", "random": torch.zeros(16, dtype=torch.uint8)}
    torch.save(content, path)
    pipeline.resume(made.path, registry=registry)
    assert "trained on cuda so far, goes on on cpu" in caplog.text
    assert [line["step"] for line in read_metrics(made.metrics)] == [4, 8, 12]


def test_failed_run_that_is_resumed_to_its_end_keeps_no_error(tiny_recipe, tmp_path, registry, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pipeline, "plot_losses", full)
    with pytest.raises(synthgen.SynthgenError, match=r"cannot write below .*: No space left on device"):
        run(tiny_recipe, tmp_path / "out", registry)
    assert "No space left" in json.loads((tmp_path / "out" / "run.json").read_text())["error"]
    monkeypatch.undo()
    info = json.loads(pipeline.resume(tmp_path / "out", registry=registry).info.read_text())
    assert info["status"] == "finished"
    assert "error" not in info


def test_run_does_not_resume_on_changed_data(tiny_recipe, tiny_npz, tmp_path, registry, stop_at, monkeypatch):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    with np.load(tiny_npz) as data:
        changed = dict(data)
    changed["x"][0] ^= 1
    np.savez(tiny_npz, **changed)
    with pytest.raises(CheckpointError, match="trained on other data than tiny is now"):
        pipeline.resume(made.path, registry=registry)


def test_folder_that_exists_is_left_alone_before_anything_is_loaded(tiny_recipe, tmp_path, registry):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"output folder .*out exists"):
        run(tiny_recipe, out, registry, "data.path=/nowhere.npz")
    assert tree(out) == {"thesis.txt": b"mine"}


@pytest.mark.parametrize(
    "override",
    [
        "data.path=/nowhere.npz",
        "train.device=cuda:99",
        "generator.levels=5",
        "export={format: npz, count: 3, classes: [cat]}",
        "train={steps: 1, batch_size: 1} generator.hidden=8",  # too few for batch norm
    ],
)
def test_nothing_is_written_if_the_run_cannot_begin(override, tiny_recipe, tmp_path, registry):
    with pytest.raises(synthgen.SynthgenError):
        run(tiny_recipe, tmp_path / "out", registry, *re.split(r" (?=generator)", override))
    assert not (tmp_path / "out").exists()


def test_diverged_run_is_recorded_as_failed(tiny_recipe, tmp_path, registry):
    with pytest.raises(TrainingError, match="training diverged"):
        run(
            tiny_recipe,
            tmp_path / "out",
            registry,
            "loss=wasserstein",
            "train.optimizer={name: sgd, lr: 1e9}",
            "train.steps=40",
        )
    info = json.loads((tmp_path / "out" / "run.json").read_text())
    assert info["status"] == "failed"
    assert "training diverged" in info["error"]
    assert not (tmp_path / "out" / "model").exists()


def test_recipe_without_export_makes_no_dataset(tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "out", registry, "export=null")
    assert made.model.is_dir()
    assert not made.dataset.exists()


def test_unlabelled_data_trains_and_exports_too(tiny_recipe, tmp_path, registry):
    np.savez(tmp_path / "plain.npz", x=np.zeros((20, 8, 8), np.uint8))
    made = run(tiny_recipe, tmp_path / "out", registry, f"data.path={tmp_path / 'plain.npz'}")
    with np.load(made.dataset / "dataset.npz") as data:
        assert data["x"].shape == (30, 8, 8)
        assert "y" not in data


@pytest.mark.parametrize(
    ("kind", "body", "error"),
    [
        (
            "generator",
            "return torch.zeros(len(noise), 3)",
            r"returned shape \(4, 3\); it must be \(4, 1, 8, 8\)",
        ),
        ("generator", "return torch.full((len(noise), 1, 8, 8), float('nan'))", "returned NaN or infinity"),
        ("generator", "raise IndexError('oops')", "failed on a batch of 4: IndexError: oops"),
        ("generator", "return None", "returned NoneType; it must be a tensor"),
        (
            "discriminator",
            "return noise.flatten(1).sum(1)",
            r"returned Tensor; it must be synthgen\.Critique",
        ),
        ("discriminator", "return Critique(noise.flatten(1))", r"logits returned shape \(4, 64\)"),
    ],
)
def test_faulty_network_of_a_plugin_is_named_before_anything_is_written(
    kind, body, error, tiny_recipe, tmp_path
):
    plugin = tmp_path / "faulty.py"
    plugin.write_text(
        "import torch\nfrom synthgen import Critique, Discriminator, Generator, hookimpl\n"
        f"class Faulty({kind.title()}):\n    def forward(self, noise, condition):\n        {body}\n"
        f"@hookimpl\ndef register_{kind}s(register):\n    register('faulty', Faulty)\n"
    )
    registry = load_plugins([plugin], installed=False)
    with pytest.raises(PluginError, match=rf"{kind} 'faulty' \(plugin faulty -\).*{error}"):
        run(tiny_recipe, tmp_path / "out", registry, f"{kind}=faulty")
    assert not (tmp_path / "out").exists()


BROKEN_LOSS = """
from synthgen import Loss, hookimpl

class Broken(Loss):
    def discriminator(self, real, fake):
        return fake.logits {fault}
    def generator(self, real, fake):
        return fake.logits.mean()

@hookimpl
def register_losses(register):
    register("broken", Broken)
"""


@pytest.mark.parametrize(
    ("fault", "error"), [("", "grad can be implicitly created only for scalar"), ("[99, 0]", "IndexError")]
)
def test_loss_that_fails_is_named_before_anything_is_written(fault, error, tiny_recipe, tmp_path):
    (tmp_path / "faulty.py").write_text(BROKEN_LOSS.format(fault=fault))
    registry = load_plugins([tmp_path / "faulty.py"], installed=False)
    with pytest.raises(PluginError, match=rf"training step .*loss 'broken' \(plugin faulty -\).*{error}"):
        run(tiny_recipe, tmp_path / "out", registry, "loss=broken")
    assert not (tmp_path / "out").exists()


NOISY = """
import torch
from synthgen import Generator, hookimpl

class Noisy(Generator):
    def __init__(self, options, spec):
        super().__init__(options, spec)
        self.net = torch.nn.Linear(self.input_dim, spec.numel)

    def forward(self, noise, condition):
        x = self.net(torch.cat([noise, condition], 1))
        return (x + 0.1 * torch.randn_like(x)).view(-1, *self.spec.shape).tanh()

@hookimpl
def register_generators(register):
    register("noisy", Noisy)
"""


def test_generator_with_noise_of_its_own_is_as_reproducible_as_any(
    tiny_recipe, tmp_path, stop_at, monkeypatch
):
    (tmp_path / "noisy.py").write_text(NOISY)
    registry = load_plugins([tmp_path / "noisy.py"], installed=False)
    whole = run(tiny_recipe, tmp_path / "whole", registry, "generator=noisy")
    stop_at(5)
    with pytest.raises(Interrupted, match=r"--resume .*stopped --plugin .*noisy\.py --no-plugins"):
        run(tiny_recipe, tmp_path / "stopped", registry, "generator=noisy")
    monkeypatch.undo()
    resumed = pipeline.resume(tmp_path / "stopped", registry=registry)
    assert tree(whole.dataset) == tree(resumed.dataset)
    model = synthgen.load(whole.path, registry)
    assert np.array_equal(model.sample(300, seed=3)[0][:10], model.sample(10, seed=3)[0])


def test_relative_paths_of_a_recipe_hold_wherever_it_is_resumed(
    tiny_recipe, tmp_path, registry, stop_at, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    stop_at(5)
    with pytest.raises(Interrupted):
        run(tiny_recipe, tmp_path / "out", registry, "data.path=tiny.npz")
    monkeypatch.undo()
    monkeypatch.chdir("/")
    assert pipeline.resume(tmp_path / "out", registry=registry).dataset.is_dir()


def test_grid_of_unlabelled_data_is_ten_by_ten(tiny_recipe, tmp_path, registry):
    np.savez(tmp_path / "plain.npz", x=np.zeros((20, 8, 8), np.uint8))
    made = run(tiny_recipe, tmp_path / "out", registry, f"data.path={tmp_path / 'plain.npz'}")
    with Image.open(made.samples / "step-0000012.png") as grid:
        width, height = grid.size
    assert 0.9 < width / height < 1.1


def test_fallback_is_named_wherever_the_data_is(tiny_recipe, tmp_path, registry, monkeypatch, caplog):
    monkeypatch.setenv("SYNTHGEN_DATA", str(tmp_path / "empty"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = run(
        tiny_recipe,
        tmp_path / "out",
        registry,
        "data={name: mnist, download: false, fallback: digits, per_class: 5}",
        "train.steps=2",
        "export={format: image_folder, count: 4}",
    )
    assert "MNIST WAS NOT FOUND. DIGITS TAKES ITS PLACE." in caplog.text
    info = json.loads(made.info.read_text())
    assert info["data"]["name"] == "digits"
    assert info["data"]["samples"] == 50
    assert info["data"]["notes"] == ["stands in for mnist, which was not found"]
    manifest = json.loads((made.dataset / "manifest.json").read_text())
    assert manifest["data"]["name"] == "digits"
    assert manifest["shape"] == [28, 28]
    card = (made.dataset / "README.md").read_text()
    assert card.startswith("# Synthetic digits")
    assert "stands in for mnist" in card
    assert synthgen.load(made.path, registry).source["data"] == "digits"
    monkeypatch.setenv("SYNTHGEN_DATA", "")
    again = run(made.recipe, tmp_path / "again", registry)
    assert tree(again.dataset) == tree(made.dataset)


def test_run_names_its_folder_after_recipe_and_time(tiny_recipe, tmp_path, registry, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = pipeline.run(tiny_recipe, registry=registry)
    second = pipeline.run(tiny_recipe, registry=registry)
    assert first.path.parent.name == "runs"
    assert first.path.name.startswith("tiny-2")
    assert first.path != second.path
