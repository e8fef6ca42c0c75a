"""The parts of a random degradation: what they draw, and what it does to pixels."""

import itertools
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from srrescgan.config.build import build
from srrescgan.config.cli import check_overrides
from srrescgan.degradations import (
    JPEG,
    Bicubic,
    Compose,
    GaussianNoise,
    RandomApply,
    RandomBlur,
    RandomChoice,
    RandomDegradation,
    RandomGaussianNoise,
    RandomJPEG,
    RandomOrder,
    RandomPoissonNoise,
    RandomResize,
    RandomSubsample,
    ResizeToLR,
    Step,
    Steps,
)
from srrescgan.errors import ConfigError

LR = (24, 30)


@dataclass(frozen=True)
class Mark:
    """An operation that changes nothing."""

    name: str
    number: float

    def __call__(self, image: torch.Tensor, lr_size: tuple[int, int]) -> torch.Tensor:
        return image


class MarkStep(Step):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def draw(self, seed: int) -> list[Mark]:
        return [Mark(self.name, seed)]


def _marks(*names: str) -> dict[str, Step]:
    return {name: MarkStep(name) for name in names}


def _names(step: Step, seed: int) -> list[str]:
    return [operation.name for operation in step.draw(seed)]


def _share(hits: int, total: int, probability: float) -> None:
    """Within five standard deviations of a binomial distribution."""
    deviation = math.sqrt(total * probability * (1 - probability))
    assert abs(hits - total * probability) <= 5 * deviation, (hits, total, probability)


def _gray(value: float = 0.5, side: int = 200) -> torch.Tensor:
    return torch.full((1, 3, side, side), value)


def test_steps_keep_their_order_and_have_different_seeds() -> None:
    drawn = Steps(_marks("half", "type", "a.b") | {"gone": None}).draw(3)
    assert [mark.name for mark in drawn] == ["half", "type", "a.b"]
    assert len({mark.number for mark in drawn}) == 3


def test_every_order_is_equally_likely_and_two_steps_can_keep_theirs() -> None:
    free = Counter(tuple(_names(RandomOrder(_marks("a", "b", "c")), s)) for s in range(1200))
    assert set(free) == set(itertools.permutations("abc"))
    for count in free.values():
        _share(count, 1200, 1 / 6)
    step = RandomOrder(_marks("a", "b", "c"), in_order=["c", "a"])
    kept = Counter(tuple(_names(step, seed)) for seed in range(900))
    assert set(kept) == {("c", "a", "b"), ("c", "b", "a"), ("b", "c", "a")}
    for count in kept.values():
        _share(count, 900, 1 / 3)


def test_choices_and_applications_have_their_probabilities() -> None:
    choice = RandomChoice(_marks("a", "b", "never"), {"a": 3, "b": 1, "never": 0})
    counts = Counter(_names(choice, seed)[0] for seed in range(1000))
    assert set(counts) == {"a", "b"}
    _share(counts["a"], 1000, 0.75)
    applied = sum(len(RandomApply(MarkStep("a"), 0.3).draw(seed)) for seed in range(1000))
    _share(applied, 1000, 0.3)


def test_the_kernel_that_is_drawn_is_applied() -> None:
    impulse = torch.zeros(1, 3, 41, 41)
    impulse[..., 20, 20] = 1
    for kind in ("anisotropic", "generalized_isotropic", "plateau_anisotropic", "sinc"):
        (blur,) = RandomBlur({kind: 1}, [7, 21], [0.5, 2]).draw(5)
        assert blur.kind == kind
        margin = 20 - blur.size // 2
        response = blur(impulse, LR)
        expected = torch.zeros(41, 41)
        expected[margin : 41 - margin, margin : 41 - margin] = blur.kernel().flip(0, 1)
        for plane in response[0]:
            torch.testing.assert_close(plane, expected, rtol=0, atol=1e-6)


def test_the_variance_can_be_uniform_instead_of_sigma() -> None:
    sigmas = {
        uniform: [
            RandomBlur({"isotropic": 1}, [7, 7], [0, 2], uniform).draw(seed)[0].sigmas[0]
            for seed in range(600)
        ]
        for uniform in (False, True)
    }
    # Below half the largest sigma: half of a uniform sigma, a quarter of a uniform variance.
    for uniform, share in ((False, 0.5), (True, 0.25)):
        _share(sum(sigma < 1 for sigma in sigmas[uniform]), 600, share)


def test_resizing_has_the_size_and_method_that_were_drawn() -> None:
    image = torch.rand(1, 3, 90, 120, generator=torch.Generator().manual_seed(0))
    (resize,) = RandomResize([0.5, 0.5], {"down": 1}, ["area"]).draw(0)
    expected = torch.nn.functional.avg_pool2d(image, 2)
    torch.testing.assert_close(resize(image, LR), expected)
    (resize,) = RandomResize([1.5, 1.5], {"up": 1}, relative_to="lr").draw(0)
    assert resize(image, LR).shape[-2:] == (36, 45)
    (resize,) = RandomResize([0.001 + 0.01, 0.02], {"down": 1}).draw(0)
    assert resize(image, LR).shape[-2:] == (1, 1) or resize(image, LR).shape[-2:] == (1, 2)
    (resize,) = ResizeToLR(["bicubic"]).draw(0)
    assert resize(image, LR).shape[-2:] == LR
    plain, smooth = (
        ResizeToLR(["bilinear"], antialias=antialias).draw(0)[0](image, LR)
        for antialias in (False, True)
    )
    assert smooth.std() < 0.7 * plain.std()  # averages over 3.75 x 4 pixels instead of 2 x 2


def test_a_uniform_divisor_is_bsrgans() -> None:
    step = RandomResize([0.125, 1], {"down": 1}, uniform_divisor=True)
    divisors = [1 / step.draw(seed)[0].factor for seed in range(600)]
    assert 1 <= min(divisors) < 1.1
    assert 7.9 < max(divisors) <= 8
    _share(sum(divisor < 4.5 for divisor in divisors), 600, 0.5)


def test_subsampling_does_not_shift_the_image() -> None:
    ramp = torch.arange(96.0).view(1, 1, 1, 96).expand(1, 3, 96, 96) / 96
    (subsample,) = RandomSubsample([1.0, 1.0]).draw(0)
    lr = subsample(ramp, (24, 24))
    centers = (torch.arange(24) + 0.5) * 4 - 0.5
    # Away from the border, where the reflection bends the ramp.
    torch.testing.assert_close(lr[0, 0, 12, 4:-4], centers[4:-4] / 96, rtol=0, atol=1e-4)
    vertical = subsample(ramp.mT, (24, 24))
    torch.testing.assert_close(vertical, lr.mT, rtol=0, atol=1e-6)


@pytest.mark.parametrize("color", ["color", "gray"])
def test_gaussian_noise_has_the_level_that_was_drawn(color: str) -> None:
    for seed in range(3):
        (noise,) = RandomGaussianNoise([4, 20], {color: 1}).draw(seed)
        added = noise(_gray(), LR)[0] - 0.5
        assert added.std().item() * 255 == pytest.approx(noise.level, rel=0.02)
        correlation = torch.corrcoef(added.flatten(1))[0, 1].item()
        assert correlation == pytest.approx(1 if color == "gray" else 0, abs=0.03)


def test_correlated_noise_has_another_covariance_for_each_seed_within_the_level() -> None:
    step = RandomGaussianNoise([2, 25], {"correlated": 1})
    correlations = []
    for seed in range(12):
        added = (step.draw(seed)[0](_gray(), LR)[0] - 0.5).flatten(1) * 255
        covariance = torch.cov(added)
        # The absolute values of a matrix with eigenvalues up to 1 have a trace of up to 3.
        assert covariance.diagonal().max() < 25**2 * 1.1
        correlations.append(torch.corrcoef(added)[0, 1].item())
    assert min(correlations) > -0.05  # the covariance is positive, as published
    assert max(correlations) - min(correlations) > 0.2


def test_poisson_noise_grows_with_the_square_root_of_the_light() -> None:
    (noise,) = RandomPoissonNoise([1.5, 1.5], [256, 256], gray=0).draw(1)
    for value in (0.05, 0.2, 0.5):
        added = noise(_gray(value), LR) - value
        expected = 1.5 * math.sqrt(value / 256)
        # 120,000 values estimate sd within 0.2 %; the quantile's expansion is within 1 %.
        if value - 4 * expected > 0:  # not clamped
            assert added.std().item() == pytest.approx(expected, rel=0.02)
            assert abs(added.mean().item()) < 0.01 * expected + 2e-4
    assert noise(_gray(0.0), LR).max() == 0
    counts = (noise(_gray(0.5), LR) - 0.5) / 1.5 * 256  # of photons
    torch.testing.assert_close(counts, counts.round(), rtol=0, atol=1e-3)
    (gray,) = RandomPoissonNoise([1, 1], gray=1).draw(1)
    added = gray(_gray(), LR) - 0.5
    assert torch.equal(added[:, 0], added[:, 1])


def test_a_last_bit_of_the_image_changes_only_its_own_pixel_of_poisson_noise() -> None:
    (noise,) = RandomPoissonNoise([1, 1], gray=0).draw(0)
    image = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(0)) * 0.5 + 0.25
    nudged = image.clone()
    nudged[..., 3, 3] += 1e-3
    changed = noise(image, LR) != noise(nudged, LR)
    assert changed.sum() <= 3
    assert not changed[..., 4:, :].any()


def test_jpeg_has_every_quality_of_its_range() -> None:
    step = RandomJPEG([30, 33])
    qualities = Counter(step.draw(seed)[0].quality for seed in range(400))
    assert set(qualities) == {30, 31, 32, 33}
    image = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    (compress,) = step.draw(0)
    assert torch.equal(compress(image, LR), JPEG(compress.quality)(image, [0]))


def test_degradations_can_be_steps_and_two_steps_draw_different_noise() -> None:
    noise = {"first": GaussianNoise(8 / 255), "second": GaussianNoise(8 / 255)}
    once = RandomDegradation(1, {"first": noise["first"]})(_gray(), [4]) - 0.5
    twice = RandomDegradation(1, noise)(_gray(), [4]) - 0.5
    # Independent noises add in variance (x 1.41); the same one twice would add in size (x 2).
    assert (twice.std() / once.std()).item() == pytest.approx(2**0.5, rel=0.02)


def test_the_result_is_that_of_an_8_bit_file() -> None:
    hr = torch.rand(2, 3, 30, 33, generator=torch.Generator().manual_seed(0))
    lr = RandomDegradation(4, {"resize": ResizeToLR(["bicubic"])})(hr, [0, 1])
    assert lr.shape == (2, 3, 8, 9)  # rounded up, as Bicubic
    torch.testing.assert_close(lr * 255, (lr * 255).round(), rtol=0, atol=5e-5)


def test_steps_that_end_at_another_size_are_explained() -> None:
    degradation = RandomDegradation(4, {"jpeg": RandomJPEG([50, 50])})
    with pytest.raises(ConfigError, match=r"end at 16 x 16 .* 4 x 4 .*ResizeToLR. Done: JPEG 50"):
        degradation(torch.rand(1, 3, 16, 16), [0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Compose([Bicubic(4), RandomJPEG([30, 95])]), "RandomJPEG .*RandomDegradation"),
        (lambda: Steps({"a": "b"}), "a: str is no step"),
        (lambda: RandomChoice(_marks("a"), {"b": 1}), "'b' is none of a"),
        (lambda: RandomChoice(_marks("a"), {"a": 0}), "one above 0"),
        (lambda: RandomOrder(_marks("a"), ["b"]), "'b' is none of a"),
        (lambda: RandomApply(MarkStep("a"), 1.5), "from 0 to 1"),
        (lambda: RandomBlur({"box": 1}, [7, 7], [1, 1]), "'box' is none of isotropic"),
        (lambda: RandomBlur({"isotropic": 1}, [8, 12], [1, 1]), "odd"),
        (lambda: RandomBlur({"isotropic": 1}, [7, 7], [2, 1]), "smallest, largest"),
        (lambda: RandomResize([0.5, 0.9], {"up": 1}), "no value for the direction up"),
        (lambda: RandomResize([0.5, 1], {"down": 1}, ["nearest"]), "area, bilinear, bicubic"),
        (lambda: RandomJPEG([30, 100]), "between 1 and 95"),
        (lambda: RandomGaussianNoise([1, 2], {"grey": 1}), "color, gray, correlated"),
    ],
)
def test_wrong_arguments_are_explained(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_a_mixture_is_changed_and_written_in_yaml_alone(tmp_path: Path) -> None:
    (cfg,) = check_overrides(
        "degrade",
        [
            "input=a",
            "output=b",
            "degradation=realesrgan",
            "degradation.steps.first.steps.jpeg=null",
            "degradation.steps.second=null",
            "degradation.steps.final.steps.jpeg.quality=[80,80]",
        ],
    )
    degradation = build(cfg.degradation)
    for seed in range(20):
        done = [str(operation) for operation in degradation.draw(seed)]
        assert [name for name in done if name.startswith("JPEG")] == ["JPEG 80"]
        assert 3 <= len(done) <= 6
    hr = np.random.default_rng(0).random((1, 3, 32, 32), np.float32)
    assert degradation(torch.from_numpy(hr), [0]).shape == (1, 3, 8, 8)
