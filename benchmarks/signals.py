"""How good are the recipes of waves and of the sine curve? Run one for some seeds and judge what it makes.

    python benchmarks/signals.py sine
    python benchmarks/signals.py waves train.threads=1 --seeds 1

For sine: the share of 20,000 points within 0.1 of the curve, and the Kolmogorov-Smirnov distance of their x. For
waves: the accuracy on the test split of a random forest trained on the spectra of 6,000 samples (TSTR), that of one
trained on the real windows, and the share of samples that the latter puts into their class (GAN-test).
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from scipy.stats import ks_2samp
from sklearn.ensemble import RandomForestClassifier

import synthgen
from synthgen import Synthesizer
from synthgen.data.sources.sine import Sine
from synthgen.data.sources.waves import Waves
from synthgen.plugins import installed_plugins
from synthgen.recipe import load_recipe

RECIPES = Path(__file__).parent.parent / "recipes"


def judge_sine(model: Synthesizer) -> dict[str, float]:
    """How near the curve points are, and how their x are spread."""
    x, y = model.sample(20_000, seed=1)[0].to_numpy().T
    real = Sine(Sine.Options(split="test")).load().x["x"]
    near = float((np.abs(y - np.sin(x)) <= 0.1).mean())
    return {"within 0.1 of the curve": near, "KS distance of x": float(ks_2samp(x, real).statistic)}


def judge_waves(model: Synthesizer) -> dict[str, float]:
    """What a classifier learns from samples, and from real windows."""
    train, test = (Waves(Waves.Options(split=split)).load() for split in ("train", "test"))
    x, y = model.sample(per_class=len(train) // 3, seed=1)
    on_real, on_made = forest(train.x, train.y), forest(x, y)
    return {
        "TSTR": on_made.score(spectra(test.x), test.y),
        "trained on real": on_real.score(spectra(test.x), test.y),
        "GAN-test": on_real.score(spectra(x), y),
    }


def forest(x: np.ndarray, y: np.ndarray) -> RandomForestClassifier:
    """Trained on spectra: phases, which say nothing of the class, are out of its way."""
    return RandomForestClassifier(200, random_state=0).fit(spectra(x), y)


def spectra(x: np.ndarray) -> np.ndarray:
    """Magnitudes of the 40 lowest frequencies, `(N, 40)`."""
    return np.abs(np.fft.rfft(x, axis=1))[:, :40]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("recipe", choices=["sine", "waves"])
    parser.add_argument("overrides", nargs="*")
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    registry = installed_plugins()
    for seed in range(arguments.seeds):
        changes = [*arguments.overrides, "export=null", "report=none", f"seed={seed}"]
        recipe = load_recipe(RECIPES / f"{arguments.recipe}.yaml", changes, registry)
        with tempfile.TemporaryDirectory() as folder:
            run = synthgen.run(recipe, Path(folder) / "run")
            seconds = run.read_info()["seconds"]["training"]
            model = synthgen.load(run.path)
            found = judge_sine(model) if arguments.recipe == "sine" else judge_waves(model)
        figures = ", ".join(f"{name} {value:.4f}" for name, value in found.items())
        print(f"seed {seed}: {figures}; trained in {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
