import math

import pytest
import torch

from srrescgan.layers import project


def test_a_long_residual_gets_the_length_of_the_radius():
    residual = 100 * torch.randn(2, 3, 6, 5)
    sigma = torch.tensor([0.5, 2.0])
    result = project(residual, sigma, torch.tensor([0.7]))
    expected = math.exp(0.7) * sigma * math.sqrt(3 * 6 * 5 - 1)
    torch.testing.assert_close(result.flatten(1).norm(dim=1), expected)
    cosine = torch.cosine_similarity(result.flatten(1), residual.flatten(1))
    torch.testing.assert_close(cosine, torch.ones(2))


def test_a_short_residual_stays_as_it_is():
    residual = torch.randn(2, 3, 6, 5)
    assert torch.equal(project(residual, torch.tensor([50.0, 90.0]), torch.zeros(1)), residual)


@pytest.mark.parametrize(("length", "active"), [(100.0, True), (0.01, False)])
def test_alpha_learns_only_while_the_projection_is_active(length, active):
    alpha = torch.zeros(1, requires_grad=True)
    residual = length * torch.randn(1, 3, 6, 5)
    project(residual, torch.ones(1), alpha).sum().backward()
    assert (alpha.grad.item() != 0) == active


@pytest.mark.parametrize("sigma", [0.0, 1.0])
def test_a_residual_of_zero_gives_zero_and_finite_gradients(sigma):
    residual = torch.zeros(1, 3, 4, 4, requires_grad=True)
    alpha = torch.zeros(1, requires_grad=True)
    result = project(residual, torch.tensor([sigma]), alpha)
    result.sum().backward()
    assert torch.equal(result, torch.zeros_like(result))
    assert residual.grad.isfinite().all()
    assert alpha.grad.isfinite().all()


def test_is_float32_whatever_comes_in():
    residual = 100 * torch.randn(1, 3, 8, 8)
    residual = residual.to(torch.bfloat16)
    expected = project(residual.float(), torch.ones(1), torch.ones(1))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        result = project(residual, torch.ones(1), torch.ones(1))
    assert result.dtype == torch.float32
    assert torch.equal(result, expected)


def test_memory_format_does_not_matter():
    residual = 100 * torch.randn(2, 3, 8, 7)
    args = torch.ones(2), torch.zeros(1)
    result = project(residual.to(memory_format=torch.channels_last), *args)
    torch.testing.assert_close(result, project(residual, *args))
