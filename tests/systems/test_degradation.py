"""Learned degradations: who moves, down what, and what validation compares."""

from functools import partial
from typing import Any

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from toys import flat, with_settings

from srrescgan.data import PairedFolder, SRDataModule, UnpairedFolder
from srrescgan.discriminators import PatchDiscriminator
from srrescgan.generators import DSGANGenerator
from srrescgan.images import read_image, to_tensor, to_uint8, write_png
from srrescgan.layers import HighPass
from srrescgan.losses import (
    WGANGP,
    ColorLoss,
    GANLoss,
    PixelLoss,
    RelativisticAverageGAN,
    VanillaGAN,
)
from srrescgan.metrics import PSNR, Protocol
from srrescgan.ops.resize import imresize
from srrescgan.schedulers import Constant
from srrescgan.systems import DegradationCycleSystem, DegradationGANSystem, PhasedSystem
from srrescgan.systems.base import sum_terms


def dsgan(**changes: Any) -> DegradationGANSystem:
    torch.manual_seed(3)
    arguments: dict[str, Any] = {
        "generator": DSGANGenerator(features=4, blocks=1),
        "discriminator": PatchDiscriminator(2, HighPass(5, 1.0, include_pad=False)),
        "losses": {"color": ColorLoss(1.0)},
        "gan_loss": VanillaGAN(weight=0.5),
        **_common(),
    }
    return with_settings(DegradationGANSystem, **arguments | changes)


def cyclegan(**changes: Any) -> DegradationCycleSystem:
    torch.manual_seed(3)
    arguments: dict[str, Any] = {
        "generator": DSGANGenerator(features=4, blocks=1),
        "restorer": DSGANGenerator(features=4, blocks=1),
        "discriminator": PatchDiscriminator(2),
        "clean_discriminator": PatchDiscriminator(2),
        "cycle_loss": PixelLoss(10.0),
        "identity_loss": PixelLoss(5.0),
        "gan_loss": VanillaGAN(weight=0.5),
        **_common(),
    }
    return with_settings(DegradationCycleSystem, **arguments | changes)


def _common() -> dict[str, Any]:
    return {
        "optimizer": {name: partial(torch.optim.SGD, lr=0.1) for name in "gd"},
        "scheduler": {name: Constant() for name in "gd"},
        "metrics": {"psnr": PSNR(Protocol())},
        "scale": 4,
    }


class Seed(pl.Callback):
    """The gradient penalty draws its mixtures."""

    def on_train_batch_start(self, *_: Any) -> None:
        torch.manual_seed(5)


def one_iteration(system: PhasedSystem, batch: dict) -> None:
    trainer = pl.Trainer(
        accelerator="cpu",
        max_epochs=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[Seed()],
    )
    trainer.fit(system, torch.utils.data.DataLoader([batch], batch_size=None))


@pytest.fixture
def batch() -> dict[str, torch.Tensor]:
    rng = np.random.default_rng(0)
    photo = torch.rand(2, 3, 12, 12).repeat_interleave(4, -1).repeat_interleave(4, -2)
    noise = torch.from_numpy(rng.normal(0, 0.1, (2, 3, 12, 12))).float()
    return {"hr": photo, "lr_real": (torch.rand(2, 3, 12, 12) / 2 + 0.25 + noise).clamp(0, 1)}


@pytest.mark.parametrize("loss", [VanillaGAN, RelativisticAverageGAN, WGANGP])
def test_dsgan_updates_the_discriminator_and_then_evaluates_it_again(
    batch: dict[str, torch.Tensor], loss: type[GANLoss]
) -> None:
    gan = loss(weight=0.5)
    system, plain = dsgan(gan_loss=gan), dsgan(gan_loss=gan)
    one_iteration(system, batch)

    # The same iteration written out: D first, then G against the moved D.
    torch.manual_seed(5)
    g, d = plain.generator, plain.discriminator
    given = imresize(batch["hr"], 1 / 4, quantise=True).clamp(0, 1)
    made = g(given)
    loss_d = gan.discriminator(d(batch["lr_real"]), d(made.detach()))
    penalty = gan.penalty(d, batch["lr_real"], made.detach())
    loss_d = loss_d if penalty is None else loss_d + penalty
    for p, gradient in zip(
        d.parameters(), torch.autograd.grad(loss_d, list(d.parameters())), strict=True
    ):
        p.data -= 0.1 * gradient
    moved = flat(d)
    loss_g = ColorLoss(1.0)(made, given) + gan.generator(d(batch["lr_real"]).detach(), d(made))
    for p, gradient in zip(
        g.parameters(), torch.autograd.grad(loss_g, list(g.parameters())), strict=True
    ):
        p.data -= 0.1 * gradient
    torch.testing.assert_close(flat(system.discriminator), moved, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(flat(system.generator), flat(g), rtol=1e-4, atol=1e-6)
    assert not torch.equal(flat(system.generator), flat(dsgan().generator))


def test_cyclegan_goes_down_the_losses_of_the_paper(batch: dict[str, torch.Tensor]) -> None:
    system, plain = cyclegan(), cyclegan()
    one_iteration(system, batch)

    there, back = plain.generator, plain.restorer
    knows_camera, knows_clean = plain.discriminator, plain.clean_discriminator
    gan, clean = plain.gan_loss, imresize(batch["hr"], 1 / 4, quantise=True).clamp(0, 1)
    camera = batch["lr_real"]
    l1 = torch.nn.functional.l1_loss
    loss_g = (
        gan.generator(None, knows_camera(there(clean)))
        + gan.generator(None, knows_clean(back(camera)))
        + 10 * l1(back(there(clean)), clean)
        + 10 * l1(there(back(camera)), camera)
        + 5 * l1(there(camera), camera)
        + 5 * l1(back(clean), clean)
    )
    loss_d = gan.discriminator(knows_camera(camera), knows_camera(there(clean).detach()))
    loss_d = loss_d + gan.discriminator(knows_clean(clean), knows_clean(back(camera).detach()))
    for loss, nets in ((loss_g, (there, back)), (loss_d, (knows_camera, knows_clean))):
        parameters = [p for net in nets for p in net.parameters()]
        for p, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            p.data -= 0.1 * gradient
    names = ("generator", "restorer", "discriminator", "clean_discriminator")
    start = cyclegan()
    for name in names:
        ours, expected = flat(getattr(system, name)), flat(getattr(plain, name))
        torch.testing.assert_close(ours, expected, rtol=1e-3, atol=1e-6)
        assert not torch.equal(ours, flat(getattr(start, name)))


@pytest.mark.parametrize("make", [dsgan, cyclegan])
def test_no_gradient_leaks_from_one_network_to_the_other(
    batch: dict[str, torch.Tensor], make: Any
) -> None:
    system = make()
    system.trainer = pl.Trainer(accelerator="cpu", logger=False, enable_checkpointing=False)
    seen = system.shared_forward(batch)
    phases = {phase.name: phase for phase in system.phases()}
    for name in phases:
        system.zero_grad()
        sum_terms(phases[name].loss(seen)).backward(retain_graph=True)
        (other,) = phases.keys() - {name}
        assert all(p.grad is None for p in phases[other].parameters())
        assert all(p.grad is not None for p in phases[name].parameters())


@pytest.mark.parametrize("make", [dsgan, cyclegan])
def test_trains_from_folders_and_validates_against_the_sets_own_lr(
    make: Any, photo_folder, tmp_path
) -> None:
    hr = photo_folder("hr", 2, (64, 64))
    for path in hr.glob("*.png"):
        lr = imresize(to_tensor(read_image(path))[None], 1 / 4)[0]
        write_png(tmp_path / "lr" / path.name, to_uint8(lr + 0.1 * torch.randn_like(lr)))
    system = make()
    module = SRDataModule(
        train=UnpairedFolder(str(hr), str(hr), 4, 32),
        val={"pairs": PairedFolder(str(hr), str(tmp_path / "lr"), 4)},
        degradation=None,
        scale=4,
        batch_size=2,
        iterations=2,
    )
    shown = []

    class Watch(pl.Callback):
        def on_validation_batch_end(self, trainer, pl_module, outputs, *_) -> None:
            shown.append(outputs["pictures"])

    trainer = pl.Trainer(
        accelerator="cpu",
        max_epochs=1,
        val_check_interval=2,
        check_val_every_n_epoch=None,
        num_sanity_val_steps=0,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,
        callbacks=[Watch()],
    )
    trainer.fit(system, module)
    assert system.iteration == 2
    scores = trainer.callback_metrics
    # The noise of 0.1 is 20 dB away from bicubic, whatever an untrained network makes of it.
    assert 18 < scores["val/pairs/bicubic/psnr"] < 22
    assert scores["val/pairs/psnr"] < scores["val/pairs/bicubic/psnr"]
    assert [list(pictures) for pictures in shown] == [["bicubic", "made", "real"]] * 2
    assert {tuple(p.shape) for pictures in shown for p in pictures.values()} == {(1, 3, 16, 16)}
