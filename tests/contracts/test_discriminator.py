"""The contract of every discriminator: finite logits, and gradients everywhere."""

import pytest
import torch
from leaves import built_small, leaves
from torch import nn

PATCH = 128


@pytest.fixture(params=leaves("discriminator"), scope="module")
def leaf(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def discriminator(leaf: str) -> nn.Module:
    torch.manual_seed(0)
    return built_small(leaf, patch_size=PATCH)


@pytest.mark.parametrize("value", [None, 0.0, 1.0], ids=["noise", "black", "white"])
def test_logits_and_gradients_are_finite(
    leaf: str, discriminator: nn.Module, value: float | None
) -> None:
    image = (
        torch.rand(2, 3, PATCH, PATCH) if value is None else torch.full((2, 3, PATCH, PATCH), value)
    )
    image.requires_grad_()
    logits = discriminator.train()(image)
    assert logits.ndim >= 1, f"{leaf}: expected logits (2, ...) for two images, got a scalar"
    assert len(logits) == 2, f"{leaf}: expected logits (2, ...), got {tuple(logits.shape)}"
    assert logits.isfinite().all(), f"{leaf}: the logits are not finite"
    names, parameters = zip(*discriminator.named_parameters(), strict=True)
    gradients = torch.autograd.grad(logits.mean(), (image, *parameters), allow_unused=True)
    for name, gradient in zip(("image", *names), gradients, strict=True):
        assert gradient is not None, f"{leaf}: no gradient reaches {name}"
        assert gradient.isfinite().all(), f"{leaf}: the gradient of {name} is not finite"
    if value is None:
        assert gradients[0].any(), f"{leaf}: the gradient of the image is zero"


@torch.no_grad()
def test_evaluates_every_image_by_itself(leaf: str, discriminator: nn.Module) -> None:
    images = torch.rand(2, 3, PATCH, PATCH)
    together = discriminator.eval()(images)
    alone = torch.cat([discriminator(image[None]) for image in images])
    difference = (together - alone).abs().max().item()
    assert difference < 1e-4, f"{leaf}: in eval mode, logits change by {difference} with the batch"
    assert not torch.equal(together[0], together[1]), f"{leaf}: two images have the same logits"
