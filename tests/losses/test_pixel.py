import json

import numpy as np
import pytest
import torch

from srrescgan.losses import PixelLoss


@pytest.mark.reference
def test_l1_of_the_reference(shared):
    arrays = np.load(shared / "goldens" / "misc_modules.npz")
    a, b = (torch.from_numpy(arrays[key]).float() / 255 for key in ("loss_a", "loss_b"))
    golden = json.loads((shared / "goldens" / "misc_scalars.json").read_text())["losses"]["L1"]
    loss = PixelLoss(weight=1.0, value_range=255.0)
    assert loss(a, b).item() == pytest.approx(golden, rel=1e-6)


def test_the_default_weight_is_ten():
    black, grey = torch.zeros(2, 3, 4, 4), torch.full((2, 3, 4, 4), 0.5)
    assert PixelLoss()(grey, black).item() == 5.0
    assert PixelLoss(weight=2.0, value_range=255.0)(grey, black).item() == 255.0
