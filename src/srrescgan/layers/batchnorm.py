"""Batch normalisation over the batch of every process."""

import torch
from torch import Tensor, nn

from srrescgan.ops.distributed import global_mean, world_size


class GlobalBatchNorm2d(nn.BatchNorm2d):
    """Batch normalisation whose statistics do not depend on how many processes share the batch.

    In a run of one process, and in evaluation, it is :class:`torch.nn.BatchNorm2d`. While training
    on several, mean and variance are those of the global batch, gradients included, on any
    backend; :class:`torch.nn.SyncBatchNorm` does the same on GPUs only. Every process must hold
    equally many samples. State-dict keys are those of ``BatchNorm2d``.

    Args:
        num_features: channels.

    Shape:
        - Input and output: ``(B, num_features, H, W)``.
    """

    def __init__(self, num_features: int) -> None:
        super().__init__(num_features)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise."""
        world = world_size()
        if not self.training or world == 1:
            return super().forward(x)
        exact = x.float()
        mean = global_mean(exact.mean(dim=(0, 2, 3)))
        centred = exact - mean[:, None, None]
        variance = global_mean(centred.square().mean(dim=(0, 2, 3)))
        self._track(mean.detach(), variance.detach(), count=world * x.numel() // x.shape[1])
        normed = centred * (variance[:, None, None] + self.eps).rsqrt()
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
