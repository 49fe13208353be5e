"""Muon: momentum whose matrices are made orthogonal before they are applied.

Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks". https://kellerjordan.github.io/posts/muon/
"""

from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor, nn


def orthogonal(matrices: Tensor) -> Tensor:
    """Bring the singular values of [n, rows, columns] near 1 by five Newton-Schulz steps."""
    tall = matrices.shape[1] > matrices.shape[2]
    wide = matrices.mT if tall else matrices
    wide = wide / (wide.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        square = wide @ wide.mT
        wide = 3.4445 * wide + (-4.7750 * square + 2.0315 * square @ square) @ wide
    return wide.mT if tall else wide


class Muon(torch.optim.Optimizer):
    """For the matrices inside the layers; embeddings, norms and biases want another optimizer."""

    def __init__(self, matrices: Iterable[nn.Parameter], lr: float, momentum: float = 0.95) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """Apply one update; matrices of one shape are made orthogonal together."""
        for group in self.param_groups:
            alike = defaultdict[torch.Size, list[nn.Parameter]](list)
            for matrix in group["params"]:
                alike[matrix.shape].append(matrix)
            for matrices in alike.values():
                self._update(matrices, group["lr"], group["momentum"])

    def _update(self, matrices: list[nn.Parameter], rate: float, momentum: float) -> None:
        rows, columns = matrices[0].shape
        updates = orthogonal(torch.stack([self._direction(matrix, momentum) for matrix in matrices]))
        for matrix, update in zip(matrices, updates, strict=True):
            matrix.add_(update, alpha=-rate * max(1.0, rows / columns) ** 0.5)

    def _direction(self, matrix: nn.Parameter, momentum: float) -> Tensor:
        """Return Nesterov's momentum of a matrix."""
        speed = self.state[matrix].setdefault("speed", torch.zeros_like(matrix))
        speed.lerp_(matrix.grad, 1 - momentum)
        return matrix.grad.lerp(speed, momentum)
