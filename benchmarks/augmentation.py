"""Do synthetic samples help somebody who has few real ones? Of generators that saw those few alone.

    python benchmarks/augmentation.py [--seeds 3] [--only "mnist,breast cancer,digits,adult"]

`mnist`: 50 images of each class, as in `few.py`; `recipes/few_digits.yaml` is trained on those 500 alone, and a
small CNN on the 500, with and without 10,000 of its samples, with and without ordinary shifts and rotations. The
others are the unbalanced tables of `unbalanced.py`, topped up by `SynthGAN().fit_resample`, by SMOTE, or not, with
classes weighted beside them. For each the gain over the real samples as they are, seed by seed: mean ± standard
deviation, and whether that helps. `SYNTHGEN_DATA` names the folder with MNIST and adult.csv.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from importlib import util

import few
import unbalanced

from synthgen.evaluation.utility.gain import judge, spread_of, told
from synthgen.evaluation.utility.scores import Kind

MNIST = "mnist"
LINES = (
    few.Line((few.REAL,)),
    few.Line((few.REAL,), shifted=True),
    few.Line((few.REAL, few.AUGMENTED), balanced=True),
    few.Line((few.REAL, few.AUGMENTED), shifted=True, balanced=True),
    few.Line((few.AUGMENTED,)),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default=",".join([MNIST, *unbalanced.DATASETS]))
    parser.add_argument("--steps", type=int, default=600, help="steps that the CNN is trained for")
    parser.add_argument("override", nargs="*", help="overrides of MNIST's recipe, KEY=VALUE")
    arguments = parser.parse_args()
    parts = []
    for name in arguments.only.split(","):
        if name in (MNIST, "adult") and "SYNTHGEN_DATA" not in os.environ:
            print(f"{name}: left out: set SYNTHGEN_DATA to the folder that holds it", flush=True)
        elif name == MNIST:
            scores, tests = few.measure(LINES, arguments.seeds, arguments.steps, overrides=arguments.override)
            parts.append(gains(name, {str(line): found for line, found in scores.items()}, "accuracy", tests))
        else:
            methods = [unbalanced.NOTHING, unbalanced.WEIGHTS, unbalanced.SMOTE, unbalanced.OURS]
            if util.find_spec("imblearn") is None:
                print("SMOTE: not installed: pip install imbalanced-learn", flush=True)
                methods.remove(unbalanced.SMOTE)
            found = unbalanced.compare(name, methods, arguments.seeds, {})
            tests = unbalanced.tests(name)
            parts.append(gains(name, found, "balanced accuracy", tests))
    print("\n" + "\n\n".join(parts))


def gains(name: str, scores: Mapping[str, Sequence[float]], kind: Kind, tests: int) -> str:
    """A table of ways to train and what they gain over the first of them."""
    first = next(iter(scores.values()))
    lines = [f"{name}, {len(first)} seeds, {tests:,} test samples: {kind}", "| trained on | | gain | |"]
    lines.append("| --- " * 4 + "|")
    for way, found in scores.items():
        gain = spread_of([a - b for a, b in zip(found, first, strict=True)])
        if found is first or gain is None:
            lines.append(f"| {way} | {told(spread_of(found), kind)} | | |")
            continue
        verdict = judge(gain, tests)
        lines.append(
            f"| {way} | {told(spread_of(found), kind)} | {told(gain, kind, signed=True)} | {verdict} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
