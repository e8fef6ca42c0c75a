"""How much memory a network takes, and how much there is."""

import weakref
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

_SIDE = 16  # input pixels of the trial; a multiple of every usual grid
_SHARE = 0.5
"""Of the free memory that may be planned for; the rest is for layouts that the library converts
to, for the picture, and for other programs."""
_CGROUP = Path("/sys/fs/cgroup")


def bytes_per_pixel(network: nn.Module, device: torch.device) -> float | None:
    """Memory that a network takes for each pixel of its input in float32, without its weights.

    It computes a small image, and the most bytes that are alive at any time are counted.

    Args:
        network: ``(B, 3, h, w)`` to any output.
        device: of its weights.

    Returns:
        Bytes; ``None`` if the network does not take such an image.
    """
    image = torch.zeros(1, 3, _SIDE, _SIDE, device=device)
    try:
        with torch.inference_mode(), _LiveBytes() as live:
            network(image)
    except (RuntimeError, ValueError):
        return None
    return (live.most + image.nbytes) / _SIDE**2


def free_memory(device: torch.device) -> int | None:
    """Bytes that a process may still take on a device; ``None``: not known."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type != "cpu":
        return None
    free = int(psutil.virtual_memory().available)
    return free if (left := _left_in_container()) is None else min(free, left)


def pixels_that_fit(bytes_each: float | None, device: torch.device) -> float | None:
    """Input pixels that fit well into the free memory; ``None``: not known.

    Args:
        bytes_each: from :func:`bytes_per_pixel`.
        device: where to compute.
    """
    free = free_memory(device)
    return None if bytes_each is None or free is None else _SHARE * free / bytes_each


def _left_in_container() -> int | None:
    """Bytes left of the limit of a container (cgroup v2); ``None`` without one."""
    try:
        limit = (_CGROUP / "memory.max").read_text().strip()
        if limit == "max":
            return None
        used = int((_CGROUP / "memory.current").read_text())
        # Files that were read are counted as used, but the kernel drops them when memory is short.
        stat = dict(line.split() for line in (_CGROUP / "memory.stat").read_text().splitlines())
        return max(0, int(limit) - used + int(stat.get("inactive_file", 0)))
    except (OSError, ValueError):
        return None


class _LiveBytes(TorchFunctionMode):
    """Counts the bytes of the tensors that are alive, each memory once."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0
        self._now = 0
        self._owners: Counter[int] = Counter()

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        result = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, Tensor):
                self._add(tensor)
        return result

    def _add(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        if not self._owners[key]:
            self._now += size
            self.most = max(self.most, self._now)
        self._owners[key] += 1
        weakref.finalize(tensor, self._remove, key, size)

    def _remove(self, key: int, size: int) -> None:
        self._owners[key] -= 1
        if not self._owners[key]:
            self._now -= size
