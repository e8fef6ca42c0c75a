"""Where in a picture its perceptual distance comes from."""

import numpy as np
import torch

from srrescgan.eval.error_maps import lpips_map, squared_error
from srrescgan.images import to_tensor
from srrescgan.metrics import LPIPS, PSNR, Protocol

CPU = torch.device("cpu")


def test_the_distance_is_where_the_pictures_differ_and_its_mean_is_the_metric() -> None:
    metric = LPIPS(Protocol(), "alex", "random")
    hr = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    sr = hr.copy()
    sr[56:72, 88:104] = 128
    distance = lpips_map([PSNR(Protocol()), metric], CPU)(sr, hr)
    assert distance.shape == (96, 128)
    assert distance[60:68, 92:100].mean() > 5 * distance[:40, :60].mean()
    assert lpips_map([metric], CPU)(hr, hr).max() == 0
    # The metric takes the mean of each layer before it is spread, which is nearly the same.
    score = metric(*(to_tensor(picture)[None] for picture in (sr, hr))).item()
    assert abs(distance.mean() - score) < 0.1 * score


def test_without_such_a_metric_there_is_no_map() -> None:
    assert lpips_map([PSNR(Protocol())], CPU) is None


def test_the_squared_error_does_not_wrap_around() -> None:
    black, white = np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 255, np.uint8)
    assert (squared_error(black, white) == 255**2).all()
    assert (squared_error(white, black) == 255**2).all()
