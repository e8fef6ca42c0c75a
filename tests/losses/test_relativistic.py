import json

import numpy as np
import pytest
import torch
from commands import server
from half_batch import share

from srrescgan.losses import RelativisticAverageGAN


@pytest.mark.reference
@pytest.mark.parametrize("step", [0, 1])
def test_losses_of_the_reference_training_steps(shared, step):
    scalars = json.loads((shared / "goldens" / "io_train_scalars.json").read_text())
    golden = scalars["train_steps(no VGG term)"][step]
    real, fake = torch.tensor(golden["pr"]), torch.tensor(golden["pf"])
    gan = RelativisticAverageGAN(weight=1.0)
    assert gan.generator(real, fake).item() == pytest.approx(golden["l_g_gan"], rel=1e-6)
    # The second step's value is the float32 rounding of 1 + 1e-7.
    assert gan.discriminator(real, fake).item() == pytest.approx(
        golden["l_d"], rel=1e-6, abs=2**-23
    )


def test_patch_maps_are_relative_to_the_batch_mean_of_their_place():
    rng = np.random.default_rng(2)
    real, fake = rng.normal(size=(4, 1, 3, 5)), rng.normal(size=(4, 1, 3, 5))
    a, b = real - fake.mean(0), fake - real.mean(0)
    expected = 0.5 * (np.log1p(np.exp(-a)).mean() + np.log1p(np.exp(b)).mean())
    value = RelativisticAverageGAN().discriminator(torch.from_numpy(real), torch.from_numpy(fake))
    assert value.item() == pytest.approx(expected, rel=1e-12)


def test_two_processes_with_half_the_batch_each_see_the_whole(tmp_path):
    real = torch.randn(4, 1, dtype=torch.float64)
    fake = torch.randn(4, 1, dtype=torch.float64)
    context = server()  # not forks of this process, in which autograd may have threads already
    queue = context.Queue()
    processes = [
        context.Process(target=share, args=(rank, tmp_path, real, fake, queue), daemon=True)
        for rank in range(2)
    ]
    for process in processes:
        process.start()
    parts = sorted(queue.get(timeout=50) for _ in processes)
    for process in processes:
        process.join(timeout=50)

    real.requires_grad_()
    fake.requires_grad_()
    whole = RelativisticAverageGAN().discriminator(real, fake)
    whole.backward()
    assert np.mean([loss for _, loss, _, _ in parts]) == pytest.approx(whole.item(), rel=1e-12)
    # DDP averages gradients over processes, so each one's are twice its share.
    for index, grad in ((2, real.grad), (3, fake.grad)):
        ours = torch.tensor([row for part in parts for row in part[index]], dtype=torch.float64)
        assert torch.allclose(ours / 2, grad, rtol=1e-12, atol=0)
