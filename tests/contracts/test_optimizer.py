"""The contract of every optimizer: it lowers a loss, and resumes from its state."""

from copy import deepcopy
from typing import Any

import pytest
import torch
from leaves import built, leaves, node
from torch import Tensor


@pytest.fixture(params=leaves("optimizer"), scope="module")
def leaf(request: pytest.FixtureRequest) -> str:
    return request.param


def _step(optimizer: torch.optim.Optimizer, parameter: Tensor) -> float:
    optimizer.zero_grad()
    loss = (parameter - 1).square().sum()
    loss.backward()
    optimizer.step()
    return loss.item()


def test_is_built_later_from_the_parameters(leaf: str) -> None:
    content: Any = node(leaf)
    assert content._partial_ is True, f"{leaf}: the system gives the parameters: _partial_: true"
    parameter = torch.nn.Parameter(torch.zeros(3))
    optimizer = built(leaf)([parameter])
    assert isinstance(optimizer, torch.optim.Optimizer), f"{leaf}: {type(optimizer)}"
    for group in optimizer.param_groups:
        assert group["lr"] == content.lr, f"{leaf}: lr is not the base rate that schedulers scale"


def test_lowers_a_loss(leaf: str) -> None:
    parameter = torch.nn.Parameter(torch.zeros(3))
    optimizer = built(leaf)([parameter])
    for group in optimizer.param_groups:
        group["lr"] = 0.01
    losses = [_step(optimizer, parameter) for _ in range(50)]
    assert losses[-1] < losses[0], f"{leaf}: 50 steps changed the loss {losses[0]} to {losses[-1]}"
    assert parameter.isfinite().all(), f"{leaf}: the parameters are not finite"


def test_a_rate_of_zero_changes_nothing(leaf: str) -> None:
    parameter = torch.nn.Parameter(torch.ones(3) / 3)
    optimizer = built(leaf)([parameter])
    for group in optimizer.param_groups:
        group["lr"] = 0.0
    _step(optimizer, parameter)
    same = torch.equal(parameter, torch.ones(3) / 3)
    assert same, f"{leaf}: weights change although the rate is 0"


def test_resumes_from_its_state(leaf: str) -> None:
    first = torch.nn.Parameter(torch.zeros(3))
    optimizer = built(leaf)([first])
    for _ in range(5):
        _step(optimizer, first)
    second = torch.nn.Parameter(first.detach().clone())
    resumed = built(leaf)([second])
    resumed.load_state_dict(deepcopy(optimizer.state_dict()))  # a file shares no tensors
    for _ in range(5):
        _step(optimizer, first)
        _step(resumed, second)
    assert torch.equal(first, second), f"{leaf}: a resumed run differs"
