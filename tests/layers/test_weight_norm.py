import copy
from itertools import product

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from srrescgan.layers import WNConv2d, WNConvTranspose2d, fold_weight_norm
from srrescgan.types import Edges

LAYERS = [
    pytest.param(
        lambda: WNConv2d(3, 6, 5),
        lambda: nn.Conv2d(3, 6, 5, padding=2, padding_mode="reflect"),
        id="conv",
    ),
    pytest.param(
        lambda: WNConvTranspose2d(3, 6, 5),
        lambda: nn.ConvTranspose2d(3, 6, 5, padding=2),
        id="transposed",
    ),
]


@pytest.mark.parametrize(("ours", "torchs"), LAYERS)
def test_starts_as_the_plain_layer_of_pytorch(ours, torchs):
    x = torch.rand(2, 3, 9, 11)
    torch.manual_seed(3)
    layer = ours()
    torch.manual_seed(3)
    plain = torchs()
    torch.testing.assert_close(layer(x), plain(x))


@pytest.mark.parametrize(("ours", "torchs"), LAYERS)
def test_takes_an_old_weight_norm_file_and_equals_pytorchs_own(ours, torchs):
    layer, theirs = ours(), weight_norm(torchs())
    file = {
        "bias": torch.randn(6),
        "weight_g": torch.randn_like(layer.weight_g),
        "weight_v": torch.randn_like(layer.weight_v),
    }
    layer.load_state_dict(file)
    theirs.load_state_dict(file)
    assert list(layer.state_dict()) == list(file)
    x = torch.rand(2, 3, 9, 11)
    torch.testing.assert_close(layer(x), theirs(x))
    layer(x).square().sum().backward()
    theirs(x).square().sum().backward()
    originals = theirs.parametrizations.weight
    torch.testing.assert_close(layer.weight_g.grad, originals.original0.grad, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(layer.weight_v.grad, originals.original1.grad, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(("ours", "torchs"), LAYERS)
def test_folding_keeps_the_output_and_leaves_the_model_alone(ours, torchs):
    model = nn.Sequential(ours(), nn.PReLU()).eval()
    folded = fold_weight_norm(model)
    x = torch.rand(1, 3, 8, 8)
    torch.testing.assert_close(folded(x), model(x))
    assert list(folded.state_dict()) == ["0.weight", "0.bias", "1.weight"]
    assert "0.weight_g" in model.state_dict()
    assert not any(module.training for module in folded.modules())


@pytest.mark.parametrize(("ours", "torchs"), LAYERS)
def test_a_deep_copy_is_independent(ours, torchs):
    layer = ours()
    x = torch.rand(1, 3, 8, 8)
    before = layer(x)
    clone = copy.deepcopy(layer)
    assert torch.equal(clone(x), before)
    with torch.no_grad():
        clone.weight_g.zero_()
    assert torch.equal(layer(x), before)


@pytest.mark.parametrize("edges", [Edges(*sides) for sides in product((True, False), repeat=4)])
@pytest.mark.parametrize(("ours", "torchs"), LAYERS)
def test_a_tile_of_a_picture_gives_a_tile_of_its_result(ours, torchs, edges):
    layer, x = ours(), torch.rand(1, 3, 12, 14)
    # The tile begins 3 pixels inside the picture where it is cut.
    top, bottom, left, right = (0 if edge else 3 for edge in edges)
    tile = x[..., top : 12 - bottom, left : 14 - right]
    rim = [size + layer.margin if size else 0 for size in (top, bottom, left, right)]
    expected = layer(x)[..., rim[0] : 12 - rim[1], rim[2] : 14 - rim[3]]
    for each in (layer, fold_weight_norm(nn.Sequential(layer))[0]):
        torch.testing.assert_close(each(tile, edges), expected)
