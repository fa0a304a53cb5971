"""Built-in losses and penalties, registered as any plugin's would be."""

from __future__ import annotations

from synthgen import Register, hookimpl
from synthgen.losses import adversarial, penalties


@hookimpl
def register_losses(register: Register) -> None:
    """The adversarial losses."""
    register("relativistic", adversarial.Relativistic)
    register("non_saturating", adversarial.NonSaturating)
    register("minimax", adversarial.Minimax)
    register("least_squares", adversarial.LeastSquares)
    register("wasserstein", adversarial.Wasserstein)
    register("hinge", adversarial.Hinge)


@hookimpl
def register_penalties(register: Register) -> None:
    """Gradient penalties and weight clipping."""
    register("r1", penalties.R1)
    register("r2", penalties.R2)
    register("wgan_gp", penalties.WassersteinGradientPenalty)
    register("mismatch", penalties.Mismatch)
    register("weight_clipping", penalties.WeightClipping)
