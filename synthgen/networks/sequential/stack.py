"""Layers in a row, with branches of the condition that join them."""

from __future__ import annotations

from torch import Tensor, nn

from synthgen.networks.sequential.modules import Branch, Concat, Multiply

_NAME = "summary_name"


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


def name_layer(module: nn.Module, name: str) -> nn.Module:
    """The module with the `summary_name` under which `synthgen show RECIPE` lists it."""
    setattr(module, _NAME, name)
    return module
