"""Computes the relativistic loss of half a batch in one of two processes."""

import torch
import torch.distributed as dist

from srrescgan.losses import RelativisticAverageGAN


def share(rank, folder, real, fake, queue):
    """Put the loss and the gradients of this process into a queue."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", f"file://{folder}/store", rank=rank, world_size=2)
    real = real.chunk(2)[rank].clone().requires_grad_()
    fake = fake.chunk(2)[rank].clone().requires_grad_()
    loss = RelativisticAverageGAN().discriminator(real, fake)
    loss.backward()
    queue.put((rank, loss.item(), real.grad.tolist(), fake.grad.tolist()))
    dist.destroy_process_group()
