"""Layers in a row, with branches of the condition that join them."""

from __future__ import annotations

from torch import Tensor, nn

from synthgen.networks.sequential.modules import Branch, Concat, Multiply


class Stack(nn.ModuleList):
    """Layers that a stream goes through; a branch waits for the next multiply or concat.

    A concat that no branch waits for joins the condition itself. Each layer has a `summary_name`.
    """

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """The stream `(B, ...)` after all layers, under the condition `(B, condition_dim)`."""
        waiting = None
        for layer in self:
            if isinstance(layer, Branch):
                waiting = layer(condition)
            elif isinstance(layer, Multiply | Concat):
                x = layer(x, condition if waiting is None else waiting)
                waiting = None
            else:
                x = layer(x)
        return x


def label(module: nn.Module, name: str, place: str, activation: str = "") -> nn.Module:
    """The module with what `synthgen show RECIPE` says of it; see `summarise_network`."""
    for key, value in (("name", name), ("place", place), ("activation", activation)):
        setattr(module, f"summary_{key}", value)
    return module
