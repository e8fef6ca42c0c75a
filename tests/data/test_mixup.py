import numpy as np
import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from srrescgan.data.mixup import Mixup


def _batch(seed: int, size: int = 6) -> dict:
    rng = torch.Generator().manual_seed(seed)
    return {
        "hr": torch.rand(size, 3, 8, 8, generator=rng),
        "lr": torch.rand(size, 3, 2, 2, generator=rng),
        "name": [str(index) for index in range(size)],
        "seed": torch.randint(2**62, (size,), generator=rng),
    }


def _solve(batch: dict, mixed: dict) -> tuple[float, list[int]]:
    """The lambda and the permutation that explain a mixed batch, found by least squares."""
    flat, result = batch["hr"].flatten(1).double(), mixed["hr"].flatten(1).double()
    partners, lams = [], []
    for row, target in enumerate(result):
        if torch.allclose(flat[row], target, atol=1e-6):  # its own partner: says nothing of lambda
            partners.append(row)
            continue
        fits = []
        for other in set(range(len(flat))) - {row}:
            direction = flat[row] - flat[other]
            lam = float((target - flat[other]) @ direction / (direction @ direction))
            residual = (flat[other] + lam * direction - target).norm()
            fits.append((float(residual), other, lam))
        _, partner, lam = min(fits)
        partners.append(partner)
        lams.append(lam)
    np.testing.assert_allclose(lams, np.mean(lams or [0.0]), atol=1e-5)
    return float(np.mean(lams)) if lams else float("nan"), partners


def test_one_lambda_and_one_permutation_for_hr_and_lr():
    batch = _batch(0)
    mixed = Mixup(probability=1.0)(batch)
    lam, partners = _solve(batch, mixed)
    assert sorted(partners) == list(range(6))
    assert 0 < lam < 1
    for role in ("hr", "lr"):
        expected = lam * batch[role] + (1 - lam) * batch[role][partners]
        torch.testing.assert_close(mixed[role], expected, rtol=0, atol=1e-5)
    assert mixed["name"] == batch["name"]


def test_lambda_is_beta_distributed():
    batches = [_batch(seed) for seed in range(200)]  # all 6 their own partners: 1 in 720
    lams = [_solve(batch, Mixup(1.0)(batch))[0] for batch in batches]
    # Beta(1.2, 1.2): mean 1/2, variance 1 / (4 * 3.4); standard errors 0.019 and about 0.004.
    assert np.mean(lams) == pytest.approx(0.5, abs=0.08)
    assert np.var(lams) == pytest.approx(1 / 13.6, abs=0.016)


def test_mixes_the_asked_for_share_of_batches():
    mixup = Mixup(probability=0.3)
    batches = [_batch(seed, size=2) for seed in range(500)]
    share = np.mean([mixup(batch) is not batch for batch in batches])
    assert share == pytest.approx(0.3, abs=0.1)  # standard error 0.02
    assert all(Mixup(probability=0.0)(batch) is batch for batch in batches[:50])


def test_the_sample_seeds_decide_alone():
    batch = _batch(3)
    before = batch["hr"].clone()
    first = Mixup(1.0)(batch)
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    assert torch.equal(Mixup(1.0)(batch)["hr"], first["hr"])
    assert torch.equal(batch["hr"], before)
    other = Mixup(1.0)({**batch, "seed": batch["seed"] + 1})
    assert not torch.equal(other["hr"], first["hr"])


def _slice(batch: dict, rank: int) -> dict:
    return {key: value[3 * rank : 3 * (rank + 1)] for key, value in batch.items()}


def _one_rank(rank: int, folder: str) -> None:
    dist.init_process_group("gloo", f"file://{folder}/store", rank=rank, world_size=2)
    mixed = [Mixup(0.5)(_slice(_batch(seed), rank)) for seed in range(8)]
    torch.save([(batch["hr"], batch["lr"]) for batch in mixed], f"{folder}/{rank}.pt")
    dist.destroy_process_group()


def test_two_processes_see_the_slices_of_what_one_sees(tmp_path):
    mp.start_processes(_one_rank, (str(tmp_path),), nprocs=2, start_method="fork")
    alone = [Mixup(0.5)(_batch(seed)) for seed in range(8)]
    assert 0 < sum(mixed["hr"].equal(_batch(seed)["hr"]) for seed, mixed in enumerate(alone)) < 8
    for rank in range(2):
        for mixed, (hr, lr) in zip(alone, torch.load(tmp_path / f"{rank}.pt"), strict=True):
            assert torch.equal(hr, _slice(mixed, rank)["hr"])
            assert torch.equal(lr, _slice(mixed, rank)["lr"])


@pytest.mark.parametrize("arguments", [{"probability": 1.5}, {"alpha": 0.0}])
def test_impossible_parameters_are_refused(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        Mixup(**arguments)
