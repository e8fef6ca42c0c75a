"""SRResCycGAN: one iteration against its losses written out, four networks that stay apart."""

from functools import partial
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from composing import composed
from pytorch_lightning.loggers import CSVLogger
from toys import PHASES, flat, networks

from srrescgan.callbacks import ScalarLogger
from srrescgan.config.build import build
from srrescgan.errors import ConfigError
from srrescgan.generators import SRResDNet
from srrescgan.generators.downscaler import Downscaler
from srrescgan.losses import WGANGP, GANLoss, RelativisticAverageGAN, VanillaGAN
from srrescgan.systems import SRCycleGANSystem
from srrescgan.systems.base import sum_terms
from srrescgan.weights.files import load_into, read_generator

NETWORKS = ("generator", "downscaler", "discriminator", "lr_discriminator")
SGD = {name: partial(torch.optim.SGD, lr=0.01) for name in PHASES}

cycle = partial(networks, SRCycleGANSystem)


@pytest.fixture
def batch() -> dict[str, torch.Tensor]:
    return {"hr": torch.rand(4, 3, 32, 32), "lr": torch.rand(4, 3, 8, 8)}


def attached(system: SRCycleGANSystem) -> SRCycleGANSystem:
    system.trainer = pl.Trainer(accelerator="cpu", logger=False, enable_checkpointing=False)
    return system


def flat_gradients(loss: torch.Tensor, *modules: torch.nn.Module) -> torch.Tensor:
    parameters = [p for module in modules for p in module.parameters()]
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, parameters)])


def summed(module: torch.nn.Module) -> torch.Tensor:
    return torch.cat([p.grad.flatten() for p in module.parameters()])


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("lr_loss", [VanillaGAN, RelativisticAverageGAN, WGANGP])
def test_every_network_goes_down_the_losses_of_the_paper(
    batch: dict[str, torch.Tensor], lr_loss: type[GANLoss], split: bool
) -> None:
    changes = {"lr_gan_loss": lr_loss(weight=0.3), "split_optimizers": split}
    system, plain = attached(cycle(**changes)), cycle(**changes)
    outputs = system.shared_forward(batch)
    torch.manual_seed(1)  # the gradient penalty draws its mixtures
    for phase in system.phases():
        sum_terms(phase.loss(outputs)).backward()

    g, down, d, d_lr = (getattr(plain, name) for name in NETWORKS)
    gan, lr_gan, lr, hr = plain.gan_loss, plain.lr_gan_loss, batch["lr"], batch["hr"]
    sr = g(lr)
    back = down(sr)
    l1 = torch.nn.functional.l1_loss
    loss = sum(term(sr, hr) for term in plain.losses.values())
    loss = loss + gan.generator(d(hr).detach(), d(sr))
    loss = loss + 2.0 * l1(back, lr) + lr_gan.generator(d_lr(lr).detach(), d_lr(back))
    expected = {
        "generators": flat_gradients(loss, g, down),
        "discriminator": flat_gradients(gan.discriminator(d(hr), d(sr.detach())), d),
    }
    loss = lr_gan.discriminator(d_lr(lr), d_lr(back.detach()))
    torch.manual_seed(1)
    penalty = lr_gan.penalty(d_lr, lr, back.detach())
    expected["lr_discriminator"] = flat_gradients(loss if penalty is None else loss + penalty, d_lr)

    ours = {name: summed(getattr(system, name)) for name in NETWORKS}
    both = ours.pop("generator"), ours.pop("downscaler")
    assert all(part.norm() > 0 for part in both)
    for name, gradient in {"generators": torch.cat(both), **ours}.items():
        difference = (gradient - expected[name]).norm()
        assert difference <= 1e-4 * expected[name].norm(), name


@pytest.mark.parametrize("split", [False, True])
def test_no_gradient_leaks_from_one_phase_to_another(
    batch: dict[str, torch.Tensor], split: bool
) -> None:
    system = attached(cycle(split_optimizers=split))
    outputs = system.shared_forward(batch)
    phases = system.phases()
    assert [phase.name for phase in phases] == ["g", *["g_lr"] * split, "d", "d_lr"]
    for phase in phases:
        system.zero_grad()
        sum_terms(phase.loss(outputs)).backward(retain_graph=True)
        mine = {*phase.parameters()}
        for name, parameter in system.named_parameters():
            assert (parameter.grad is not None) == (parameter in mine), (phase.name, name)


def test_the_cycle_reaches_the_generator(batch: dict[str, torch.Tensor]) -> None:
    """Without it, the downscaler would learn alone and SRResCGAN would stay as it is."""
    for split in (False, True):
        system = attached(cycle(split_optimizers=split))
        system.generator_loss(system.shared_forward(batch))["cycle"].backward()
        assert summed(system.generator).norm() > 0


def test_split_optimizers_do_the_same_with_equal_settings(fit) -> None:
    trained = []
    for split in (False, True):
        system = cycle(optimizer=SGD, split_optimizers=split, accumulate=2)
        start = {name: flat(getattr(system, name)) for name in NETWORKS}
        fit(system, iterations=2)
        trained.append({name: flat(getattr(system, name)) - start[name] for name in NETWORKS})
    one, two = trained
    for name in NETWORKS:
        assert one[name].norm() > 0, name
        assert (one[name] - two[name]).norm() <= 1e-4 * one[name].norm(), name


def test_the_downscaler_can_have_a_learning_rate_of_its_own(fit) -> None:
    optimizer = SGD | {"g_lr": partial(torch.optim.SGD, lr=0.0)}
    system = cycle(optimizer=optimizer, split_optimizers=True)
    start = flat(system.generator), flat(system.downscaler)
    fit(system, iterations=1)
    assert not torch.equal(flat(system.generator), start[0])
    assert torch.equal(flat(system.downscaler), start[1])


def test_both_discriminators_wait_for_their_interval(fit) -> None:
    moved: list[tuple[bool, ...]] = []

    class Watch(pl.Callback):
        def on_train_batch_start(self, trainer, pl_module, *_) -> None:
            self.before = [flat(getattr(pl_module, name)) for name in NETWORKS]

        def on_train_batch_end(self, trainer, pl_module, *_) -> None:
            after = [flat(getattr(pl_module, name)) for name in NETWORKS]
            moved.append(tuple(not torch.equal(*p) for p in zip(self.before, after, strict=True)))

    fit(cycle(discriminator_interval=3), iterations=4, callbacks=(Watch(),))
    every, generators = (True, True, True, True), (True, True, False, False)
    assert moved == [every, generators, generators, every]


def test_the_checkpoint_holds_four_networks_and_gives_the_averaged_generator(fit, tmp_path) -> None:
    system = cycle(ema_decay=0.5)
    fit(system, iterations=2).save_checkpoint(tmp_path / "c.ckpt")
    keys = torch.load(tmp_path / "c.ckpt", weights_only=True)["state_dict"].keys()
    assert {key.split(".")[0] for key in keys} == {*NETWORKS, "ema"}
    loaded = SRResDNet(features=8, blocks=2)
    load_into(loaded, read_generator(tmp_path / "c.ckpt"))
    assert torch.equal(flat(loaded), flat(system.ema.module))
    assert not torch.equal(flat(loaded), flat(system.generator))


def test_curves_of_a_run(fit, tmp_path) -> None:
    logger = CSVLogger(tmp_path, name="", version="csv")
    callbacks = (ScalarLogger(every=1),)
    fit(cycle(), iterations=2, validate_every=2, callbacks=callbacks, logger=logger)
    header, *lines = (tmp_path / "csv/metrics.csv").read_text().splitlines()
    first = dict(zip(header.split(","), lines[0].split(","), strict=True))
    value = {key: float(text) for key, text in first.items() if text}
    for phase in ("d", "d_lr"):
        margin = value[f"train/{phase}/real"] - value[f"train/{phase}/fake"]
        assert value[f"health/{phase}_margin"] == pytest.approx(margin)
        assert value[f"train/{phase}/grad_norm"] > 0
    assert {f"train/g/{term}" for term in ("pixel", "tv", "gan", "cycle", "gan_lr")} <= value.keys()
    assert {"health/color_drift", "health/high_frequency"} <= value.keys()
    assert "val/photos/psnr" in header


def test_networks_of_different_scales_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"enlarges by 4, the downscaler reduces by 2: set scale"):
        cycle(downscaler=Downscaler(scale=2, features=2, blocks=1))


def test_a_downscaler_of_another_size_is_blamed(batch: dict[str, torch.Tensor]) -> None:
    class Keeps(torch.nn.Module):
        scale = 4

        def forward(self, hr: torch.Tensor) -> torch.Tensor:
            return hr

    with pytest.raises(ConfigError, match=r"downscaler Keeps returned \(4, 3, 32, 32\) for an"):
        attached(cycle(downscaler=Keeps())).shared_forward(batch)


SMALL = (
    *("generator.features=4", "generator.blocks=1", "discriminator.features=2", "batch_size=2"),
    *("system.downscaler.features=4", "system.lr_discriminator.features=2", "patch_size=64"),
)


def test_the_recipe_weighs_the_terms_as_the_paper() -> None:
    cfg = composed("train", "srrescycgan_df2k_noise8", *SMALL)
    system: Any = attached(build(cfg.system))
    batch = {"hr": torch.rand(2, 3, 64, 64), "lr": torch.rand(2, 3, 16, 16)}
    outputs = system.shared_forward(batch)
    terms = system.generator_loss(outputs)
    assert terms.keys() == {"pixel", "perceptual", "tv", "gan", "cycle", "gan_lr"}
    sr, hr, reduced = 255 * outputs.sr, 255 * outputs.hr, 255 * outputs.lr_domain.fake
    torch.testing.assert_close(terms["pixel"], 10 * (sr - hr).abs().mean())
    torch.testing.assert_close(terms["cycle"], 10 * (reduced - 255 * batch["lr"]).abs().mean())
    error = sr - hr
    steps = error.diff(dim=-1).abs().sum() + error.diff(dim=-2).abs().sum()
    torch.testing.assert_close(terms["tv"], steps / error.numel())
