import copy
import pickle

import pytest
import torch
from torch import nn

from srrescgan.errors import ConfigError
from srrescgan.layers.backbone import Frozen, convolution_indices, features


@pytest.mark.parametrize(
    ("name", "parameters"),
    # Convolutions of the published architectures, weights and biases.
    [
        ("alexnet", 2_469_696),
        ("vgg16", 14_714_688),
        ("vgg19", 20_024_384),
        ("squeezenet1_1", 722_496),
    ],
)
def test_architecture_is_torchvisions(name, parameters):
    network = features(name, "random")
    assert sum(p.numel() for p in network.parameters()) == parameters
    assert not network.training
    assert not any(p.requires_grad for p in network.parameters())


def test_vgg19_conv5_4_is_index_34_and_holds_every_parameter():
    network = features("vgg19", "random")
    assert convolution_indices(network)["conv5_4"] == 34
    assert sum(p.numel() for p in network[:35].parameters()) == 20_024_384
    assert network[:35](torch.rand(1, 3, 64, 48)).shape == (1, 512, 4, 3)


def test_vgg16_layer_names():
    indices = convolution_indices(features("vgg16", "random"))
    assert len(indices) == 13
    assert (indices["conv1_1"], indices["conv2_2"], indices["conv5_3"]) == (0, 7, 28)


@pytest.mark.parametrize("name", ["alexnet", "squeezenet1_1"])
def test_random_weights_are_the_same_every_time_and_leave_the_global_state_alone(name):
    before = torch.get_rng_state()
    first = features(name, "random").state_dict()
    assert torch.equal(before, torch.get_rng_state())
    torch.manual_seed(5)
    second = features(name, "random").state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)
    weights = [value for key, value in first.items() if key.endswith("weight")]
    assert all(value.std() > 0 for value in weights)


@pytest.mark.parametrize(("name", "weights"), [("vgg11", "random"), ("vgg16", "imagenet21k")])
def test_unknown_choices_are_listed(name, weights):
    with pytest.raises(ConfigError, match=r"choose"):
        features(name, weights)


class Owner(nn.Module):
    def __init__(self):
        super().__init__()
        self.own = nn.Conv2d(3, 3, 1)
        self.judge = Frozen(nn.Sequential(nn.Conv2d(3, 2, 3), nn.Dropout()).train())


def test_frozen_network_is_no_part_of_its_owner():
    owner = Owner()
    assert set(owner.state_dict()) == {"own.weight", "own.bias"}
    assert len(list(owner.parameters())) == 2
    assert [name for name, _ in owner.named_modules()] == ["", "own"]


def test_frozen_network_stays_in_eval_mode_and_passes_gradients_to_its_input():
    owner = Owner().train()
    x = torch.rand(1, 3, 5, 5, requires_grad=True)
    assert torch.equal(owner.judge(x), owner.judge(x))
    owner.judge(x).sum().backward()
    assert x.grad.abs().sum() > 0
    assert all(p.grad is None for p in owner.judge.module.parameters())


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_frozen_network_survives_copies_of_its_owner(duplicate):
    owner = Owner()
    x = torch.rand(1, 3, 5, 5)
    assert torch.equal(duplicate(owner).judge(x), owner.judge(x))


def test_frozen_network_follows_its_input():
    judge = Owner().judge
    judge(torch.rand(1, 3, 5, 5, device="meta"))
    assert {p.device.type for p in judge.module.parameters()} == {"meta"}


@pytest.mark.gpu
def test_frozen_network_moved_during_validation_still_trains():
    judge = Owner().judge
    with torch.inference_mode():
        judge(torch.rand(1, 3, 5, 5, device="cuda"))
    x = torch.rand(1, 3, 5, 5, device="cuda", requires_grad=True)
    judge(x).sum().backward()
    assert x.grad.abs().sum() > 0
