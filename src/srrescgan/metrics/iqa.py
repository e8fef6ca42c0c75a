"""Any metric of the pyiqa package."""

from typing import Any

import torch
from torch import Tensor

from srrescgan.errors import BackboneUnavailableError, ConfigError
from srrescgan.metrics.image_metric import ImageMetric
from srrescgan.metrics.protocol import Protocol


class IQA(ImageMetric):
    """A metric of pyiqa (IQA-PyTorch): MUSIQ, MANIQA, CLIP-IQA and some hundred others.

    An optional extra: pyiqa has the PolyForm Noncommercial license, which is not free software. It
    is not installed with srrescgan, and nothing else here needs it. Most of its metrics download
    weights on first use. Always on RGB, whatever the protocol's channel; its border applies, and
    its rounding unless its ``network_input`` is ``float``.

    Args:
        protocol: how images are prepared.
        metric: its name in pyiqa.

    Shape:
        - sr, and hr for metrics with a reference: ``(B, 3, H, W)``, RGB in [0, 1]; the minimum
          size depends on the metric.
        - Output: ``(B,)`` float64. pyiqa says whether higher is better and whether the metric has
          a reference.

    Raises:
        BackboneUnavailableError: pyiqa is not installed, or the metric's weights cannot be
            downloaded.
        ConfigError: pyiqa does not have the metric, or it scores sets of images instead of single
            ones.
        DataError: on call, as in :meth:`ImageMetric.__call__`.
    """

    higher_is_better = True  # replaced by what pyiqa says, as the reference
    decimals = 3
    description = "a metric of pyiqa"

    def __init__(self, protocol: Protocol, metric: str = "musiq") -> None:
        super().__init__(protocol.for_networks())
        try:
            import pyiqa
        except ImportError as error:
            raise BackboneUnavailableError(
                f"metric {metric!r} needs the package pyiqa, which cannot be imported ({error}). "
                "Its license, PolyForm Noncommercial, forbids commercial use; if that is fine:"
                " pip install 'srrescgan[iqa]'"
            ) from error
        if "fid" in metric or metric == "inception_score":
            raise ConfigError(
                f"{metric} scores sets of pictures; a metric here scores single pictures"
            )
        known = pyiqa.list_models()
        if metric not in known:
            raise ConfigError(
                f"pyiqa {pyiqa.__version__} has no metric {metric!r}; choose from "
                f"{', '.join(known)}"
            )
        try:
            self.network: Any = pyiqa.create_metric(metric, device=torch.device("cpu"))
        # The error of a failed download depends on where the weights come from.
        except Exception as error:
            raise BackboneUnavailableError(
                f"pyiqa cannot make its metric {metric!r}: {error}. Most of its metrics download "
                "weights on first use: run it once on a machine with internet and copy the caches"
            ) from error
        self.metric = metric
        self.reference = {"FR": "hr", "NR": None}[self.network.metric_mode]
        self.higher_is_better = not self.network.lower_better
        self.description = f"{metric} of pyiqa {pyiqa.__version__} (PolyForm Noncommercial), on RGB"

    def score(self, *pictures: Tensor) -> Tensor:
        """Score one image."""
        self.network.to(pictures[0].device)
        return self.network(*(picture.float() for picture in pictures))
