"""Which numbers are computed, and what they are called."""

import pytest
import torch

from srrescgan.errors import ConfigError
from srrescgan.metrics import PSNR, SSIM, Protocol
from srrescgan.metrics.scorecard import score, scorecard


def test_every_metric_is_computed_under_every_protocol() -> None:
    protocols = {"rgb8": Protocol(), "y_border4": Protocol(channel="y", border=4)}
    card = scorecard({"psnr": PSNR, "ssim": SSIM}, protocols)
    assert list(card) == ["rgb8/psnr", "rgb8/ssim", "y_border4/psnr", "y_border4/ssim"]
    sr, hr = torch.rand(2, 1, 3, 32, 32)
    values = {key: score(metric, sr, {"hr": hr}).item() for key, metric in card.items()}
    assert len(set(values.values())) == 4
    assert values["y_border4/psnr"] == PSNR(protocols["y_border4"])(sr, hr).item()


def test_without_a_reference_there_is_no_score() -> None:
    (metric,) = scorecard({"psnr": PSNR}, {"rgb8": Protocol()}).values()
    assert score(metric, torch.rand(1, 3, 8, 8), {"lr": torch.rand(1, 3, 2, 2)}) is None


def test_a_number_without_protocol_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"protocol=\[\]"):
        scorecard({"psnr": PSNR}, {})
    assert scorecard({}, {}) == {}


def test_a_name_means_one_network() -> None:
    class Other(PSNR):
        reserved_name = "other_psnr"

    assert scorecard({"other_psnr": Other}, {"rgb8": Protocol()})
    with pytest.raises(ConfigError, match=r"metric.psnr computes other_psnr"):
        scorecard({"psnr": Other}, {"rgb8": Protocol()})
