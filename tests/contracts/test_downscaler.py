"""The contract of every downscaler: size, range, refusals, gradients."""

from typing import Any

import pytest
import torch
from leaves import built, leaves


@pytest.fixture(params=leaves("downscaler"), scope="module")
def leaf(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=[2, 4], scope="module", ids="x{}".format)
def downscaler(request: pytest.FixtureRequest, leaf: str) -> Any:
    torch.manual_seed(0)
    return built(leaf, scale=request.param)


def test_reduces_by_its_scale_and_stays_in_range(leaf: str, downscaler: Any) -> None:
    hr = torch.rand(2, 3, 24, 40)
    for training in (True, False):
        output = downscaler.train(training)(hr)
        expected = (2, 3, 24 // downscaler.scale, 40 // downscaler.scale)
        assert output.shape == expected, f"{leaf}: got {tuple(output.shape)}, not {expected}"
        assert output.min() >= 0, f"{leaf}: the output must be in [0, 1]"
        assert output.max() <= 1, f"{leaf}: the output must be in [0, 1]"
        assert output.std() > 0, f"{leaf}: the output is constant"


@pytest.mark.parametrize("size", [(24, 21), (23, 24)], ids=str)
def test_sides_that_are_no_multiple_of_the_scale_are_refused(
    leaf: str, downscaler: Any, size: tuple[int, int]
) -> None:
    with pytest.raises(ValueError, match=rf"multiples of {downscaler.scale}, got {size[0]} x"):
        downscaler(torch.rand(1, 3, *size))


def test_every_parameter_and_the_image_get_a_gradient(leaf: str, downscaler: Any) -> None:
    # Under DDP a parameter without gradient stops the run; without that of the image,
    # the super-resolution network learns nothing from the cycle.
    hr = torch.rand(2, 3, 24, 24, requires_grad=True)
    names, parameters = zip(*downscaler.named_parameters(), strict=True)
    loss = downscaler.train()(hr).square().mean()
    gradients = torch.autograd.grad(loss, (hr, *parameters), allow_unused=True)
    for name, gradient in zip(("image", *names), gradients, strict=True):
        assert gradient is not None, f"{leaf}: no gradient reaches {name}"
        assert gradient.isfinite().all(), f"{leaf}: the gradient of {name} is not finite"
        assert gradient.any(), f"{leaf}: the gradient of {name} is zero"


@torch.no_grad()
def test_state_dict_round_trip(leaf: str, downscaler: Any) -> None:
    torch.manual_seed(1)
    other, hr = built(leaf, scale=downscaler.scale).eval(), torch.rand(1, 3, 24, 24)
    assert not torch.equal(other(hr), downscaler.eval()(hr)), f"{leaf}: the weights change nothing"
    other.load_state_dict(downscaler.state_dict(), strict=True)
    same = torch.equal(other(hr), downscaler(hr))
    assert same, f"{leaf}: the state dict does not hold all that decides the output"
