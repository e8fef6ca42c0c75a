import pytest
import torch
from torch import nn

from srrescgan.losses import WGANGP


def linear_critic(factor):
    """C(x) = <w, x>: the gradient is w wherever it is taken."""
    weight = torch.ones(3 * 4 * 4, dtype=torch.float64, requires_grad=True)
    with torch.no_grad():
        weight *= factor / weight.norm()
    return weight, lambda x: x.flatten(1) @ weight[:, None]


@pytest.mark.parametrize("norm", [0.25, 1.0, 3.0])
def test_penalty_of_a_linear_critic(norm):
    weight, critic = linear_critic(norm)
    hr, sr = torch.rand(2, 5, 3, 4, 4, dtype=torch.float64)
    penalty = WGANGP(penalty_weight=7.0).penalty(critic, hr, sr)
    assert penalty.item() == pytest.approx(7 * (norm - 1) ** 2, abs=1e-12)
    penalty.backward()
    # d/dw 7 (|w| - 1)^2 = 14 (|w| - 1) w / |w|
    expected = 14 * (norm - 1) * weight.detach() / norm
    assert torch.allclose(weight.grad, expected, atol=1e-12)


def test_norm_is_per_sample():
    # C(x_b) = slope_b * sum(x_b) / sqrt(48): gradient norms 1, 2 and 4.
    slopes = torch.tensor([1.0, 2.0, 4.0]).view(3, 1)
    hr, sr = torch.rand(2, 3, 3, 4, 4)
    penalty = WGANGP(penalty_weight=1.0).penalty(
        lambda x: slopes * x.sum((1, 2, 3))[:, None] / 48**0.5, hr, sr
    )
    assert penalty.item() == pytest.approx((0 + 1 + 9) / 3, rel=1e-5)


def test_places_differ_between_samples_and_lie_between_the_images():
    seen = []

    def critic(x):
        seen.append(x.detach())
        return x.sum((1, 2, 3))

    WGANGP().penalty(critic, torch.ones(64, 3, 4, 4), torch.zeros(64, 3, 4, 4))
    (places,) = seen
    assert (places == places[:, :1, :1, :1]).all()  # one coefficient per sample
    assert places.min() >= 0
    assert places.max() <= 1
    assert places[:, 0, 0, 0].std() > 0.1


def test_patch_maps_count_as_their_mean():
    hr, sr = torch.rand(2, 2, 1, 4, 4)
    # Map of 16 patches, each 4 x its pixel: the mean's gradient is 1/4 per pixel, of norm 1.
    penalty = WGANGP().penalty(lambda x: 4 * x, hr, sr)
    assert penalty.item() == pytest.approx(0, abs=1e-10)


def test_flat_critic_gives_no_nan():
    critic = nn.Sequential(nn.Flatten(), nn.Linear(48, 1))
    nn.init.zeros_(critic[1].weight)
    WGANGP().penalty(critic, *torch.rand(2, 2, 3, 4, 4)).backward()
    assert torch.isfinite(critic[1].weight.grad).all()


def test_trains_a_convolutional_critic():
    critic = nn.Sequential(nn.Conv2d(3, 4, 3), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(16, 1))
    WGANGP().penalty(critic, *torch.rand(2, 2, 3, 4, 4)).backward()
    assert critic[0].weight.grad.abs().sum() > 0
