"""One adversarial iteration, against the plain formulation and against the reference."""

import json
from functools import partial

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from recipe import recipe_fill
from torch import nn
from toys import flat, networks, with_settings

from srrescgan.discriminators import VGGDiscriminator
from srrescgan.generators import SRResDNet
from srrescgan.layers import HighPass
from srrescgan.losses import (
    LSGAN,
    WGANGP,
    GANLoss,
    HingeGAN,
    PixelLoss,
    RelativisticAverageGAN,
    TVLoss,
    VanillaGAN,
)
from srrescgan.schedulers import Constant
from srrescgan.systems import SRGANSystem
from srrescgan.systems.base import sum_terms
from srrescgan.weights.files import load_into, read_generator


def attached(system: SRGANSystem) -> SRGANSystem:
    trainer = pl.Trainer(accelerator="cpu", logger=False, enable_checkpointing=False)
    system.trainer = trainer
    return system


def gradients(module: nn.Module) -> torch.Tensor:
    return torch.cat([p.grad.flatten() for p in module.parameters()])


@pytest.fixture
def batch() -> dict[str, torch.Tensor]:
    return {"hr": torch.rand(4, 3, 32, 32), "lr": torch.rand(4, 3, 8, 8)}


@pytest.mark.parametrize("loss", [RelativisticAverageGAN, VanillaGAN, LSGAN, HingeGAN, WGANGP])
def test_sharing_the_discriminators_passes_is_exact(
    batch: dict[str, torch.Tensor], loss: type[GANLoss]
) -> None:
    system = attached(networks(gan_loss=loss(weight=0.7)))
    g, d = system.generator, system.discriminator
    seen = system.shared_forward(batch)
    sum_terms(system.generator_loss(seen)).backward()
    assert all(p.grad is None for p in d.parameters())  # the generator's move leaves d alone
    shared_g = gradients(g)
    torch.manual_seed(1)  # the gradient penalty draws its mixtures
    sum_terms(system.discriminator_loss(seen)).backward()
    assert torch.equal(gradients(g), shared_g)  # and the other way round
    shared_d = gradients(d)

    # The reference's way: separate passes for each network.
    g.zero_grad()
    d.zero_grad()
    sr = g(batch["lr"])
    loss_g = sum(term(sr, batch["hr"]) for term in system.losses.values())
    loss_g = loss_g + system.gan_loss.generator(d(batch["hr"]).detach(), d(sr))
    plain_g = torch.cat([x.flatten() for x in torch.autograd.grad(loss_g, list(g.parameters()))])
    real, fake = d(batch["hr"]), d(sr.detach())
    loss_d = system.gan_loss.discriminator(real, fake)
    torch.manual_seed(1)
    penalty = system.gan_loss.penalty(d, batch["hr"], sr.detach())
    loss_d = loss_d if penalty is None else loss_d + penalty
    plain_d = torch.cat([x.flatten() for x in torch.autograd.grad(loss_d, list(d.parameters()))])
    for ours, plain in ((shared_g, plain_g), (shared_d, plain_d)):
        assert plain.norm() > 0
        torch.testing.assert_close(ours, plain, rtol=1e-4, atol=float(1e-6 * plain.norm()))


def test_the_clock_updates_both_networks(fit) -> None:
    system = networks()
    start = flat(system.generator), flat(system.discriminator)
    fit(system, iterations=1)
    assert not torch.equal(flat(system.generator), start[0])
    assert not torch.equal(flat(system.discriminator), start[1])


def test_the_average_is_kept_beside_the_raw_weights(fit, tmp_path) -> None:
    history = []

    class Watch(pl.Callback):
        def on_train_batch_end(self, trainer, pl_module, *_) -> None:
            history.append(flat(pl_module.generator).clone())

    system = networks(ema_decay=0.6)
    trainer = fit(system, iterations=3, callbacks=(Watch(),))
    average = history[0]
    for weights in history[1:]:
        average = 0.6 * average + 0.4 * weights
    torch.testing.assert_close(flat(system.ema.module), average)
    assert not torch.equal(flat(system.generator), average)

    trainer.save_checkpoint(tmp_path / "e.ckpt")
    keys = torch.load(tmp_path / "e.ckpt", weights_only=True)["state_dict"]
    torch.testing.assert_close(keys["generator.alpha"], system.generator.alpha.detach())
    torch.testing.assert_close(keys["ema.module.alpha"], system.ema.module.alpha)
    loaded = SRResDNet(features=8, blocks=2)
    load_into(loaded, read_generator(tmp_path / "e.ckpt"))
    torch.testing.assert_close(flat(loaded), average)


@pytest.mark.reference
def test_two_iterations_of_the_reference(shared) -> None:
    golden = np.load(shared / "goldens/train_step.npz")
    expected = json.loads((shared / "goldens/io_train_scalars.json").read_text())
    steps = expected["train_steps(no VGG term)"]
    generator = SRResDNet()
    load_into(generator, read_generator(shared / "reference/weights/srresdnet_perceptual.pth"))
    discriminator = VGGDiscriminator(input_filter=HighPass(9, value_range=255.0))
    recipe_fill(discriminator, std=0.05)
    system = with_settings(
        SRGANSystem,
        generator=generator,
        discriminator=discriminator,
        losses={"pixel": PixelLoss(10.0, 255.0), "tv": TVLoss(1.0, 255.0)},
        gan_loss=RelativisticAverageGAN(1.0),
        optimizer={name: partial(torch.optim.Adam, lr=1e-4) for name in "gd"},
        scheduler={name: Constant() for name in "gd"},
        metrics={},
    )
    batch = {key.lower(): torch.from_numpy(golden[key]).float() / 255 for key in ("HR", "LR")}
    loader = torch.utils.data.DataLoader([batch] * 2, batch_size=None)
    seen: list[dict[str, float]] = []

    class Watch(pl.Callback):
        def on_train_batch_end(self, trainer, pl_module, *_) -> None:
            seen.append({key: float(value) for key, value in pl_module.latest.items()})

        def on_before_optimizer_step(self, trainer, pl_module, optimizer) -> None:
            if (
                pl_module.iteration == 0
                and optimizer.param_groups[0]["params"][0] is generator.alpha
            ):
                for name, value in steps[0]["gradnorms"].items():
                    grad = dict(generator.named_parameters())[name].grad
                    assert grad.norm().item() == pytest.approx(value, rel=1e-3, abs=1e-6), name

    trainer = pl.Trainer(
        accelerator="cpu",
        max_epochs=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[Watch()],
    )
    trainer.fit(system, loader)
    # Step 1 tightly: the same numbers up to the order of float32 sums.
    first = {"pixel": "l_g_pix", "tv": "l_g_tv", "gan": "l_g_gan"}
    for ours, theirs in first.items():
        assert seen[0][f"train/g/{ours}"] == pytest.approx(steps[0][theirs], rel=1e-4)
    assert seen[0]["train/d/gan"] == pytest.approx(steps[0]["l_d"], rel=1e-3)
    assert seen[0]["train/d/grad_norm"] == pytest.approx(steps[0]["D_gradnorm"], rel=1e-2)
    assert seen[0]["train/d/real"] == pytest.approx(np.mean(steps[0]["pr"]), rel=1e-2)
    assert seen[0]["train/d/fake"] == pytest.approx(np.mean(steps[0]["pf"]), rel=1e-2)
    # Step 2 loosely: Adam's first step turns rounding of tiny gradients into full steps.
    assert seen[1]["train/g/pixel"] == pytest.approx(steps[1]["l_g_pix"], rel=1e-2)
    assert seen[1]["train/g/tv"] == pytest.approx(steps[1]["l_g_tv"], rel=1e-2)
    fake = generator(batch["lr"]).detach() * 255
    difference = (fake - torch.from_numpy(golden["fake_after_2steps"])).abs()
    assert difference.mean() < 0.5
