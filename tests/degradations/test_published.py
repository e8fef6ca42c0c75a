"""Published random degradations: 1,000 draws of each are within the ranges of their papers."""

import math
from collections import Counter
from functools import cache

import numpy as np
import pytest
import torch
from leaves import built

from srrescgan.degradations import RandomDegradation
from srrescgan.degradations.random_blur import Blur
from srrescgan.degradations.random_gaussian_noise import AddGaussianNoise
from srrescgan.degradations.random_jpeg import Compress
from srrescgan.degradations.random_poisson_noise import AddPoissonNoise
from srrescgan.degradations.random_resize import Resize
from srrescgan.degradations.random_subsample import Subsample
from srrescgan.degradations.step import Apply

SEEDS = range(1000)


@cache
def _degradation(leaf: str) -> RandomDegradation:
    return built(f"degradation/{leaf}", scale=4)


@cache
def _draws(leaf: str) -> list:
    return [_degradation(leaf).draw(seed) for seed in SEEDS]


def _share(hits: int, total: int, probability: float) -> None:
    """Within five standard deviations of a binomial distribution."""
    deviation = math.sqrt(total * probability * (1 - probability))
    assert abs(hits - total * probability) <= 5 * deviation, (hits, total, probability)


def _covers(values: list[float], low: float, high: float, bins: int = 10) -> None:
    """All within the range, and all of its parts are reached."""
    assert low <= min(values), min(values)
    assert max(values) <= high, max(values)
    counts, _ = np.histogram(values, bins=bins, range=(low, high))
    assert counts.min() > 0, counts


def _orders() -> tuple[list, list, list]:
    """Operations of the first order, of the second, and of the end, by seed."""
    firsts, seconds, ends = [], [], []
    for operations in _draws("realesrgan"):
        first = next(i for i, op in enumerate(operations) if isinstance(op, Compress)) + 1
        noises = [
            index
            for index, op in enumerate(operations)
            if index >= first and isinstance(op, AddGaussianNoise | AddPoissonNoise)
        ]
        (second,) = noises
        firsts.append(operations[:first])
        seconds.append(operations[first : second + 1])
        ends.append(operations[second + 1 :])
    return firsts, seconds, ends


def _all(groups: list, kind: type) -> list:
    return [operation for group in groups for operation in group if isinstance(operation, kind)]


@pytest.mark.parametrize(("order", "largest"), [(0, 3.0), (1, 1.5)], ids=["first", "second"])
def test_realesrgans_kernels(order: int, largest: float) -> None:
    blurs = _all(_orders()[order], Blur)
    _share(len(blurs), 1000, 0.8) if order else _share(len(blurs), 1000, 1.0)
    assert {blur.size for blur in blurs} == set(range(7, 22, 2))
    kinds = Counter(blur.kind for blur in blurs)
    for kind, probability in {
        "isotropic": 0.45,
        "anisotropic": 0.25,
        "generalized_isotropic": 0.12,
        "generalized_anisotropic": 0.03,
        "plateau_isotropic": 0.12,
        "plateau_anisotropic": 0.03,
    }.items():
        _share(kinds[kind], len(blurs), 0.9 * probability)
    _share(kinds["sinc"], len(blurs), 0.1)
    shaped = [blur for blur in blurs if blur.kind != "sinc"]
    _covers([sigma for blur in shaped for sigma in blur.sigmas], 0.2, largest)
    for blur in shaped:
        assert (blur.sigmas[0] == blur.sigmas[1]) == ("anisotropic" not in blur.kind)
    generalized = [blur.beta for blur in shaped if blur.kind.startswith("generalized")]
    _covers(generalized, 0.5, 4, bins=4)
    _share(sum(beta < 1 for beta in generalized), len(generalized), 0.5)
    _covers([blur.beta for blur in shaped if blur.kind.startswith("plateau")], 1, 2)
    assert {blur.beta for blur in shaped if "_" not in blur.kind} == {1.0}
    for blur in blurs:
        if blur.kind == "sinc":
            lowest = math.pi / (3 if blur.size < 13 else 5)
            assert lowest - 1e-6 <= blur.cutoff <= math.pi


def test_realesrgans_sizes() -> None:
    firsts, seconds, _ = _orders()
    for groups, (low, high), (up, down, keep) in (
        (firsts, (0.15, 1.5), (0.2, 0.7, 0.1)),
        (seconds, (0.3, 1.2), (0.3, 0.4, 0.3)),
    ):
        resizes = _all(groups, Resize)
        factors = [resize.factor for resize in resizes if resize.factor != 1]
        _covers(factors, low, high)
        _share(sum(factor > 1 for factor in factors), 1000, up)
        _share(sum(factor < 1 for factor in factors), 1000, down)
        _share(1000 - len(factors), 1000, keep)
        modes = Counter(resize.mode for resize in resizes)
        for mode in ("area", "bilinear", "bicubic"):
            _share(modes[mode], len(resizes), 1 / 3)
        assert {resize.of_lr for resize in resizes} == {groups is seconds}


@pytest.mark.parametrize(
    ("order", "level", "strength"), [(0, 30, 3), (1, 25, 2.5)], ids=["first", "second"]
)
def test_realesrgans_noise(order: int, level: float, strength: float) -> None:
    groups = _orders()[order]
    gaussian, poisson = _all(groups, AddGaussianNoise), _all(groups, AddPoissonNoise)
    assert len(gaussian) + len(poisson) == 1000
    _share(len(gaussian), 1000, 0.5)
    _covers([noise.level for noise in gaussian], 1, level)
    _covers([noise.strength for noise in poisson], 0.05, strength)
    assert {noise.color for noise in gaussian} == {"color", "gray"}
    _share(sum(noise.color == "gray" for noise in gaussian), len(gaussian), 0.4)
    _share(sum(noise.gray for noise in poisson), len(poisson), 0.4)


def test_realesrgans_jpeg_and_end() -> None:
    firsts, _, ends = _orders()
    for groups in (firsts, ends):
        qualities = [operation.quality for operation in _all(groups, Compress)]
        assert len(qualities) == 1000
        _covers(qualities, 30, 95)
    _share(sum(isinstance(end[0], Compress) for end in ends), 1000, 0.5)
    sincs = _all(ends, Blur)
    _share(len(sincs), 1000, 0.8)
    assert {blur.kind for blur in sincs} == {"sinc"}
    assert {blur.size for blur in sincs} == set(range(7, 22, 2))
    _covers([blur.cutoff for blur in sincs], math.pi / 3 - 1e-6, math.pi)
    for end in ends:  # the sinc filter follows its resize directly
        without_jpeg = [type(op) for op in end if not isinstance(op, Compress)]
        assert without_jpeg in ([Resize], [Resize, Blur])
        places = [index for index, op in enumerate(end) if not isinstance(op, Compress)]
        assert places[-1] - places[0] == len(places) - 1


def test_no_two_numbers_of_a_draw_are_the_same() -> None:
    for operations in _draws("realesrgan")[:100]:
        seeds = [noise.seed for noise in operations if hasattr(noise, "seed")]
        assert len(set(seeds)) == len(seeds) == 2
        qualities = [op.quality for op in operations if isinstance(op, Compress)]
        assert len(qualities) == 2
    first, second = zip(
        *[
            [op.quality for op in operations if isinstance(op, Compress)]
            for operations in _draws("realesrgan")
        ],
        strict=True,
    )
    assert abs(np.corrcoef(first, second)[0, 1]) < 5 / math.sqrt(1000)


def test_measured_noise_is_within_the_published_range() -> None:
    # The last noise before a JPEG of high quality, on gray, where blur and resize do nothing.
    degradation = built("degradation/realesrgan", scale=1)
    measured = []
    for seed, operations in zip(SEEDS, _draws("realesrgan"), strict=True):
        noises = [op for op in operations if isinstance(op, AddGaussianNoise | AddPoissonNoise)]
        if not all(isinstance(noise, AddGaussianNoise) for noise in noises):
            continue
        image = torch.full((1, 3, 48, 48), 0.5)
        for noise in noises:
            added = (noise(image, (48, 48)) - image) * 255
            assert added.std().item() == pytest.approx(noise.level, rel=0.1)
        measured.append((degradation(image, [seed]) - image).std().item() * 255)
        if len(measured) == 40:
            break
    # Blur, interpolation and JPEG only remove noise; both orders together have at most this much.
    assert max(measured) < math.hypot(30, 25)
    assert min(measured) < 10


def test_bsrgans_steps() -> None:
    orders = set()
    for operations in _draws("bsrgan"):
        kinds = [type(op).__name__ for op in operations]
        assert kinds[-1] == "Compress"
        assert kinds.count("Blur") == 2
        assert kinds.count("AddGaussianNoise") == 1
        assert 1 <= kinds.count("Compress") <= 2
        to_lr = [i for i, op in enumerate(operations) if isinstance(op, Resize) and op.of_lr]
        down = [
            i
            for i, op in enumerate(operations)
            if isinstance(op, Subsample) or (isinstance(op, Resize) and not op.of_lr)
        ]
        assert len(to_lr) == 1
        assert max(down) < to_lr[0]
        orders.add(tuple(kinds))
    assert len(orders) > 100  # 2 blurs, noise, JPEG or not, and two sizes in their order


def test_bsrgans_ranges() -> None:
    draws = _draws("bsrgan")
    halved = [
        isinstance(ops[0], Apply) or (isinstance(ops[0], Resize) and ops[0].factor == 0.5)
        for ops in draws
    ]
    _share(sum(halved), 1000, 0.25)
    _share(len(_all(draws, Apply)), sum(halved), 0.5)
    for reduced, sigma, variance, factor, shift in (
        (False, 2.8, 8, 0.125, 2.4),
        (True, 2.4, 6, 0.25, 1.2),
    ):
        group = [
            ops[1:] if half else ops
            for ops, half in zip(draws, halved, strict=True)
            if half is reduced
        ]
        blurs = _all(group, Blur)
        assert {blur.size for blur in blurs} == set(range(7, 26, 2))
        isotropic = [blur.sigmas[0] for blur in blurs if blur.kind == "isotropic"]
        _share(len(isotropic), len(blurs), 0.5)
        _covers(isotropic, 0, sigma)
        turned = [s**2 for blur in blurs if blur.kind == "anisotropic" for s in blur.sigmas]
        _covers(turned, 0, variance + 1e-4)
        subsampled = _all(group, Subsample)
        _share(len(subsampled), len(group), 0.25)
        _covers([op.sigma for op in subsampled], 0.1, shift)
        divisors = [1 / op.factor for op in _all(group, Resize) if not op.of_lr]
        _covers(divisors, 1, 1 / factor + 1e-6)
    noises = _all(draws, AddGaussianNoise)
    _covers([noise.level for noise in noises], 2, 25)
    colors = Counter(noise.color for noise in noises)
    for color, probability in (("color", 0.4), ("gray", 0.4), ("correlated", 0.2)):
        _share(colors[color], 1000, probability)
    compressions = _all(draws, Compress)
    _share(len(compressions) - 1000, 1000, 0.9)
    _covers([compress.quality for compress in compressions], 30, 95)


def test_mild_is_milder() -> None:
    draws = _draws("mild")
    clean = [ops for ops in draws if isinstance(ops[0], Apply)]
    _share(len(clean), 1000, 0.12)
    assert all(len(ops) == 1 for ops in clean)
    rest = len(draws) - len(clean)
    blurs = _all(draws, Blur)
    _share(len(blurs), rest, 0.6)
    _covers([sigma for blur in blurs for sigma in blur.sigmas], 0, 1.2)
    noises = _all(draws, AddGaussianNoise)
    _share(len(noises) + len(_all(draws, AddPoissonNoise)), rest, 0.7)
    _covers([noise.level for noise in noises], 0, 14)
    compressed = [sum(isinstance(op, Compress) for op in ops) for ops in draws]
    _share(sum(count > 0 for count in compressed), rest, 0.6)
    _share(compressed.count(2), rest, 0.15)
    _covers([compress.quality for compress in _all(draws, Compress)], 25, 95)


@pytest.mark.parametrize("leaf", ["realesrgan", "bsrgan", "mild"])
@pytest.mark.parametrize("scale", [2, 3])
def test_other_scales_give_their_size(leaf: str, scale: int) -> None:
    degradation = built(f"degradation/{leaf}", scale=scale)
    hr = torch.rand(6, 3, 48, 30, generator=torch.Generator().manual_seed(0))
    assert degradation(hr, range(6)).shape == (6, 3, 48 // scale, 30 // scale)


@pytest.mark.gpu
@pytest.mark.parametrize("leaf", ["realesrgan", "bsrgan", "mild"])
def test_gpu_gives_the_same_pixels_but_for_rounding(leaf: str) -> None:
    hr = torch.rand(16, 3, 128, 128, generator=torch.Generator().manual_seed(0))
    degradation = _degradation(leaf)
    difference = (degradation(hr.cuda(), range(16)).cpu() - degradation(hr, range(16))).abs()
    assert (difference > 0).float().mean() < 0.02
