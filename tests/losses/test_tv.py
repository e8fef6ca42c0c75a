import json

import numpy as np
import pytest
import torch

from srrescgan.losses import TVLoss


@pytest.mark.reference
def test_tv_of_the_reference(shared):
    arrays = np.load(shared / "goldens" / "misc_modules.npz")
    a, b = (torch.from_numpy(arrays[key]).float() / 255 for key in ("loss_a", "loss_b"))
    golden = json.loads((shared / "goldens" / "misc_scalars.json").read_text())["losses"]
    loss = TVLoss(value_range=255.0)
    assert loss(a, b).item() == pytest.approx(golden["TV_L1LOSS"], rel=1e-6)


def test_both_sums_are_divided_by_the_number_of_pixels():
    # One bright pixel inside: two steps of 1 along each axis, 4 x 5 values.
    sr = torch.zeros(1, 1, 4, 5)
    sr[0, 0, 2, 2] = 1
    assert TVLoss(weight=3.0)(sr, torch.zeros_like(sr)).item() == pytest.approx(3 * 4 / 20)


def test_constant_offset_costs_nothing():
    hr = torch.rand(1, 3, 8, 8, dtype=torch.float64).float().mul(16).round() / 32
    assert TVLoss()(hr + 0.5, hr).item() == 0.0


def test_many_half_precision_pixels_do_not_overflow():
    stripes = (torch.arange(512) % 2).half().expand(1, 3, 512, 512)
    expected = 511 / 512
    assert TVLoss()(stripes, torch.zeros_like(stripes)).item() == pytest.approx(expected)
