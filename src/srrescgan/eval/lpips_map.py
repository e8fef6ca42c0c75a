"""Where in a picture its perceptual distance comes from."""

from collections.abc import Iterable

import numpy as np
import torch

from srrescgan.eval.crops import ErrorMap
from srrescgan.images import to_tensor
from srrescgan.layers.lpips_network import lpips_network
from srrescgan.metrics import LPIPS
from srrescgan.types import Metric


def lpips_map(metrics: Iterable[Metric], device: torch.device) -> ErrorMap | None:
    """LPIPS pixel by pixel, with the network of the first such metric; ``None`` if there is none.

    Distances of the network's coarser layers are spread over the pixels that they come from.

    Args:
        metrics: what is measured.
        device: where it is computed.
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
