"""Error maps: the error of each pixel of a super-resolved picture."""

from collections.abc import Callable, Iterable

import numpy as np
import torch

from srrescgan.images import to_tensor
from srrescgan.layers.lpips_network import lpips_network
from srrescgan.metrics import LPIPS
from srrescgan.types import Metric

ErrorMap = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""``(sr, hr)``, both ``(H, W, 3)`` uint8, to the error of each pixel, ``(H, W)``."""


def squared_error(sr: np.ndarray, hr: np.ndarray) -> np.ndarray:
    """Squared difference, averaged over the channels.

    Shape:
        - sr, hr: ``(H, W, 3)`` uint8.
        - Output: ``(H, W)`` float64, in squared gray levels.
    """
    return np.square(sr.astype(np.float64) - hr).mean(axis=2)


def lpips_map(metrics: Iterable[Metric], device: torch.device) -> ErrorMap | None:
    """LPIPS of each pixel, by the network of the first LPIPS metric; ``None`` if there is none.

    Distances in the network's coarser layers are spread over the pixels that they come from.

    Args:
        metrics: the metrics of the evaluation.
        device: where the maps are computed.
    """
    first = next((metric for metric in metrics if isinstance(metric, LPIPS)), None)
    if first is None:
        return None
    network = lpips_network(first.net, first.weights, spatial=True)

    @torch.inference_mode()
    def distance(sr: np.ndarray, hr: np.ndarray) -> np.ndarray:
        pair = (2 * to_tensor(picture)[None].to(device) - 1 for picture in (sr, hr))
        return network(*pair)[0, 0].cpu().numpy()

    return distance
