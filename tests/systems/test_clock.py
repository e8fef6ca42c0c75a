"""The iteration clock: what an iteration is, and everything that follows it."""

import json

import pytest
import pytorch_lightning as pl
import torch
from toys import Recorder, flat, networks

from srrescgan.schedulers import Cosine, HoldThenLinear, MultiStep
from srrescgan.systems import SRGANSystem, SRPixelSystem


def test_an_iteration_updates_every_network_and_is_not_an_optimizer_step(fit) -> None:
    system, recorder = networks(), Recorder()
    trainer = fit(system, iterations=5, validate_every=2, callbacks=(recorder,))
    assert system.iteration == 5
    assert [len(recorder.rates[phase]) for phase in "gd"] == [5, 5]
    assert trainer.global_step == 10  # Lightning's clock runs twice as fast: why ours exists
    assert recorder.validated_at == [2, 4]


def test_a_network_with_an_interval_is_updated_less_often(fit) -> None:
    system, recorder = networks(discriminator_interval=3), Recorder()
    fit(system, iterations=7, validate_every=3, callbacks=(recorder,))
    assert [len(recorder.rates[phase]) for phase in "gd"] == [7, 3]
    assert system.iteration == 7
    assert recorder.validated_at == [3, 6]


@pytest.mark.parametrize("accumulate", [1, 2])
def test_rates_equal_the_closed_form_at_each_iteration(fit, accumulate: int) -> None:
    schedules = {"g": MultiStep([3, 5], gamma=0.5, warmup=2), "d": Cosine(6, floor=0.1)}
    system, recorder = networks(scheduler=schedules, accumulate=accumulate), Recorder()
    fit(system, iterations=6, callbacks=(recorder,), validate_every=2)
    assert recorder.validated_at == [2, 4, 6]
    expected_g = [0.5e-3, 1e-3, 0.5e-3, 0.5e-3, 0.25e-3, 0.25e-3]
    assert recorder.rates["g"] == pytest.approx(expected_g, rel=1e-12)
    cosine = [
        1e-3 * (0.1 + 0.45 * (1 + torch.cos(torch.tensor(torch.pi * n / 6)).item()))
        for n in range(1, 7)
    ]
    assert recorder.rates["d"] == pytest.approx(cosine, rel=1e-5)


@pytest.mark.reference
def test_the_papers_schedule(shared) -> None:
    golden = json.loads((shared / "goldens/misc_scalars.json").read_text())
    rates = golden["lr_at_iteration(1-based, lr used by that update)"]
    schedule = MultiStep([5000, 10000, 20000, 30000], gamma=0.5)
    assert {n: 1e-4 * schedule(int(n)) for n in rates} == pytest.approx(rates, rel=1e-12)


def test_a_resumed_run_uses_the_rate_it_is_given(fit, tmp_path) -> None:
    first = networks(SRPixelSystem)
    fit(first, iterations=2).save_checkpoint(tmp_path / "two.ckpt")
    recorder = Recorder()
    factory = {"g": lambda parameters: torch.optim.Adam(parameters, lr=5e-4)}
    second = networks(SRPixelSystem, optimizer=factory)
    fit(second, iterations=4, callbacks=(recorder,), ckpt_path=tmp_path / "two.ckpt")
    assert recorder.rates["g"] == [5e-4, 5e-4]
    assert second.iteration == 4


def test_validation_stays_on_the_clock_after_a_resume(fit, tmp_path) -> None:
    fit(networks(), iterations=1).save_checkpoint(tmp_path / "one.ckpt")
    recorder = Recorder()
    fit(
        networks(),
        iterations=5,
        validate_every=2,
        callbacks=(recorder,),
        ckpt_path=tmp_path / "one.ckpt",
    )
    assert recorder.validated_at == [2, 4]


def test_validation_scores_the_average(fit) -> None:
    system = networks(ema_decay=0.99)
    scores = fit(system, iterations=4, validate_every=4).callback_metrics
    raw = networks()
    raw.load_state_dict(system.state_dict(), strict=False)
    lr = torch.rand(1, 3, 8, 9)
    assert torch.equal(system(lr), system.ema.module(lr))
    assert not torch.equal(system(lr), raw(lr))
    assert "val/photos/psnr" in scores


def test_channels_last_reaches_the_networks(fit) -> None:
    layouts = []

    class Watch(pl.Callback):
        def on_train_batch_start(self, trainer, pl_module, *_) -> None:
            hook = pl_module.discriminator.register_forward_pre_hook
            hook(lambda _, images: layouts.append(images[0].is_contiguous(memory_format=last)))

    last = torch.channels_last
    system = networks(channels_last=True)
    fit(system, iterations=1, callbacks=(Watch(),))
    assert layouts
    assert all(layouts)
    weights = [p for p in system.parameters() if p.ndim == 4]
    assert all(p.is_contiguous(memory_format=last) for p in weights)


def test_accumulated_micro_batches_give_the_update_of_the_whole_batch(fit) -> None:
    whole, parts = (networks(SRPixelSystem, accumulate=n) for n in (1, 4))
    start = flat(whole.generator)
    fit(whole, iterations=2)
    fit(parts, iterations=2)
    assert not torch.equal(flat(whole.generator), start)
    # Adam turns a gradient's rounding into a relative error of the step (1e-3 here).
    torch.testing.assert_close(flat(parts.generator), flat(whole.generator), rtol=0, atol=2e-6)


def test_clipping_bounds_the_gradient(fit) -> None:
    sgd = {name: lambda p: torch.optim.SGD(p, lr=1.0) for name in "gd"}
    free, clipped = networks(optimizer=sgd), networks(optimizer=sgd, grad_clip=1e-3)
    start = flat(free.generator)
    fit(free, iterations=1)
    fit(clipped, iterations=1)
    assert (flat(free.generator) - start).norm() > 1e-2
    assert (flat(clipped.generator) - start).norm() == pytest.approx(1e-3, rel=0.01)
    assert clipped.latest["train/g/grad_norm"] == pytest.approx(
        free.latest["train/g/grad_norm"].item(), rel=1e-5
    )  # what is logged is the norm before clipping


def test_validation_compares_with_bicubic_and_logs_on_our_clock(fit, tmp_path) -> None:
    from pytorch_lightning.loggers import CSVLogger

    logger = CSVLogger(tmp_path, name="", version="csv")
    trainer = fit(networks(), iterations=4, validate_every=4, logger=logger)
    scores = trainer.callback_metrics
    assert scores["val/photos/bicubic/psnr"] > 10
    assert "val/photos/psnr" in scores
    rows = (tmp_path / "csv/metrics.csv").read_text().splitlines()
    assert rows[-1].split(",")[rows[0].split(",").index("iteration")] == "4"


def test_both_systems_take_the_same_arguments(fit) -> None:
    for kind in (SRGANSystem, SRPixelSystem):
        system = networks(kind, ema_decay=0.5, channels_last=True)
        fit(system, iterations=2, precision="bf16-mixed")
        assert system.iteration == 2
        assert all(p.dtype == torch.float32 and p.isfinite().all() for p in system.parameters())


def test_dsgans_schedule_by_epochs_and_by_iterations() -> None:
    # The reference's factor of epoch e, counted from 0: 1 - max(0, e - 150) / 150, of 300 epochs.
    by_epoch = HoldThenLinear(hold=150 * 165, iterations=300 * 165, every=165)
    for epoch in (0, 149, 150, 151, 225, 299):
        expected = 1 - max(0, epoch - 150) / 150
        for place in (1, 165):
            assert by_epoch(165 * epoch + place) == pytest.approx(expected, abs=1e-12)
    smooth = HoldThenLinear(hold=150 * 165, iterations=300 * 165)
    assert [smooth(n) for n in (1, 24750, 24751)] == [1, 1, 1]
    assert smooth(49500) == pytest.approx(1 / 24750)
    with pytest.raises(ValueError, match="hold < iterations"):
        HoldThenLinear(hold=10, iterations=10)
