import numpy as np
import pytest
import torch

from srrescgan.layers import HighPass


@pytest.mark.reference
def test_at_255_it_is_the_filter_of_the_reference(shared):
    golden = np.load(shared / "goldens" / "misc_modules.npz")
    image = torch.from_numpy(golden["filter_in"]).float() / 255
    expected = torch.from_numpy(golden["fs.FilterHigh9"])
    torch.testing.assert_close(HighPass(9, value_range=255)(image), expected, rtol=0, atol=3e-4)


def test_stays_in_the_unit_range_by_default():
    result = HighPass(5)(torch.randint(0, 2, (2, 3, 16, 16)).float())
    assert 0 <= result.min() < 0.3
    assert 0.7 < result.max() <= 1
