"""Batch normalization over the global batch of a distributed run."""

import torch
from torch import Tensor, nn

from srrescgan.ops.distributed import global_mean, world_size


class GlobalBatchNorm2d(nn.BatchNorm2d):
    """Batch normalization whose statistics do not depend on the number of processes.

    In a run of one process, and in evaluation, it equals :class:`torch.nn.BatchNorm2d`. In training
    on several processes, mean, variance and their gradients are those of the global batch, on any
    backend; :class:`torch.nn.SyncBatchNorm` does the same on GPUs only. Every process must have the
    same number of samples. State-dict keys are those of ``BatchNorm2d``.

    Args:
        num_features: channels.

    Shape:
        - Input and output: ``(B, num_features, H, W)``.
    """

    def __init__(self, num_features: int) -> None:
        super().__init__(num_features)

    def forward(self, x: Tensor) -> Tensor:
        """Normalize."""
        world = world_size()
        if not self.training or world == 1:
            return super().forward(x)
        exact = x.float()
        mean = global_mean(exact.mean(dim=(0, 2, 3)))
        centered = exact - mean[:, None, None]
        variance = global_mean(centered.square().mean(dim=(0, 2, 3)))
        self._track(mean.detach(), variance.detach(), count=world * x.numel() // x.shape[1])
        normed = centered * (variance[:, None, None] + self.eps).rsqrt()
        return (normed * self.weight[:, None, None] + self.bias[:, None, None]).to(x.dtype)

    @torch.no_grad()
    def _track(self, mean: Tensor, variance: Tensor, count: int) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.num_batches_tracked.add_(1)
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance * count / (count - 1), self.momentum)
