import copy
from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from srrescgan.generators import SRResDNet
from srrescgan.layers import fold_weight_norm
from srrescgan.types import Edges

RELEASED = {
    "generator_main_small.npz": "srrescgan_model.pth",
    "generator_perc_small.npz": "srresdnet_perceptual.pth",
}
MAIN_CASES = [
    "rand_1x3x17x23", "rand_2x3x16x16", "rand_1x3x33x20", "rand_1x3x2x2", "rand_1x3x2x5",
    "smoothnoise_1x3x40x52", "smooth_1x3x32x32", "const128_1x3x16x16", "zeros_1x3x16x16",
    "ones_1x3x16x16", "dark01_1x3x16x16", "unit01_smoothnoise",
]  # fmt: skip
PERCEPTUAL_CASES = ["rand_1x3x17x23", "smoothnoise_1x3x40x52"]
CASES = [("generator_main_small.npz", case) for case in MAIN_CASES] + [
    ("generator_perc_small.npz", case) for case in PERCEPTUAL_CASES
]


@pytest.fixture(scope="module")
def released(shared):
    """Factory: the network with the released weights that belong to a golden file."""
    folder = shared / "reference" / "weights"
    networks = {}
    for golden, file in RELEASED.items():
        networks[golden] = SRResDNet().eval()
        networks[golden].load_state_dict(torch.load(folder / file), strict=True)
    return networks


def half_flat(share: float, side: int = 40) -> torch.Tensor:
    """Noise whose left part of the given share is one color."""
    image = torch.rand(1, 3, side, side)
    image[..., : int(side * share)] = 0.8
    return image


def bilinear(image: torch.Tensor, scale: int = 4) -> torch.Tensor:
    return F.interpolate(image, scale_factor=scale, mode="bilinear", align_corners=False)


@pytest.mark.reference
@pytest.mark.parametrize(("file", "case"), CASES)
@torch.no_grad()
def test_equals_the_reference(shared, released, file, case):
    golden = np.load(shared / "goldens" / file)
    unit = case.startswith("unit01")
    source = "smoothnoise_1x3x40x52" if unit else case
    lr = torch.from_numpy(golden[f"{source}.in"]).float() / 255
    if unit:  # the reference was given [0, 1] where it expects [0, 255]
        lr = lr / 255
    network = released[file]
    expected = torch.from_numpy(golden[f"{case}.y"])
    torch.testing.assert_close(255 * network(lr), expected, rtol=0, atol=5e-3)
    sigma = network.estimate_sigma(lr, network.upsample(lr))
    # Constant images leave nothing but rounding, 1e-13.
    torch.testing.assert_close(
        255 * sigma, torch.from_numpy(golden[f"{case}.sigma255"]), rtol=3e-4, atol=1e-12
    )


@pytest.mark.reference
@torch.no_grad()
def test_reproduces_the_demo(shared, released):
    lr = np.asarray(Image.open(shared / "reference" / "lr" / "bird.png").convert("RGB"))
    lr = torch.from_numpy(lr.copy()).permute(2, 0, 1)[None].float() / 255
    sr = 255 * released["generator_main_small.npz"](lr)[0]
    golden = np.load(shared / "goldens" / "demo_outputs.npz")
    for name, (y, x) in {
        "tl": (0, 0),
        "br": (552, 552),
        "mid": (276, 276),
        "q": (150, 450),
    }.items():
        expected = torch.from_numpy(golden[f"bird.plain.{name}"])
        torch.testing.assert_close(sr[:, y : y + 48, x : x + 48], expected, rtol=0, atol=0.15)
    means = F.avg_pool2d(sr, 12)
    torch.testing.assert_close(
        means, torch.from_numpy(golden["bird.plain.blockmean12"]), rtol=0, atol=0.15
    )


@pytest.mark.reference
@pytest.mark.parametrize("file", RELEASED.values())
def test_reads_and_writes_the_released_format(shared, file):
    weights = torch.load(shared / "reference" / "weights" / file)
    network = SRResDNet()
    network.load_state_dict(weights, strict=True)
    written = network.state_dict()
    assert list(written) == list(weights)
    for name, value in weights.items():
        assert torch.equal(written[name], value), name


def test_has_the_parameters_of_the_paper_network():
    network = SRResDNet()
    assert sum(parameter.numel() for parameter in network.parameters()) == 380_356
    assert not list(network.buffers())


def test_starts_as_the_reference_starts():
    network = SRResDNet()
    assert network.alpha.item() == pytest.approx(np.log(2))
    biases = {name: b for name, b in network.named_parameters() if name.endswith("bias")}
    transposed = biases.pop("model.conv_out.bias")
    assert transposed.abs().min() > 0
    assert all((bias == 0).all() for bias in biases.values())


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize(("height", "width"), [(9, 13), (4, 11)])
@pytest.mark.parametrize("noise_estimate", ["upsampled", "input"])
@torch.no_grad()
def test_enlarges_by_the_scale(scale, height, width, noise_estimate):
    if noise_estimate == "input":
        height += 4
    network = SRResDNet(scale=scale, features=8, blocks=2, noise_estimate=noise_estimate)
    sr = network(torch.rand(2, 3, height, width))
    assert network.scale == scale
    assert sr.shape == (2, 3, scale * height, scale * width)
    assert sr.min() >= 0
    assert sr.max() <= 1


def test_alpha_learns_when_and_only_when_the_projection_is_active():
    lr = torch.rand(1, 3, 8, 8)
    for alpha, active in ((0.0, True), (12.0, False)):
        network = SRResDNet(features=8, blocks=2, alpha_init=alpha)
        network(lr).mean().backward()
        assert (network.alpha.grad.item() != 0) == active
        assert network.model.conv1.weight_v.grad.abs().sum() > 0


@torch.no_grad()
def test_a_mostly_flat_image_comes_out_bilinear_by_default():
    lr = half_flat(0.7)
    network = SRResDNet(alpha_init=9.0)
    torch.testing.assert_close(network(lr), bilinear(lr), rtol=0, atol=1e-6)


@torch.no_grad()
def test_sigma_floor_fixes_the_mostly_flat_image():
    lr = half_flat(0.7)
    network = SRResDNet(alpha_init=9.0, sigma_floor=4e-6)
    assert (network(lr) - bilinear(lr)).abs().max() > 1 / 255
    torch.testing.assert_close(
        network.estimate_sigma(lr, network.upsample(lr)), torch.tensor([4e-6]), rtol=0, atol=0
    )


@torch.no_grad()
def test_sigma_floor_leaves_a_noisy_image_alone():
    lr = torch.rand(1, 3, 16, 16)
    network = SRResDNet(features=8, blocks=1)
    expected = network(lr)
    network.sigma_floor = 1e-6
    assert torch.equal(network(lr), expected)


@torch.no_grad()
def test_estimating_on_the_input_measures_the_true_noise():
    noise = 0.05 * torch.randn(1, 3, 96, 96)
    lr = 0.5 + noise
    network = SRResDNet(noise_estimate="input")
    sigma = network.estimate_sigma(lr, network.upsample(lr))
    torch.testing.assert_close(sigma, torch.tensor([0.05]), rtol=0.05, atol=0)
    assert (network(lr) - bilinear(lr)).abs().max() > 1 / 255


@torch.no_grad()
def test_estimating_on_the_input_saves_an_image_a_little_more_than_half_flat():
    # The filter reaches seven pixels beyond the flat part, but enlarged only two.
    lr = half_flat(0.6)
    with_default = SRResDNet(alpha_init=9.0)
    on_input = copy.deepcopy(with_default)
    on_input.noise_estimate = "input"
    assert (with_default(lr) - bilinear(lr)).abs().max() < 0.1 / 255
    assert (on_input(lr) - bilinear(lr)).abs().max() > 1 / 255


@torch.no_grad()
def test_a_result_does_not_depend_on_the_batch():
    network = SRResDNet(features=8, blocks=2)
    dark = torch.randint(0, 2, (1, 3, 12, 12)) / 255
    bright = torch.rand(1, 3, 12, 12)
    together = network(torch.cat([dark, bright]))
    torch.testing.assert_close(together, torch.cat([network(dark), network(bright)]))


@torch.no_grad()
def test_autocast_changes_the_convolutions_but_not_the_noise_estimate():
    network = SRResDNet(features=8, blocks=2)
    lr = torch.rand(2, 3, 12, 12)
    sigma = network.estimate_sigma(lr, network.upsample(lr))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        upsampled = network.upsample(lr)
        assert torch.equal(network.estimate_sigma(lr, upsampled), sigma)
        assert network.residual(upsampled).dtype == torch.bfloat16
        sr = network(lr)
    assert sr.dtype == torch.float32
    assert sr.isfinite().all()


@torch.no_grad()
def test_channels_last_gives_the_same_image():
    network = SRResDNet(features=8, blocks=2)
    lr = torch.rand(2, 3, 12, 10)
    expected = network(lr)
    network = network.to(memory_format=torch.channels_last)
    actual = network(lr.to(memory_format=torch.channels_last))
    torch.testing.assert_close(actual, expected)


@torch.no_grad()
def test_no_residual_and_no_noise_is_no_nan():
    network = SRResDNet(features=4, blocks=1)
    for parameter in (network.model.conv_out.weight_g, network.model.conv_out.bias):
        parameter.zero_()
    assert torch.equal(network(torch.zeros(1, 3, 8, 8)), torch.zeros(1, 3, 32, 32))


@torch.no_grad()
def test_folding_keeps_the_image():
    network = SRResDNet(features=8, blocks=2)
    lr = torch.rand(1, 3, 9, 9)
    torch.testing.assert_close(fold_weight_norm(network)(lr), network(lr))


@torch.no_grad()
def test_exports_with_free_sizes():
    network = SRResDNet(features=4, blocks=1).eval()
    sizes = {
        0: torch.export.Dim("batch"),
        2: torch.export.Dim("height", min=2),
        3: torch.export.Dim("width", min=2),
    }
    program = torch.export.export(network, (torch.rand(2, 3, 12, 10),), dynamic_shapes=(sizes,))
    lr = torch.rand(3, 3, 17, 9)
    torch.testing.assert_close(program.module()(lr), network(lr))


def test_its_steps_are_those_of_forward():
    network = SRResDNet(features=8, blocks=2)
    lr = torch.rand(1, 3, 10, 10)
    upsampled = network.upsample(lr)
    sigma = network.estimate_sigma(lr, upsampled)
    sr = network.combine(upsampled, network.residual(upsampled), sigma)
    assert torch.equal(sr, network(lr))


@torch.no_grad()
def test_the_residual_stays_within_its_halo():
    network = SRResDNet(features=4, blocks=3)
    reach = 4 + 2 * 3
    upsampled = 255 * torch.rand(1, 3, 48, 48)
    changed = upsampled.clone()
    changed[..., 24, 24] = 0
    rows, columns = (network.residual(changed) != network.residual(upsampled))[0].any(0).nonzero().T
    assert 24 - reach <= min(rows.min(), columns.min())
    assert max(rows.max(), columns.max()) <= 24 + reach
    assert rows.min() == 24 - reach


@torch.no_grad()
@pytest.mark.parametrize("edges", [Edges(*sides) for sides in product((True, False), repeat=4)])
def test_a_piece_has_the_residual_of_the_whole(edges):
    network = SRResDNet(features=4, blocks=2)
    picture = 255 * torch.rand(1, 3, 30, 34)
    top, bottom, left, right = (0 if edge else 3 for edge in edges)
    tile = picture[..., top : 30 - bottom, left : 34 - right]
    top, bottom, left, right = (0 if edge else 3 + network.residual_halo for edge in edges)
    expected = network.residual(picture)[..., top : 30 - bottom, left : 34 - right]
    torch.testing.assert_close(network.residual(tile, edges), expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scale": 8}, r"one of \(2, 3, 4\), got 8"),
        ({"blocks": 0}, "1 or more"),
        ({"noise_estimate": "auto"}, r"one of \('upsampled', 'input'\), got 'auto'"),
        ({"sigma_floor": -0.1}, r"in \[0, 1\], got -0.1"),
        ({"sigma_floor": 8.0}, r"in \[0, 1\], got 8.0"),
    ],
)
def test_refuses_wrong_arguments_and_names_the_right_ones(options, message):
    with pytest.raises(ValueError, match=message):
        SRResDNet(**options)


def test_refuses_an_image_too_small_to_measure():
    with pytest.raises(ValueError, match="at least 8 x 8"):
        SRResDNet(features=4, blocks=1)(torch.rand(1, 3, 1, 5))
