"""Augmentations in a run: named by recipes, refused where they are faulty, and resumed as if never stopped."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load_file
from tests_support import run, tree

from synthgen import pipeline
from synthgen.errors import Interrupted, PluginError
from synthgen.plugins import load_plugins

AUGMENTED = "augmentations=[{name: diff_augment, translation: 0.25, fill: 0}]"


def test_interrupted_run_with_augmentation_resumes_to_the_bytes_of_an_uninterrupted_one(
    tiny_recipe, tmp_path, registry, stop_at, monkeypatch
):
    whole = run(tiny_recipe, tmp_path / "whole", registry, AUGMENTED)
    stop_at(7)
    with pytest.raises(Interrupted):
        run(tiny_recipe, tmp_path / "stopped", registry, AUGMENTED)
    monkeypatch.undo()
    resumed = pipeline.resume(tmp_path / "stopped", registry=registry)
    weights = [load_file(made.model / "generator.safetensors") for made in (whole, resumed)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert tree(whole.dataset) == tree(resumed.dataset)


def test_augmentation_changes_the_training_and_is_in_the_recipe_of_the_run(tiny_recipe, tmp_path, registry):
    plain = run(tiny_recipe, tmp_path / "plain", registry)
    augmented = run(tiny_recipe, tmp_path / "augmented", registry, AUGMENTED)
    assert tree(plain.dataset) != tree(augmented.dataset)
    assert "name: diff_augment" in augmented.recipe.read_text()
    digests = [json.loads(made.info.read_text())["recipe_digest"] for made in (plain, augmented)]
    assert digests[0] != digests[1]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("return x[:, :, 1:]", r"returned shape \(4, 1, 7, 8\); it must be \(4, 1, 8, 8\)"),
        ("return x.double()", r"returned torch\.float64; it must be torch\.float32"),
        ("return x > 0", r"returned torch\.bool; it must be torch\.float32"),
        ("return x / 0", "returned NaN or infinity"),
        ("return None", "returned NoneType; it must be a tensor"),
        ("return x.detach() + 1", "is not differentiable: what it returned has no gradient"),
        ("return x.mul_(2)", "failed on a batch of 4: RuntimeError: a leaf Variable .* in-place"),
        ("raise IndexError('oops')", "failed on a batch of 4: IndexError: oops"),
    ],
)
def test_faulty_augmentation_of_a_plugin_is_named_before_anything_is_written(
    body, error, tiny_recipe, tmp_path
):
    plugin = tmp_path / "faulty.py"
    plugin.write_text(
        "from synthgen import Augmentation, hookimpl\n"
        f"class Faulty(Augmentation):\n    def augment(self, x):\n        {body}\n"
        "@hookimpl\ndef register_augmentations(register):\n    register('faulty', Faulty)\n"
    )
    registry = load_plugins([plugin], installed=False)
    with pytest.raises(PluginError, match=rf"augmentation 'faulty' \(plugin faulty -\).*{error}"):
        run(tiny_recipe, tmp_path / "out", registry, "augmentations=[faulty]")
    assert not (tmp_path / "out").exists()
