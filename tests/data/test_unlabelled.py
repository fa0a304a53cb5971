"""Labels can be left out, for networks that know of no classes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from synthgen import SourceOptions, pipeline
from synthgen.data.loading import load_dataset
from synthgen.data.selection import select
from synthgen.data.sources.digits import Digits
from synthgen.data.sources.mnist import Mnist
from synthgen.recipe import load_recipe

from .helpers import make_dataset, make_table


def test_labels_go_after_classes_and_counts_have_chosen():
    options = SourceOptions(classes=[2, 0], per_class=[1, 3], labelled=False)
    kept = select(make_dataset((5, 5, 5)), options, 0)
    assert len(kept) == 4
    assert kept.classes == ()
    assert kept.y.tolist() == [0] * 4
    assert kept.y.dtype == np.int64


def test_a_table_keeps_the_labels_column():
    table = make_table()
    kept = select(table, SourceOptions(labelled=False), 0)
    assert (kept.target, kept.classes) == (None, ())
    assert list(kept.x.columns) == list(table.x.columns)


@pytest.mark.filterwarnings("ignore")
def test_a_fallback_leaves_them_out_like_the_source_it_stands_in_for(tmp_path):
    mnist = Mnist(Mnist.Options(root=tmp_path, download=False, labelled=False))
    assert load_dataset(mnist, Digits(Digits.Options()), 0).classes == ()


def test_what_is_made_has_no_labels_then(tiny_recipe, tmp_path, registry):
    recipe = load_recipe(tiny_recipe, ["data.labelled=false", "export.format=image_folder"], registry)
    run = pipeline.run(recipe, tmp_path / "run", registry=registry)
    assert json.loads(run.info.read_text())["data"]["classes"] == []
    assert len(list((run.dataset / "unlabelled").glob("*.png"))) == 30
