import numpy as np
import pytest
import torch
from recipe import recipe_fill

from srrescgan.discriminators import VGGDiscriminator
from srrescgan.layers import HighPass


@pytest.fixture(scope="module")
def golden(shared):
    arrays = np.load(shared / "goldens" / "misc_modules.npz")
    names = ("x128", "disc128.eval", "disc128.eval_fh", "disc128.train")
    return {name: torch.from_numpy(arrays[name]) for name in names}


@pytest.fixture
def filled():
    network = VGGDiscriminator()
    recipe_fill(network, std=0.05)
    return network


# Twelve layers of float32 sums: 1e-5 of the logit; batch normalisation over two images in the
# training pass divides by small deviations, so ten times that.
@pytest.mark.reference
@torch.no_grad()
def test_equals_the_reference_in_evaluation(golden, filled):
    logits = filled.eval()(golden["x128"].float())
    torch.testing.assert_close(logits, golden["disc128.eval"], rtol=1e-5, atol=0)


@pytest.mark.reference
@torch.no_grad()
def test_equals_the_reference_behind_the_high_pass(golden, filled):
    filled.input_filter = HighPass(kernel_size=9, value_range=255)
    logits = filled.eval()(golden["x128"].float() / 255)
    torch.testing.assert_close(logits, golden["disc128.eval_fh"], rtol=1e-5, atol=0)


@pytest.mark.reference
@torch.no_grad()
def test_equals_the_reference_in_training(golden, filled):
    logits = filled.train()(golden["x128"].float())
    torch.testing.assert_close(logits, golden["disc128.train"], rtol=1e-4, atol=0)


def test_has_the_parameters_of_the_reference():
    network = VGGDiscriminator(input_filter=HighPass())
    assert sum(parameter.numel() for parameter in network.parameters()) == 14_499_401
    assert sum(buffer.numel() for buffer in network.buffers()) == 5_769
    names = list(network.state_dict())
    assert names[:4] == ["conv0_0.weight", "conv0_0.bias", "conv0_1.weight", "bn0_1.weight"]
    assert names[-4:] == ["linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"]


@pytest.mark.parametrize("patch_size", [32, 96])
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_gives_one_logit_per_patch(patch_size, memory_format):
    network = VGGDiscriminator(patch_size, features=4).to(memory_format=memory_format)
    x = torch.rand(2, 3, patch_size, patch_size).to(memory_format=memory_format)
    assert network(x).shape == (2, 1)


def test_looks_through_its_filter():
    network = VGGDiscriminator(32, features=4, input_filter=HighPass(5)).eval()
    x = torch.rand(2, 3, 32, 32)
    filtered = network(x)
    network.input_filter = None
    assert torch.equal(network(HighPass(5)(x)), filtered)
    assert not torch.equal(network(x), filtered)


@pytest.mark.parametrize("patch_size", [0, 100, -32])
def test_refuses_a_patch_size_it_cannot_halve_five_times(patch_size):
    with pytest.raises(ValueError, match=f"multiple of 32, got {patch_size}"):
        VGGDiscriminator(patch_size)


def test_refuses_another_patch_and_says_what_was_expected():
    with pytest.raises(ValueError, match="patches of 64 x 64 pixels, got 64 x 32"):
        VGGDiscriminator(64, features=4)(torch.rand(2, 3, 64, 32))
