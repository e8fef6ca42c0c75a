"""One of several processes that share a batch normalization."""

from pathlib import Path

import torch
import torch.distributed as dist

from srrescgan.layers import GlobalBatchNorm2d


def work(folder: Path, rank: int, world: int) -> None:
    """Compute this process's part of the batches in ``data.pt``; write ``result<rank>.pt``."""
    dist.init_process_group("gloo", f"file://{folder}/rendezvous", rank=rank, world_size=world)
    data = torch.load(f"{folder}/data.pt")
    layer = GlobalBatchNorm2d(3)
    layer.load_state_dict(data["state"])
    result = {"outputs": [], "input_grads": []}
    for batch, weight in zip(data["batches"], data["weights"], strict=True):
        x = batch.chunk(world)[rank].clone().requires_grad_()
        y = layer(x)
        (y * weight.chunk(world)[rank]).sum().backward()
        result["outputs"].append(y.detach())
        result["input_grads"].append(x.grad)
    result["param_grads"] = [p.grad for p in layer.parameters()]
    result["state"] = layer.state_dict()
    result["eval"] = layer.eval()(data["batches"][0].chunk(world)[rank]).detach()
    torch.save(result, f"{folder}/result{rank}.pt")
    dist.destroy_process_group()
