"""The contract of every generator: size, range, state, and tiles that equal the whole."""

import re
from typing import Any

import pytest
import torch
from leaves import built_small, leaves
from reach import reach
from torch import Tensor, nn

from srrescgan.inference import Predictor, UpscaleOptions
from srrescgan.ops.tile import in_tiles
from srrescgan.types import LocalGenerator, ProjectedGenerator, SRGenerator

SIZES = [(13, 17), (16, 9), (21, 32)]  # odd ones, and powers of two
LARGEST_MINIMUM = 32
"""Lr pixels. A network that needs more cannot be trained on patches of 128."""


@pytest.fixture(params=leaves("generator"), scope="module")
def leaf(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def generator(leaf: str) -> Any:
    return _trained(leaf, seed=0)


def _trained(leaf: str, seed: int) -> Any:
    """In eval mode, moved away from its initial values, which may be zero in the last layer."""
    torch.manual_seed(seed)
    network = built_small(leaf).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.01 * torch.randn_like(parameter)
    return network


@torch.no_grad()
def _minimum(generator: nn.Module) -> int:
    """Smallest side that the network accepts, in lr pixels."""
    for side in range(1, LARGEST_MINIMUM + 1):
        try:
            generator(torch.rand(1, 3, side, side))
        except ValueError:
            continue
        return side
    raise AssertionError(f"no square up to {LARGEST_MINIMUM} pixels is accepted")


def test_says_its_scale(leaf: str, generator: Any) -> None:
    assert isinstance(generator, SRGenerator), f"{leaf}: a generator has a scale"
    assert isinstance(generator.scale, int), f"{leaf}: scale is {generator.scale!r}, not an int"
    assert generator.scale >= 1, f"{leaf}: scale is {generator.scale}, expected 1 or more"


@torch.no_grad()
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_output_is_scale_times_the_size_in_range(
    leaf: str, generator: Any, size: tuple[int, int]
) -> None:
    height, width = (max(side, _minimum(generator)) for side in size)
    output = generator(torch.rand(2, 3, height, width))
    expected = (2, 3, generator.scale * height, generator.scale * width)
    assert output.shape == expected, (
        f"{leaf}: scale {generator.scale} promises {expected} for {height} x {width}, got "
        f"{tuple(output.shape)}"
    )
    assert output.dtype is torch.float32, f"{leaf}: the output is {output.dtype}, not float32"
    # Losses need what a network that does not clip returns beyond [0, 1].
    low, high = output.min().item(), output.max().item()
    assert low > -3, f"{leaf}: the output must be in [0, 1], about, got {low}"
    assert high < 4, f"{leaf}: the output must be in [0, 1], about, got {high}"


@torch.no_grad()
def test_too_small_an_image_is_refused_with_the_minimum(leaf: str, generator: Any) -> None:
    least = _minimum(generator)
    for side in range(least, least + 4):
        generator(torch.rand(1, 3, side, side + 1))
    for height, width in ((least - 1, least), (least, least - 1)) if least > 1 else ():
        message = _refusal(generator, height, width)
        assert message, f"{leaf}: {height} x {width} is accepted, {least - 1} x {least - 1} is not"
        says_it = re.search(r"at least \d+", message)
        assert says_it, f"{leaf}: the error must say 'at least N x N pixels', got: {message}"


def _refusal(generator: nn.Module, height: int, width: int) -> str:
    try:
        generator(torch.rand(1, 3, height, width))
    except ValueError as error:
        return str(error)
    return ""


@torch.no_grad()
def test_evaluates_alike_twice(leaf: str, generator: Any) -> None:
    lr = torch.rand(1, 3, 33, 35)
    same = torch.equal(generator(lr), generator(lr))
    assert same, f"{leaf}: in eval mode, two calls must give the same image"


@torch.no_grad()
def test_an_image_does_not_depend_on_its_batch(leaf: str, generator: Any) -> None:
    lr = torch.rand(3, 3, 33, 35)
    together, alone = generator(lr), torch.cat([generator(image[None]) for image in lr])
    difference = (together - alone).abs().max().item()
    assert difference < 1e-5, f"{leaf}: an image changes by {difference} with its batch"


@torch.no_grad()
def test_state_dict_round_trip(leaf: str, generator: Any) -> None:
    other = _trained(leaf, seed=1)
    lr = torch.rand(1, 3, 33, 35)
    assert not torch.equal(other(lr), generator(lr)), f"{leaf}: the weights change nothing"
    other.load_state_dict(generator.state_dict(), strict=True)
    same = torch.equal(other(lr), generator(lr))
    assert same, f"{leaf}: the state dict does not hold all that decides the output"


def test_every_parameter_learns(leaf: str, generator: Any) -> None:
    # Under DDP a parameter without gradient stops the run.
    output = generator(torch.rand(1, 3, 33, 35))
    names, parameters = zip(*generator.named_parameters(), strict=True)
    gradients = torch.autograd.grad(output.mean(), parameters, allow_unused=True)
    for name, gradient in zip(names, gradients, strict=True):
        assert gradient is not None, f"{leaf}: no gradient reaches the parameter {name}"
        assert gradient.isfinite().all(), f"{leaf}: the gradient of {name} is not finite"


def test_its_halo_is_how_far_it_looks(leaf: str, generator: Any) -> None:
    if not isinstance(generator, LocalGenerator):
        pytest.skip("says no halo")
    looks = max(reach(generator, generator.halo, seed) for seed in range(2))
    assert looks <= generator.halo, (
        f"{leaf}: halo is {generator.halo}, but an output pixel depends on the input {looks} "
        f"or more pixels away: tiles would show"
    )
    assert looks == generator.halo, (
        f"{leaf}: halo is {generator.halo}, but an output pixel depends on {looks} pixels around "
        f"it only: set halo to {looks}, or every tile computes too much"
    )


@torch.no_grad()
@pytest.mark.parametrize("tile", [5, 16])
def test_tiles_equal_the_whole(leaf: str, generator: Any, tile: int) -> None:
    if not isinstance(generator, LocalGenerator | ProjectedGenerator):
        pytest.skip("cannot be computed in tiles")
    lr = torch.rand(1, 3, 31, 38)
    whole = generator(lr)
    pairs = [(Predictor(generator, UpscaleOptions(tile=tile))(lr), whole.clamp(0, 1))]
    if isinstance(generator, LocalGenerator):
        pairs.append((in_tiles(generator, lr, tile, generator.halo, generator.scale), whole))
    for tiled, expected in pairs:
        difference = _largest_difference(leaf, tiled, expected)
        # Convolutions of other sizes add up in another order: some rounding steps of 6e-8.
        assert difference < 1e-5, f"{leaf}: tiles differ from the whole by {difference}"


def _largest_difference(leaf: str, tiled: Tensor, whole: Tensor) -> float:
    shapes = tuple(tiled.shape), tuple(whole.shape)
    assert tiled.shape == whole.shape, f"{leaf}: tiles and the whole have shapes {shapes}"
    return (tiled - whole).abs().max().item()
