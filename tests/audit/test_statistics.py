"""Each statistic moves with what it is named after, and is listed."""

import importlib
import math
import pkgutil
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from scenes import as_domain, eight_bit, scenes
from torch import Tensor

from srrescgan.audit import statistics
from srrescgan.audit.statistics import STATISTICS
from srrescgan.audit.statistics.statistic import Statistic
from srrescgan.config.schema import CONFIG_DIR
from srrescgan.degradations import JPEG
from srrescgan.ops.filters import low_pass

BY_NAME = {statistic.name: statistic for statistic in STATISTICS}
COUNT = 30


def test_every_class_is_listed_once_and_has_a_limit_in_the_yaml_file() -> None:
    for module in pkgutil.iter_modules(statistics.__path__):
        importlib.import_module(f"{statistics.__name__}.{module.name}")
    listed = [type(statistic) for statistic in STATISTICS]
    forgotten = [c.__name__ for c in Statistic.__subclasses__() if c not in listed]
    assert not forgotten, f"add {forgotten} to STATISTICS in audit/statistics/__init__.py"
    assert len(set(listed)) == len({statistic.name for statistic in STATISTICS}) == len(listed)
    limits = yaml.safe_load(Path(CONFIG_DIR, "audit.yaml").read_text())["max_distance"]
    assert list(limits) == [statistic.name for statistic in STATISTICS]


@pytest.fixture(scope="module")
def clean() -> Tensor:
    """Thirty scenes in grey levels."""
    return 255 * scenes(range(COUNT))


@pytest.fixture(scope="module")
def others() -> Tensor:
    """Thirty other scenes in grey levels."""
    return 255 * scenes(range(100, 100 + COUNT))


def grain(pictures: Tensor, sigma: float | Tensor, seed: int = 0) -> Tensor:
    """Add white noise, independent in each channel; result on the 8-bit grid in [0, 1]."""
    drawn = torch.randn(pictures.shape, generator=torch.Generator().manual_seed(seed))
    return eight_bit(pictures + sigma * drawn)


def distance(name: str, a: Tensor, b: Tensor) -> float:
    statistic = BY_NAME[name]
    return statistic.distance(statistic.measure(as_domain(a)), statistic.measure(as_domain(b)))


def read(name: str, pictures: Tensor) -> dict:
    statistic = BY_NAME[name]
    return dict(statistic.summarize(statistic.measure(as_domain(pictures))))


@pytest.mark.parametrize("statistic", STATISTICS, ids=lambda statistic: statistic.name)
def test_a_domain_has_no_distance_from_itself_and_distances_are_mutual(
    statistic: Statistic, clean: Tensor, others: Tensor
) -> None:
    a = statistic.measure(as_domain(grain(clean, 6)))
    b = statistic.measure(as_domain(JPEG(30)(grain(others, 2), range(COUNT))))
    assert statistic.distance(a, a) == 0
    assert statistic.distance(a, b) == pytest.approx(statistic.distance(b, a))
    assert statistic.distance(a, b) > 0


@pytest.mark.parametrize("statistic", STATISTICS, ids=lambda statistic: statistic.name)
def test_the_same_degradation_is_near_and_another_far_on_other_photographs(
    statistic: Statistic, clean: Tensor, others: Tensor
) -> None:
    def degraded(pictures: Tensor, seed: int) -> Tensor:
        if statistic.name == "blockiness":
            return JPEG(60)(eight_bit(pictures), range(len(pictures)))
        # Stronger in the light, partly common to the channels, a little coarse.
        generator = torch.Generator().manual_seed(seed)
        own = torch.randn(pictures.shape, generator=generator)
        common = torch.randn(pictures[:, :1].shape, generator=generator)
        noise = own + common
        return eight_bit(pictures + (noise + noise.roll(1, dims=3)) * pictures / 40)

    real = statistic.measure(as_domain(degraded(others, 1)))
    made = statistic.measure(as_domain(degraded(clean, 2)))
    baseline = statistic.measure(as_domain(eight_bit(clean)))
    assert statistic.distance(made, real) < statistic.distance(baseline, real) / 2


def test_the_noise_level_is_that_which_was_added(clean: Tensor) -> None:
    medians = [read("noise_level", grain(clean, sigma))["median"] for sigma in (0, 2, 4, 8, 16)]
    assert medians == sorted(medians)
    for sigma, median in zip((2, 4, 8, 16), medians[1:], strict=True):
        assert median == pytest.approx(math.hypot(sigma, 12**-0.5), rel=0.06)
    assert distance("noise_level", grain(clean, 8), grain(clean, 5, 1)) == pytest.approx(3, abs=0.4)


def test_the_noise_level_knows_its_channels(clean: Tensor) -> None:
    sigma = torch.tensor([2.0, 4.0, 8.0])[:, None, None]
    found = read("noise_level", grain(clean, sigma))
    assert [found[c] for c in ("red", "green", "blue")] == pytest.approx([2, 4, 8], rel=0.1)


def test_the_noise_spectrum_depends_on_grain_not_on_level(clean: Tensor, others: Tensor) -> None:
    drawn = torch.randn(clean.shape, generator=torch.Generator().manual_seed(3))
    blurred = low_pass(drawn, 3)
    coarse = eight_bit(clean + 8 * blurred / blurred.std())
    level = distance("noise_spectrum", grain(clean, 8), grain(others, 4, 1))
    shape = distance("noise_spectrum", grain(clean, 8), coarse)
    assert shape > 5 * level
    # White noise: the box blur of 5 x 5 takes nothing above a fifth of a cycle; so it is level.
    power = np.array(read("noise_spectrum", grain(clean, 8))["power_db"][3:])
    assert np.ptp(power) < 1.5
    assert power.mean() == pytest.approx(20 * math.log10(8), abs=0.7)


@pytest.mark.parametrize("shared_part", [0.0, 0.5, 0.9])
def test_the_noise_color_is_the_correlation_between_channels(
    clean: Tensor, shared_part: float
) -> None:
    generator = torch.Generator().manual_seed(0)
    own = torch.randn(clean.shape, generator=generator)
    common = torch.randn(clean[:, :1].shape, generator=generator)
    noise = 8 * (math.sqrt(shared_part) * common + math.sqrt(1 - shared_part) * own)
    found = read("noise_color", eight_bit(clean + noise))
    assert list(found.values()) == pytest.approx([shared_part] * 3, abs=0.05)


def test_one_pair_of_channels_is_enough_to_differ(clean: Tensor) -> None:
    drawn = 8 * torch.randn(clean.shape, generator=torch.Generator().manual_seed(0))
    paired = drawn.clone()
    paired[:, 1] = paired[:, 0]
    apart = distance("noise_color", eight_bit(clean + drawn), eight_bit(clean + paired))
    assert apart == pytest.approx(1, abs=0.1)


def test_without_noise_there_is_no_correlation_to_speak_of() -> None:
    flat = torch.full((6, 3, 128, 128), 100 / 255)
    assert list(read("noise_color", flat).values()) == [0, 0, 0]


def test_brightness_dependent_noise_is_distinguished_from_constant_noise(clean: Tensor) -> None:
    sloped = read("noise_brightness", grain(clean, clean / 16))
    even = read("noise_brightness", grain(clean, 8))
    brightness = np.array(sloped["brightness"])
    seen = np.isfinite(sloped["deviation"]) & np.isfinite(even["deviation"])
    assert seen.sum() >= 3
    np.testing.assert_allclose(np.array(sloped["deviation"])[seen], brightness[seen] / 16, rtol=0.2)
    np.testing.assert_allclose(np.array(even["deviation"])[seen], 8, rtol=0.1)
    apart = distance("noise_brightness", grain(clean, clean / 16), grain(clean, 8))
    assert apart > 4 * distance("noise_brightness", grain(clean, 8, 1), grain(clean, 8, 2))


def test_brightness_ranges_count_by_what_lies_in_them() -> None:
    a = {"deviation": np.array([2.0, 5.0, np.nan]), "count": np.array([90, 30, 0])}
    b = {"deviation": np.array([3.0, 9.0, 4.0]), "count": np.array([50, 25, 25])}
    # Shares in common: a half and a quarter.
    assert BY_NAME["noise_brightness"].distance(a, b) == pytest.approx((0.5 * 1 + 0.25 * 4) / 0.75)


def test_brightness_ranges_that_only_one_side_has_do_not_count(clean: Tensor) -> None:
    dark = grain(clean / 8, 4)
    bright = grain(clean / 8 + 200, 4)
    assert math.isnan(distance("noise_brightness", dark, bright))
    assert distance("noise_level", dark, bright) < 1


def test_the_power_spectrum_depends_on_sharpness_not_on_contrast(clean: Tensor) -> None:
    soft = eight_bit(low_pass(clean, 3))
    paler = eight_bit(64 + clean / 2)
    blur = distance("power_spectrum", soft, eight_bit(clean))
    assert blur > 5 * distance("power_spectrum", paler, eight_bit(clean))


def test_blockiness_sees_rows_and_columns_alike(clean: Tensor) -> None:
    columns = eight_bit(clean + 6 * (torch.arange(128) // 8 % 2))
    found = [read("blockiness", columns), read("blockiness", columns.mT)]
    assert found[0]["median"] == pytest.approx(found[1]["median"], rel=0.05)
    assert found[0]["p10"] > 5


@pytest.mark.parametrize("shift", range(0, 8, 3))
def test_blockiness_is_seen_wherever_the_grid_lies(clean: Tensor, shift: int) -> None:
    compressed = JPEG(30)(grain(clean, 3), range(COUNT))
    rolled = compressed.roll((shift, shift), dims=(2, 3))
    found = read("blockiness", rolled)
    untouched = read("blockiness", grain(clean, 3))
    assert found["p10"] > untouched["p90"] + 5
    assert (found["from_corner"] > untouched["p90"] + 5) == (shift == 0)
    assert distance("blockiness", rolled, grain(clean, 3)) > 10
    assert distance("blockiness", grain(clean, 3), grain(clean, 12)) < 3
