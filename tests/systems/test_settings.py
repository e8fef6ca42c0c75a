"""Settings and contracts of a system: what it refuses, and what it does exactly once."""

from types import SimpleNamespace

import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from toys import flat, networks

from srrescgan.data import LRFolder
from srrescgan.errors import ConfigError
from srrescgan.losses import PixelLoss, VanillaGAN
from srrescgan.metrics import PSNR, Protocol
from srrescgan.systems import SRGANSystem, SRPixelSystem
from srrescgan.systems.adversarial import detached_adversarial_loss


class Enlarger(nn.Module):
    """Enlarges by another factor than it says."""

    def __init__(self, scale: int = 4, actual: int = 4) -> None:
        super().__init__()
        self.scale = scale
        self.actual = actual
        self.gain = nn.Parameter(torch.ones(1))
        self.modes: list[bool] = []

    def forward(self, lr: Tensor) -> Tensor:
        self.modes.append(self.training)
        return self.gain * nn.functional.interpolate(lr, scale_factor=self.actual)


class Spread(nn.Module):
    """A loss that forgets the mean."""

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        return (sr - hr).abs()


@pytest.mark.parametrize("kind", [SRGANSystem, SRPixelSystem])
def test_a_generator_of_another_size_is_blamed_in_training(fit, kind) -> None:
    expected = (
        r"generator Enlarger returned 3 x 24 x 24 for an input of 3 x 8 x 8 .*"
        r"expected 3 x 32 x 32: scale 4\..*generator="
    )
    with pytest.raises(ConfigError, match=expected):
        fit(networks(kind, generator=Enlarger(actual=3)), iterations=1)


@pytest.mark.parametrize("hr", [True, False])
def test_a_generator_of_another_size_is_blamed_in_validation(hr: bool) -> None:
    system = networks(SRPixelSystem, generator=Enlarger(actual=2))
    lr = torch.rand(1, 3, 8, 9)
    batch = {"lr": lr, "set": ["x"], "name": ["y"], "is_padding": torch.tensor([False])}
    if hr:
        batch["hr"] = torch.rand(1, 3, 32, 36)
    with pytest.raises(ConfigError, match=r"Enlarger returned 3 x 16 x 18 .* expected 3 x 32 x 36"):
        system.validation_step(batch, 0)


class Number(nn.Module):
    """A loss that leaves the graph."""

    def forward(self, sr: Tensor, hr: Tensor) -> float:
        return 0.5


@pytest.mark.parametrize(
    ("loss", "said"), [(Spread(), r"a tensor of shape \(4, 3, 32, 32\)"), (Number(), "float")]
)
def test_a_loss_that_is_no_scalar_is_named_before_anything_is_updated(
    fit, loss: nn.Module, said: str
) -> None:
    system = networks(SRPixelSystem, losses={"pixel": PixelLoss(), "mine": loss})
    start = flat(system.generator)
    with pytest.raises(ConfigError, match=rf"loss\.mine: .*'mine' is {said}, expected a scalar"):
        fit(system, iterations=1)
    assert torch.equal(flat(system.generator), start)


def test_a_gan_loss_that_is_no_scalar_is_named(fit) -> None:
    class Logits(VanillaGAN):
        def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
            return fake_logits

    with pytest.raises(
        ConfigError, match=r"gan_loss: the term 'gan' is a tensor of shape \(4, 1\)"
    ):
        fit(networks(gan_loss=Logits()), iterations=1)


def test_the_average_moves_once_per_iteration(fit) -> None:
    class Sum(nn.Module):
        """Each update adds the learning rate to every weight."""

        def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
            return -system.generator.gain.sum() + 0 * sr.sum()

    sgd = {"g": lambda parameters: torch.optim.SGD(parameters, lr=1.0)}
    system = networks(
        SRPixelSystem, generator=Enlarger(), losses={}, optimizer=sgd, accumulate=4, ema_decay=0.5
    )
    system.losses["sum"] = Sum()
    fit(system, iterations=3)
    assert system.generator.gain.item() == 4
    average = 2.0  # a copy after the first iteration, then half way each time
    for gain in (3.0, 4.0):
        average = (average + gain) / 2
    assert system.ema.module.gain.item() == average


def test_the_gradient_does_not_depend_on_the_loss_scale() -> None:
    def gradient(loss_scale: float) -> Tensor:
        torch.manual_seed(0)
        fake = torch.rand(2, 3, 4, 4, requires_grad=True)
        detached = fake.detach().requires_grad_()
        loss = detached.square().mean()
        result = detached_adversarial_loss(loss, detached, fake, loss_scale)
        assert result.item() == loss.item()
        result.backward()
        return fake.grad

    assert gradient(1.0).norm() > 0
    assert torch.equal(gradient(1024.0), gradient(1.0))


@pytest.mark.parametrize("loss_scale", [1.0, 4096.0])
def test_a_system_passes_its_loss_scale_on(fit, loss_scale: float) -> None:
    """The scaled gradient of the adversarial term is unscaled before it joins the others."""
    system = networks()
    system.trainer = SimpleNamespace(
        precision_plugin=SimpleNamespace(scaler=SimpleNamespace(get_scale=lambda: loss_scale))
    )
    assert system.loss_scale() == loss_scale
    batch = {"hr": torch.rand(4, 3, 32, 32), "lr": torch.rand(4, 3, 8, 8)}
    system.generator_loss(system.shared_forward(batch))["gan"].backward()
    ours = torch.cat([p.grad.flatten() for p in system.generator.parameters()])
    plain = networks()
    fake = plain.discriminator(plain.generator(batch["lr"]))
    real = plain.discriminator(batch["hr"]).detach()
    plain.gan_loss.generator(real, fake).backward()
    expected = torch.cat([p.grad.flatten() for p in plain.generator.parameters()])
    assert expected.norm() > 0
    assert (ours - expected).norm() <= 1e-4 * expected.norm()


@pytest.mark.parametrize("ema_decay", [None, 0.5])
def test_validation_runs_the_generator_in_eval_mode_and_training_in_train_mode(
    fit, ema_decay: float | None
) -> None:
    system = networks(SRPixelSystem, generator=Enlarger(), ema_decay=ema_decay)
    fit(system, iterations=4, validate_every=2)
    assert system.generator.training
    modes = [*system.generator.modes, *([] if system.ema is None else system.ema.module.modes)]
    assert sorted(modes) == [False] * 2 * 3 + [True] * 4  # 2 validations of 3 photos, 4 iterations


@pytest.mark.parametrize("ema_decay", [None, 0.5])
def test_a_system_in_training_upscales_in_eval_mode(ema_decay: float | None) -> None:
    """Whoever calls a system between two training steps gets a prediction."""
    system = networks(SRPixelSystem, generator=Enlarger(), ema_decay=ema_decay).train()
    system(torch.rand(1, 3, 8, 8))
    assert system.best_generator.modes == [False]
    assert system.best_generator.training


def test_padding_images_are_not_scored() -> None:
    system = networks(SRPixelSystem, generator=Enlarger())
    hr = torch.rand(1, 3, 32, 32)
    batch = {"lr": torch.rand(1, 3, 8, 8), "hr": hr, "set": ["x"], "name": ["y"]}
    padding = system.validation_step({**batch, "is_padding": torch.tensor([True])}, 0)
    assert padding["scores"] == {}
    assert system._scores.means() == {}
    scored = system.validation_step({**batch, "is_padding": torch.tensor([False])}, 0)
    assert scored["scores"].keys() == {"psnr"}
    assert system._scores.means().keys() == {"val/x/psnr", "val/x/bicubic/psnr"}


class Brightness:
    """A metric without a reference."""

    reference = None
    higher_is_better = True
    decimals = 2
    what = "mean"

    def __call__(self, image: Tensor) -> Tensor:
        return image.double().mean((1, 2, 3))


def test_a_set_without_ground_truth_is_validated_in_training(fit, photo_folder) -> None:
    metrics = {"rgb/psnr": PSNR(Protocol("rgb", 0, "round")), "rgb/brightness": Brightness()}
    system = networks(SRPixelSystem, metrics=metrics)
    camera = LRFolder(str(photo_folder("camera", count=2, size=(12, 15))), 4)
    shown = []

    class Watch(pl.Callback):
        def on_validation_batch_end(self, trainer, pl_module, outputs, batch, *_) -> None:
            shown.append((*batch["set"], [*outputs["pictures"]], [*outputs["scores"]]))

    trainer = fit(
        system, iterations=2, validate_every=2, callbacks=(Watch(),), val={"camera": camera}
    )
    seen = [item[1:] for item in shown if item[0] == "camera"]
    assert seen == [(["lr", "bicubic", "sr"], ["rgb/brightness"])] * 2
    scores = trainer.callback_metrics
    assert "val/camera/rgb/psnr" not in scores
    assert {"val/camera/rgb/brightness", "val/camera/bicubic/rgb/brightness"} <= scores.keys()
    assert "val/photos/rgb/psnr" in scores
