"""The U-Net discriminator: keys of the released files, layers, spectral normalization."""

import pytest
import torch
import torch.nn.functional as F

from srrescgan.discriminators import UNetDiscriminator
from srrescgan.layers import HighPass


def test_has_the_parameters_and_the_keys_of_the_released_file() -> None:
    network = UNetDiscriminator()
    assert sum(p.numel() for p in network.parameters()) == 4_376_897
    normed = [f"conv{index}.weight_{part}" for index in range(1, 9) for part in ("orig", "u", "v")]
    plain = [f"conv{index}.{part}" for index in (0, 9) for part in ("weight", "bias")]
    assert sorted(network.state_dict()) == sorted(normed + plain)


@torch.no_grad()
def test_adds_the_layer_of_the_same_size_after_each_upsampling() -> None:
    network = UNetDiscriminator(features=4)
    for _ in range(3):  # the initial estimate of the singular values is random, and may be tiny
        network(torch.rand(1, 3, 8, 8))
    network.eval()
    state = network.state_dict()

    def conv(x: torch.Tensor, index: int, **options: int) -> torch.Tensor:
        weight = state[f"conv{index}.weight_orig"]
        sigma = state[f"conv{index}.weight_u"] @ weight.flatten(1) @ state[f"conv{index}.weight_v"]
        return F.leaky_relu(F.conv2d(x, weight / sigma, padding=1, **options), 0.2)

    image = torch.rand(1, 3, 24, 16)
    x0 = F.leaky_relu(F.conv2d(image, state["conv0.weight"], state["conv0.bias"], padding=1), 0.2)
    x1 = conv(x0, 1, stride=2)
    x2 = conv(x1, 2, stride=2)
    x = conv(x2, 3, stride=2)
    for index, skip in ((4, x2), (5, x1), (6, x0)):
        x = conv(F.interpolate(x, scale_factor=2, mode="bilinear"), index) + skip
    x = conv(conv(x, 7), 8)
    expected = F.conv2d(x, state["conv9.weight"], state["conv9.bias"], padding=1)
    torch.testing.assert_close(network(image), expected, rtol=1e-5, atol=1e-6)


@torch.no_grad()
def test_training_divides_each_weight_by_its_largest_singular_value() -> None:
    network = UNetDiscriminator(features=2)
    for _ in range(100):
        network(torch.rand(1, 3, 8, 8))
    for index in range(1, 9):
        weight = network.get_submodule(f"conv{index}").weight.flatten(1)
        assert torch.linalg.matrix_norm(weight, 2).item() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("size", [(8, 8), (9, 15), (17, 32)], ids=str)
@torch.no_grad()
def test_images_of_any_size_from_eight_pixels(size: tuple[int, int]) -> None:
    assert UNetDiscriminator(features=2)(torch.rand(2, 3, *size)).shape == (2, 1, *size)


def test_smaller_images_and_no_features_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 8 x 8 pixels, got 8 x 7"):
        UNetDiscriminator(features=2)(torch.rand(1, 3, 8, 7))
    with pytest.raises(ValueError, match="features must be 1 or more, got 0"):
        UNetDiscriminator(features=0)


@torch.no_grad()
def test_looks_through_its_filter() -> None:
    network = UNetDiscriminator(features=2, input_filter=HighPass(5)).eval()
    image = torch.rand(1, 3, 16, 16)
    filtered = network(image)
    network.input_filter = None
    assert torch.equal(network(HighPass(5)(image)), filtered)
    assert not torch.equal(network(image), filtered)
