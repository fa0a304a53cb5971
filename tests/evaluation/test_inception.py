from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from judged_data import bars, clouds, comparison

from synthgen.errors import DataError
from synthgen.evaluation.fidelity import FrechetDistance
from synthgen.evaluation.inception import inception_network


def test_other_files_than_its_weights_are_refused(tmp_path: Path):
    with pytest.raises(DataError, match=r"missing\.pth cannot be read"):
        inception_network(tmp_path / "missing.pth")
    (tmp_path / "text.pth").write_text("no weights")
    with pytest.raises(DataError, match="no file of weights"):
        inception_network(tmp_path / "text.pth")
    torch.save(torch.nn.Linear(1, 1), tmp_path / "pickled.pth")
    with pytest.raises(DataError, match="no file of weights"):
        inception_network(tmp_path / "pickled.pth")
    for content in ({"fc.weight": torch.zeros(2)}, [1, 2], torch.zeros(3)):
        torch.save(content, tmp_path / "other.pth")
        with pytest.raises(DataError, match="not the state dict of torchvision's inception_v3"):
            inception_network(tmp_path / "other.pth")


def test_it_is_for_images(tmp_path: Path):
    metric = FrechetDistance(FrechetDistance.Options(inception=tmp_path / "weights.pth"))
    with pytest.raises(DataError, match="is for images; this is table data"):
        metric.measure(comparison(clouds(12), clouds(12)))


@pytest.mark.slow
def test_pooled_features_are_those_of_the_weights(tmp_path: Path):
    from torchvision.models import inception_v3

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = inception_v3(weights=None, init_weights=False).eval()
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    real = bars(3)
    found = inception_network(tmp_path / "weights.pth")
    points = found.features(real)
    grey = torch.nn.functional.interpolate(
        torch.tensor(real.x[:, None]) / 127.5 - 1, (299, 299), mode="bilinear", antialias=True
    )
    network.fc = torch.nn.Identity()
    with torch.inference_mode():
        expected = network(grey.expand(-1, 3, -1, -1)).numpy()
    assert points.shape == (3, 2048)
    assert np.allclose(points, expected, atol=1e-4)
    assert found.words.startswith("2,048 pooled features of Inception v3, weights ")
