import batchnorm_worker
import pytest
import torch
from commands import server
from torch import nn

from srrescgan.layers import GlobalBatchNorm2d

WORLD = 2


def test_in_one_process_it_is_batch_norm():
    ours, plain = GlobalBatchNorm2d(3), nn.BatchNorm2d(3)
    assert list(ours.state_dict()) == list(plain.state_dict())
    for _ in range(2):
        x = 5 + torch.randn(4, 3, 5, 6)
        assert torch.equal(ours(x), plain(x))
    for name, value in plain.state_dict().items():
        assert torch.equal(ours.state_dict()[name], value)
    assert torch.equal(ours.eval()(x), plain.eval()(x))


@pytest.fixture(scope="module")
def two_processes(tmp_path_factory):
    """The same two batches through one process (float64) and through two."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("gloo")
    # A mean far from 0, as a one-pass variance would lose its digits there.
    batches = [50 + torch.randn(4, 3, 5, 6), 40 + 2 * torch.randn(4, 3, 5, 6)]
    batches[0][:2] += 3  # the two processes see different means
    weights = [torch.randn(4, 3, 5, 6) for _ in batches]
    single = nn.BatchNorm2d(3)
    nn.init.normal_(single.weight)
    nn.init.normal_(single.bias)
    data = {"state": single.state_dict(), "batches": batches, "weights": weights}
    torch.save(data, folder / "data.pt")
    workers = [
        server().Process(target=batchnorm_worker.work, args=(folder, rank, WORLD))
        for rank in range(WORLD)
    ]
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=300)
    finally:
        for worker in workers:
            worker.kill()
    assert [worker.exitcode for worker in workers] == [0] * WORLD
    parts = [torch.load(folder / f"result{rank}.pt") for rank in range(WORLD)]

    single = single.double()
    expected = {"outputs": [], "input_grads": []}
    for batch, weight in zip(batches, weights, strict=True):
        x = batch.double().requires_grad_()
        y = single(x)
        (y * weight).sum().backward()
        expected["outputs"].append(y.detach())
        expected["input_grads"].append(x.grad)
    expected["param_grads"] = [p.grad for p in single.parameters()]
    expected["state"] = single.state_dict()
    expected["eval"] = single.eval()(batches[0].double()).detach()
    return parts, expected


def close(actual, expected):
    # Inputs around 50 carry a rounding of 4e-6 each, which the division by deviations near 1 keeps.
    torch.testing.assert_close(actual.double(), expected.double(), rtol=1e-5, atol=2e-5)


def test_two_processes_give_the_outputs_and_input_gradients_of_one(two_processes):
    parts, expected = two_processes
    for name in ("outputs", "input_grads"):
        for step in range(2):
            close(torch.cat([part[name][step] for part in parts]), expected[name][step])


def test_two_processes_give_the_parameter_gradients_of_one(two_processes):
    parts, expected = two_processes
    for index, gradient in enumerate(expected["param_grads"]):
        close(sum(part["param_grads"][index] for part in parts), gradient)


def test_two_processes_hold_the_running_statistics_of_one(two_processes):
    parts, expected = two_processes
    for part in parts:
        assert list(part["state"]) == list(expected["state"])
        for name, value in expected["state"].items():
            close(part["state"][name], value)
    close(torch.cat([part["eval"] for part in parts]), expected["eval"])
