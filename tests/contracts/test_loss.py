"""The contract of every loss: a finite scalar whose gradient goes to the output alone."""

import pytest
import torch
from leaves import built, leaves
from torch import Tensor, nn
from torch.nn import functional as F


@pytest.fixture(params=leaves("loss"), scope="module")
def leaf(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def loss(leaf: str) -> nn.Module:
    return built(leaf)


@pytest.fixture
def images() -> tuple[Tensor, Tensor]:
    """A noisy image and the true one, ``(2, 3, 64, 64)``."""
    hr = F.interpolate(torch.rand(2, 3, 8, 8), scale_factor=8, mode="bilinear")
    return (hr + 0.1 * torch.randn_like(hr)).clamp(0, 1), hr


def leaf_tensors(result: Tensor) -> list[Tensor]:
    """Every tensor that ``backward`` would give a gradient to, as autograd's graph has it."""
    found: list[Tensor] = []
    waiting, done = [result.grad_fn], set()
    while waiting:
        function = waiting.pop()
        if function is None or function in done:
            continue
        done.add(function)
        if hasattr(function, "variable"):
            found.append(function.variable)
        waiting += [before for before, _ in function.next_functions]
    return found


def test_is_a_finite_scalar(leaf: str, loss: nn.Module, images: tuple[Tensor, Tensor]) -> None:
    value = loss(*images)
    assert value.shape == (), f"{leaf}: a loss is a scalar, got shape {tuple(value.shape)}"
    assert value.isfinite(), f"{leaf}: a loss is finite, got {value}"
    assert value.dtype is torch.float32, f"{leaf}: a loss is float32, got {value.dtype}"


def test_gradient_reaches_the_output_alone(
    leaf: str, loss: nn.Module, images: tuple[Tensor, Tensor]
) -> None:
    sr, hr = images[0].requires_grad_(), images[1]
    value = loss(sr, hr)
    reached = leaf_tensors(value)
    assert any(tensor is sr for tensor in reached), f"{leaf}: no gradient reaches sr"
    others = [tuple(tensor.shape) for tensor in reached if tensor is not sr]
    assert not others, f"{leaf}: gradient must reach sr only, but reaches tensors of {others}"
    (gradient,) = torch.autograd.grad(value.sum(), sr)
    assert gradient.isfinite().all(), f"{leaf}: the gradient of sr is not finite"
    assert gradient.any(), f"{leaf}: the gradient of sr is zero"


def test_leaves_the_images_unchanged(
    leaf: str, loss: nn.Module, images: tuple[Tensor, Tensor]
) -> None:
    before = [image.clone() for image in images]
    loss(*images)
    unchanged = all(map(torch.equal, images, before))
    assert unchanged, f"{leaf}: a loss must not write into its images"


def test_a_perfect_image_costs_less_than_a_noisy_one(
    leaf: str, loss: nn.Module, images: tuple[Tensor, Tensor]
) -> None:
    sr, hr = images
    perfect, noisy = loss(hr, hr).mean().item(), loss(sr, hr).mean().item()
    assert perfect < noisy, f"{leaf}: hr itself costs {perfect}, a noisy image only {noisy}"


def test_gradient_is_finite_for_a_perfect_image(
    leaf: str, loss: nn.Module, images: tuple[Tensor, Tensor]
) -> None:
    # A square root or a division by the difference has no gradient there.
    sr = images[1].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(sr, images[1]).sum(), sr)
    assert gradient.isfinite().all(), f"{leaf}: the gradient is not finite where sr equals hr"
