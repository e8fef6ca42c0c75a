import numpy as np
import pytest
import torch

from srrescgan.losses import LSGAN, WGANGP, HingeGAN, RelativisticAverageGAN, VanillaGAN

LOSSES = [VanillaGAN, RelativisticAverageGAN, LSGAN, HingeGAN, WGANGP]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# (generator, discriminator) as written in each paper, in numpy.
FORMULAS = {
    VanillaGAN: lambda x, y: (
        -np.log(sigmoid(y)).mean(),
        -np.log(sigmoid(x)).mean() - np.log(1 - sigmoid(y)).mean(),
    ),
    LSGAN: lambda x, y: (
        0.5 * ((y - 1) ** 2).mean(),
        0.5 * ((x - 1) ** 2).mean() + 0.5 * (y**2).mean(),
    ),
    HingeGAN: lambda x, y: (
        -y.mean(),
        np.maximum(0, 1 - x).mean() + np.maximum(0, 1 + y).mean(),
    ),
    WGANGP: lambda x, y: (-y.mean(), y.mean() - x.mean()),
}


@pytest.mark.parametrize("loss", FORMULAS)
@pytest.mark.parametrize("shape", [(4, 1), (3, 1, 5, 6)])
def test_formula(loss, shape):
    rng = np.random.default_rng(1)
    real, fake = rng.normal(1, 2, shape), rng.normal(-1, 2, shape)
    generator, discriminator = FORMULAS[loss](real, fake)
    gan = loss(weight=0.5)
    real, fake = torch.from_numpy(real), torch.from_numpy(fake)
    assert gan.generator(real, fake).item() == pytest.approx(0.5 * generator, rel=1e-12)
    assert gan.discriminator(real, fake).item() == pytest.approx(discriminator, rel=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_each_side_pulls_its_way(loss):
    gan = loss(weight=1.0)
    real = torch.tensor([[0.3], [-0.2]], requires_grad=True)
    # Inside every margin and short of every target: LSGAN pulls fakes to 0, hinge stops at -1.
    fake = torch.tensor([[0.1], [0.4]], requires_grad=True)
    gan.generator(real.detach(), fake).backward()
    assert (fake.grad < 0).all()  # descending raises fake logits
    fake.grad = None
    gan.discriminator(real, fake).backward()
    assert (real.grad < 0).all()
    assert (fake.grad > 0).all()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("size", [1e4, -1e4])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_large_logits_stay_finite(loss, size, dtype):
    gan = loss(weight=1.0)
    real = torch.full((2, 1), size, dtype=dtype, requires_grad=True)
    fake = torch.full((2, 1), -size, dtype=dtype, requires_grad=True)
    total = gan.generator(real.detach(), fake) + gan.discriminator(real, fake)
    total.backward()
    assert torch.isfinite(total)
    assert torch.isfinite(real.grad).all()
    assert torch.isfinite(fake.grad).all()


@pytest.mark.parametrize("loss", [VanillaGAN, RelativisticAverageGAN, LSGAN, HingeGAN])
def test_only_wgan_has_a_penalty(loss):
    image = torch.rand(1, 3, 4, 4)
    assert loss().penalty(lambda x: x.mean(), image, image) is None
