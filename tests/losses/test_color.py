import json
from pathlib import Path

import numpy as np
import pytest
import torch

from srrescgan.losses import ColorLoss


@pytest.mark.reference
def test_equals_the_reference(shared: Path) -> None:
    goldens = np.load(shared / "goldens/misc_modules.npz")
    a, b = (torch.from_numpy(goldens[key]).float() / 255 for key in ("loss_a", "loss_b"))
    expected = json.loads((shared / "goldens/misc_scalars.json").read_text())["losses"]
    assert ColorLoss()(a, b).item() == pytest.approx(expected["dsgan_color"], rel=1e-5)


def test_is_the_difference_of_box_means() -> None:
    sr, hr = torch.rand(2, 2, 3, 9, 8).unbind(0)
    means = [
        torch.stack(
            [x[..., i : i + 3, j : j + 3].mean((-2, -1)) for i in range(7) for j in range(6)]
        )
        for x in (sr, hr)
    ]
    expected = 2.5 * (means[0] - means[1]).abs().mean()
    torch.testing.assert_close(ColorLoss(weight=2.5, kernel_size=3)(sr, hr), expected)


def test_details_finer_than_the_box_cost_nothing() -> None:
    grey = torch.full((1, 3, 20, 20), 0.5)
    stripes = grey.clone()
    stripes[..., ::5] += 0.2  # period 5: each box holds the same
    shifted = stripes.roll(1, -1)
    assert ColorLoss()(stripes, shifted).item() == pytest.approx(0, abs=1e-6)
    assert ColorLoss()(stripes, grey).item() == pytest.approx(0.04, rel=1e-4)


@pytest.mark.reference
def test_padded_it_compares_what_the_reference_filters(shared: Path) -> None:
    goldens = np.load(shared / "goldens/misc_modules.npz")
    image, low = (torch.from_numpy(goldens[key]).float() for key in ("filter_in", "fs.FilterLow9"))
    # Against a black image the loss is the mean of the filtered one.
    loss = ColorLoss(weight=3.0, kernel_size=9, pad=True)(image, torch.zeros_like(image))
    assert loss.item() == pytest.approx(3 * low.abs().mean().item(), rel=1e-6)
