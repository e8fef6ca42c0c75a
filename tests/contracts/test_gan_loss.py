"""The contract of every adversarial loss: what each side minimizes, and which way it pulls."""

import pytest
import torch
from leaves import built, leaves
from torch import nn

from srrescgan.losses import GANLoss

SHAPES = [(2, 1), (2, 1, 6, 5)]  # one logit per image, a map of patches


@pytest.fixture(params=leaves("gan_loss"), scope="module")
def leaf(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def loss(leaf: str) -> GANLoss:
    return built(leaf)


@pytest.mark.parametrize("side", ["generator", "discriminator"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("spread", [1, 100])
def test_each_side_is_a_finite_scalar_with_finite_gradients(
    leaf: str, loss: GANLoss, side: str, shape: tuple[int, ...], spread: float
) -> None:
    real = (spread * torch.randn(shape)).requires_grad_(side == "discriminator")
    fake = (spread * torch.randn(shape)).requires_grad_()
    value = getattr(loss, side)(real, fake)
    assert value.shape == (), f"{leaf}: {side}() is a scalar, got shape {tuple(value.shape)}"
    assert value.isfinite(), f"{leaf}: {side}() is finite, got {value} for logits up to {spread}"
    for name, logits in (("real", real), ("fake", fake)):
        if logits.requires_grad:
            (gradient,) = torch.autograd.grad(value, logits, retain_graph=True)
            assert gradient.isfinite().all(), f"{leaf}: {side}(): {name} gradient is not finite"


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_networks_have_opposite_gradients(
    leaf: str, loss: GANLoss, shape: tuple[int, ...]
) -> None:
    # Between the targets 0 and 1 of least squares, which pull back what is beyond.
    real = torch.full(shape, 0.75, requires_grad=True)
    fake = torch.full(shape, 0.25, requires_grad=True)
    (fooled,) = torch.autograd.grad(loss.generator(real.detach(), fake), fake)
    assert (fooled < 0).all(), f"{leaf}: generator() must fall as fake logits rise"
    on_real, on_fake = torch.autograd.grad(loss.discriminator(real, fake), (real, fake))
    assert (on_real < 0).all(), f"{leaf}: discriminator() must fall as real logits rise"
    assert (on_fake > 0).all(), f"{leaf}: discriminator() must rise as fake logits rise"


def test_says_whether_the_generator_looks_at_real_logits(leaf: str, loss: GANLoss) -> None:
    fake = torch.randn(2, 1)
    depends = loss.generator(torch.randn(2, 1), fake) != loss.generator(torch.zeros(2, 1), fake)
    assert bool(depends) == loss.relativistic, (
        f"{leaf}: relativistic is {loss.relativistic}, but generator() "
        f"{'depends' if depends else 'does not depend'} on the real logits"
    )


def test_weight_scales_the_generators_term_only(leaf: str) -> None:
    single, triple = built(leaf), built(leaf)
    triple.weight = 3 * single.weight
    real, fake = torch.randn(2, 2, 1).unbind()
    expected = 3 * single.generator(real, fake)
    close = torch.isclose(triple.generator(real, fake), expected)
    assert close, f"{leaf}: weight must be a factor of generator()"
    same = torch.equal(triple.discriminator(real, fake), single.discriminator(real, fake))
    assert same, f"{leaf}: weight must not change discriminator()"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_half_precision_logits_are_computed_in_float32(
    leaf: str, loss: GANLoss, dtype: torch.dtype
) -> None:
    real, fake = (300 * torch.ones(2, 2, 1, dtype=dtype)).unbind()
    for side in ("generator", "discriminator"):
        value = getattr(loss, side)(real, -fake)
        assert value.dtype is torch.float32, f"{leaf}: {side}() gives {value.dtype}, not float32"
        assert value.isfinite(), f"{leaf}: {side}() overflows {dtype}"


def test_penalty_is_a_finite_scalar_that_trains_the_discriminator(leaf: str, loss: GANLoss) -> None:
    discriminator = nn.Sequential(nn.Conv2d(3, 4, 3), nn.LeakyReLU(), nn.Conv2d(4, 1, 3))
    penalty = loss.penalty(discriminator, torch.rand(2, 3, 12, 12), torch.rand(2, 3, 12, 12))
    if penalty is None:
        return
    assert penalty.shape == (), f"{leaf}: penalty() is a scalar, got {tuple(penalty.shape)}"
    assert penalty.isfinite(), f"{leaf}: penalty() is {penalty}"
    (gradient,) = torch.autograd.grad(penalty, discriminator[0].weight)
    assert gradient.isfinite().all(), f"{leaf}: the gradient of penalty() is not finite"
