import numpy as np
import pytest
import torch

from srrescgan.ops.ensemble import TRANSFORM_COUNT, transform, untransform


@pytest.mark.reference
@pytest.mark.parametrize("index", range(8))
def test_equals_the_reference(shared, index):
    golden = np.load(shared / "goldens" / "misc_io_dsgan.npz")
    image = torch.from_numpy(golden["aug_in"])
    assert np.array_equal(transform(image, index).numpy(), golden[f"aug_{index}"])


@pytest.mark.parametrize("index", range(8))
def test_can_be_undone(index):
    image = torch.rand(2, 3, 5, 7)
    assert torch.equal(untransform(transform(image, index), index), image)


def test_all_eight_differ():
    image = torch.rand(4, 4)
    seen = {tuple(transform(image, index).flatten().tolist()) for index in range(TRANSFORM_COUNT)}
    assert len(seen) == TRANSFORM_COUNT == 8


@pytest.mark.parametrize("function", [transform, untransform])
@pytest.mark.parametrize("index", [-1, 8])
def test_refuses_another_index(function, index):
    with pytest.raises(ValueError, match=f"0 to 7, got {index}"):
        function(torch.rand(4, 4), index)
