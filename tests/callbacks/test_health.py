"""GAN health: known pictures give known curves, and looking does not change the game."""

from functools import partial

import pytest
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import CSVLogger
from toys import flat, networks

from srrescgan.callbacks import HealthMonitor, ScalarLogger, health
from srrescgan.ops.resize import imresize
from srrescgan.systems import SRPixelSystem


def checkerboard(amplitude: float) -> torch.Tensor:
    """Grey 0.5 with the finest pattern there is."""
    sign = (torch.arange(32)[:, None] + torch.arange(32)) % 2 * 2.0 - 1
    return (0.5 + amplitude * sign).expand(2, 3, 32, 32)


def test_a_perfect_result_is_healthy() -> None:
    hr = torch.rand(2, 3, 32, 40)
    curves = health.image_health(hr, hr, imresize(hr, 0.25).clamp(0, 1))
    assert curves["health/high_frequency"] == 1
    assert curves["health/color_drift"] == pytest.approx(0, abs=1e-3)


def test_half_the_contrast_is_a_quarter_of_the_energy() -> None:
    curves = health.image_health(
        checkerboard(0.1), checkerboard(0.2), torch.full((2, 3, 8, 8), 0.5)
    )
    assert curves["health/high_frequency"] == pytest.approx(0.25, rel=1e-5)


def test_the_brightness_of_a_picture_is_no_high_frequency() -> None:
    dark = checkerboard(0.1) - 0.4
    curves = health.image_health(dark + 0.8, dark, torch.zeros(2, 3, 8, 8))
    assert curves["health/high_frequency"] == pytest.approx(1, rel=1e-4)


def test_a_known_shift_of_color() -> None:
    # Of greys, a* and b* are 0 and L* is 116 (Y / Yn)^(1/3) - 16 with Y the linear light:
    # the sRGB levels 0.5 and 0.6 have Y = 0.21404 and 0.31855, hence L* = 53.389 and 63.223.
    grey = partial(torch.full, (2, 3, 32, 32))
    noise = 1e-3 * torch.rand(2, 3, 32, 32)
    lr = torch.full((2, 3, 8, 8), 0.5)
    drift = health.image_health(grey(0.6), noise, lr)["health/color_drift"]
    assert drift == pytest.approx(63.223 - 53.389, abs=0.01)
    half = torch.cat([grey(0.6)[:1], grey(0.5)[:1]])
    assert health.image_health(half, noise, lr)["health/color_drift"] == pytest.approx(drift / 2)
    # sRGB red is L* 53.24, a* 80.09, b* 67.20; black is the origin.
    red = torch.tensor([1.0, 0, 0]).view(1, 3, 1, 1).expand(2, 3, 32, 32)
    drift = health.image_health(red, noise, 0 * lr)["health/color_drift"]
    assert drift == pytest.approx((53.24**2 + 80.09**2 + 67.20**2) ** 0.5, abs=0.05)


def test_mixed_precision_does_not_reach_the_curves() -> None:
    sr, hr, lr = torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32), torch.rand(2, 3, 8, 8)
    plain = health.image_health(sr, hr, lr)
    with torch.autocast("cpu", torch.bfloat16):
        assert health.image_health(sr, hr, lr) == plain
    rounded = sr.bfloat16()
    assert health.image_health(rounded, hr, lr) == health.image_health(rounded.float(), hr, lr)


def test_the_margin_is_positive_when_the_discriminator_is_right() -> None:
    row = {"train/d/real": 1.5, "train/d/fake": -0.5, "train/g/grad_norm": 3.0}
    assert HealthMonitor().from_values(row) == {"health/d_margin": 2.0}
    row |= {"train/d/real": -1.0, "train/d/grad_norm": 2.0}
    assert HealthMonitor().from_values(row) == {
        "health/d_margin": -0.5,
        "health/gradient_ratio": 1.5,
    }
    assert HealthMonitor().from_values({"train/g/grad_norm": 1.0, "train/d/grad_norm": 0.0}) == {}


def rows(folder) -> list[dict[str, str]]:
    header, *lines = (folder / "csv/metrics.csv").read_text().splitlines()
    return [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]


class Count(pl.Callback):
    """In which iterations the pictures were measured."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at: list[int] = []
        measure = health.image_health

        def counting(*pictures: torch.Tensor) -> dict[str, torch.Tensor]:
            self.at.append(self.iteration + 1)
            assert not any(picture.requires_grad for picture in pictures)
            return measure(*pictures)

        monkeypatch.setattr(health, "image_health", counting)

    def on_train_batch_start(self, trainer, pl_module, *_) -> None:
        self.iteration = pl_module.iteration


@pytest.mark.parametrize("accumulate", [1, 2])
def test_curves_of_a_run(fit, tmp_path, monkeypatch, accumulate: int) -> None:
    count = Count(monkeypatch)
    logger = CSVLogger(tmp_path, name="", version="csv")
    callbacks = (count, ScalarLogger(every=3))
    fit(networks(accumulate=accumulate), iterations=7, callbacks=callbacks, logger=logger)
    assert count.at == [3, 6]  # it costs nothing in between
    logged = rows(tmp_path)
    assert [row["iteration"] for row in logged] == ["3", "6"]
    for row in logged:
        value = {key: float(text) for key, text in row.items() if text}
        margin = value["train/d/real"] - value["train/d/fake"]
        assert value["health/d_margin"] == pytest.approx(margin)
        ratio = value["train/g/grad_norm"] / value["train/d/grad_norm"]
        assert value["health/gradient_ratio"] == pytest.approx(ratio)
        assert 0 < value["health/color_drift"] < 100
        assert value["health/high_frequency"] > 0


def test_a_system_without_an_adversary_has_no_such_curves(fit, tmp_path) -> None:
    logger = CSVLogger(tmp_path, name="", version="csv")
    system = networks(SRPixelSystem)
    fit(system, iterations=2, callbacks=(ScalarLogger(every=1),), logger=logger)
    assert not any(key.startswith("health/") for key in rows(tmp_path)[0])


def test_looking_does_not_change_the_game(fit) -> None:
    def trained(*callbacks: pl.Callback) -> tuple[torch.Tensor, ...]:
        system = networks()  # which seeds the generator of random numbers, too
        fit(system, iterations=20, callbacks=callbacks)
        return flat(system.generator), flat(system.discriminator), torch.get_rng_state()

    watched, alone = trained(ScalarLogger(every=1)), trained()
    assert all(torch.equal(*pair) for pair in zip(watched, alone, strict=True))
    assert not torch.equal(watched[0], flat(networks().generator))
