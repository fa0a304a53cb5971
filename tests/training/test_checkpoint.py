"""Checkpoints on disk: whole or not there, few, and only for the run they belong to."""

from __future__ import annotations

import pickle

import pytest
import torch

from synthgen.errors import CheckpointError
from synthgen.training.checkpoint import list_checkpoints, load_checkpoint, save_checkpoint

CPU = torch.device("cpu")


def state(step: int) -> dict:
    return {"step": step, "weights": {"w": torch.arange(4.0)}}


def test_checkpoint_comes_back_as_it_was_saved(tmp_path):
    path = save_checkpoint(tmp_path, state(12), "abc", keep=2)
    loaded = load_checkpoint(path, "abc", CPU)
    assert loaded["step"] == 12
    assert torch.equal(loaded["weights"]["w"], torch.arange(4.0))


def test_only_the_newest_checkpoints_are_kept_and_nothing_else_lies_about(tmp_path):
    for step in (5, 50, 500, 10_000_000):
        save_checkpoint(tmp_path, state(step), "abc", keep=2)
    assert [p.name for p in list_checkpoints(tmp_path)] == ["step-0000500.pt", "step-10000000.pt"]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("size", [0, 10, 500])
def test_checkpoint_cut_short_is_refused_with_what_to_do(tmp_path, size):
    path = save_checkpoint(tmp_path, state(1), "abc", keep=1)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(CheckpointError, match=r"step-0000001.pt cannot be read: it is cut short.*Delete it"):
        load_checkpoint(path, "abc", CPU)


def test_checkpoint_of_another_recipe_is_refused(tmp_path):
    path = save_checkpoint(tmp_path, state(1), "abc", keep=1)
    with pytest.raises(CheckpointError, match="another recipe"):
        load_checkpoint(path, "abd", CPU)


def test_checkpoint_with_code_in_it_is_never_run(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "exploded"), "w"))

    path = tmp_path / "step-0000001.pt"
    torch.save({"format": 1, "identity": "abc", "state": Bomb()}, path, pickle_module=pickle)
    with pytest.raises(CheckpointError):
        load_checkpoint(path, "abc", CPU)
    assert not (tmp_path / "exploded").exists()
