import numpy as np
import torch

from srrescgan.images import to_tensor, to_uint8


def test_every_level_survives_the_round_trip():
    image = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    tensor = to_tensor(image)
    assert tensor.shape == (3, 16, 16)
    assert tensor.dtype == torch.float32
    assert (tensor.min(), tensor.max()) == (0, 1)
    np.testing.assert_array_equal(to_uint8(tensor), image)


def test_to_uint8_rounds_halves_to_even_and_clamps():
    levels = torch.tensor([0.4, 0.5, 1.5, 2.5, 254.5, 300.0, -3.0], dtype=torch.float64) / 255
    assert (levels.float() * 255)[1:5].tolist() == [0.5, 1.5, 2.5, 254.5]  # still exact halves
    assert to_uint8(levels.view(1, 1, -1)).ravel().tolist() == [0, 0, 2, 2, 254, 255, 0]
