import torch

from srrescgan.layers import PreActivationBlock


def test_skip_adds_the_input():
    block = PreActivationBlock(4)
    x = torch.randn(1, 4, 6, 7)
    with_skip = block(x)
    block.skip = False
    torch.testing.assert_close(with_skip - block(x), x)


def test_activates_before_it_convolves():
    block = PreActivationBlock(2, skip=False)
    with torch.no_grad():
        block.relu1.weight.zero_()
    # A negative input is silenced by the first activation: what is left does not depend on it.
    assert torch.equal(block(torch.full((1, 2, 5, 5), -3.0)), block(torch.zeros(1, 2, 5, 5)))


def test_slopes_start_at_a_tenth_with_one_per_channel():
    block = PreActivationBlock(4)
    for activation in (block.relu1, block.relu2):
        assert torch.equal(activation.weight, torch.full((4,), 0.1))
