"""The contract of every degradation: a pure function of each image and its seed."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from leaves import built, leaves

from srrescgan.degradations import GaussianNoise
from srrescgan.generators import DSGANGenerator
from srrescgan.images import write_png
from srrescgan.types import Degradation
from srrescgan.weights.files import write_safetensors

SEEDS = [3, 2**62 + 9, 14]
SIZES = [(32, 48), (52, 36)]


@pytest.fixture(params=leaves("degradation"), scope="module")
def leaf(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def degradation(leaf: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("degradation")
    files = {"degradation_weights": str(_learned(folder)), "noise_source": str(_flat(folder))}
    return built(leaf, scale=4, **files)


def _learned(folder: Path) -> Path:
    """Weights for the degradations that are trained."""
    arguments = {"features": 4, "blocks": 1}
    config = {"_target_": "srrescgan.generators.DSGANGenerator", **arguments}
    torch.manual_seed(0)
    write_safetensors(
        DSGANGenerator(**arguments).state_dict(), config, folder / "degradation.safetensors"
    )
    return folder / "degradation.safetensors"


def _flat(folder: Path) -> Path:
    """Photographs for the degradations that inject their noise."""
    levels = np.random.default_rng(0).integers(120, 132, (256, 512, 3)).astype(np.uint8)
    write_png(folder / "noise" / "wall.png", levels)
    return folder / "noise"


def _random_states() -> tuple[Any, ...]:
    numpy_name, numpy_keys, *numpy_rest = np.random.get_state()  # noqa: NPY002
    return (
        torch.get_rng_state().tolist(),
        (numpy_name, numpy_keys.tolist(), numpy_rest),
        random.getstate(),
    )


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_output_is_in_range_and_smaller_by_the_scale(
    leaf: str, degradation: Any, size: tuple[int, int]
) -> None:
    assert isinstance(degradation, Degradation), f"{leaf}: a degradation has a scale"
    hr = torch.rand(3, 3, *size).round()  # black and white: filters overshoot
    before = hr.clone()
    lr = degradation(hr, SEEDS)
    expected = (3, 3, *(side // degradation.scale for side in size))
    assert lr.shape == expected, (
        f"{leaf}: scale {degradation.scale} promises {expected}, got {tuple(lr.shape)}"
    )
    assert lr.dtype is torch.float32, f"{leaf}: the output is {lr.dtype}, not float32"
    low, high = lr.min().item(), lr.max().item()
    assert low >= 0, f"{leaf}: the output must be in [0, 1], got {low}"
    assert high <= 1, f"{leaf}: the output must be in [0, 1], got {high}"
    assert torch.equal(hr, before), f"{leaf}: a degradation must not write into its input"


def test_same_seed_same_pixels(leaf: str, degradation: Any) -> None:
    hr = torch.rand(3, 3, 32, 48)
    first, second = degradation(hr, SEEDS), degradation(hr, SEEDS)
    assert torch.equal(first, second), f"{leaf}: the same seeds must give the same pixels"


def test_another_seed_other_pixels_where_it_is_random(leaf: str, degradation: Any) -> None:
    hr = torch.rand(1, 3, 96, 128).expand(8, -1, -1, -1)  # rare events have to show, too
    results = degradation(hr, range(8))
    different = len({result.numpy().tobytes() for result in results})
    assert different != 2, f"{leaf}: 8 seeds gave only two results; the seed is not used"
    if any(isinstance(step, GaussianNoise) for step in degradation.modules()):
        assert different == 8, f"{leaf}: its noise must differ from seed to seed"


def test_a_sample_depends_on_its_image_and_seed_only(leaf: str, degradation: Any) -> None:
    hr = torch.rand(3, 3, 32, 48)
    hr[0] *= 0.1  # a batch whose range or mean counted would show
    batch = degradation(hr, SEEDS)
    for index, (image, seed) in enumerate(zip(hr, SEEDS, strict=True)):
        alone = degradation(image[None], [seed])[0]
        difference = (alone - batch[index]).abs().max().item()
        assert difference < 1e-6, f"{leaf}: a sample changes by {difference} with its batch"
    turned = degradation(hr.flip(0), SEEDS[::-1]).flip(0)
    difference = (turned - batch).abs().max().item()
    assert difference < 1e-6, f"{leaf}: a sample changes by {difference} with its position"


def test_neither_reads_nor_moves_the_global_random_state(leaf: str, degradation: Any) -> None:
    hr = torch.rand(3, 3, 32, 48)
    results = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        random.seed(seed)
        before = _random_states()
        results.append(degradation(hr, SEEDS))
        for name, now, then in zip(
            ("torch", "numpy", "random"), _random_states(), before, strict=True
        ):
            assert now == then, (
                f"{leaf}: draws from the global random state of {name}; draw from a generator "
                f"seeded with the sample's own seed"
            )
    assert torch.equal(*results), f"{leaf}: the pixels depend on the global random state"
