import pytest
import torch
from torch import nn

from srrescgan.degradations import Bicubic, Compose, Learned
from srrescgan.types import Degradation


class Camera(nn.Module):
    """Three zero-padded convolutions: an output depends on 1 + 2 + 1 pixels around it."""

    scale = 1
    halo = 4

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1),
            nn.PReLU(),
            nn.Conv2d(8, 8, 5, padding=2),
            nn.BatchNorm2d(8),
            nn.Conv2d(8, 3, 3, padding=1),
        )
        self.seen: list[tuple[int, int]] = []

    def forward(self, lr):
        self.seen.append(tuple(lr.shape[-2:]))
        return torch.sigmoid(self.layers(lr))


@pytest.mark.parametrize("tile", [1, 5, 8, 16, 40])
@pytest.mark.parametrize("size", [(37, 41), (8, 33), (16, 16), (3, 50)])
def test_tiles_give_what_the_whole_picture_gives(size, tile):
    picture = torch.rand(2, 3, *size)
    whole = Learned(camera := Camera())(picture, [0, 0])
    assert camera.seen == [size]
    tiled = Learned(camera := Camera(), tile=tile)(picture, [0, 0])
    # The convolutions of other sizes may add up in another order: some rounding steps of 6e-8.
    torch.testing.assert_close(tiled, whole, rtol=0, atol=1e-5)
    assert max(max(seen) for seen in camera.seen) <= tile + 2 * camera.halo
    assert (len(camera.seen) > 1) == (max(size) > tile)


def test_a_halo_that_is_too_small_shows():
    # The test above would not notice if tiles never differed from the whole picture.
    picture = torch.rand(1, 3, 37, 41)
    whole = Learned(Camera())(picture, [0])
    (camera := Camera()).halo = 3
    tiled = Learned(camera, tile=8)(picture, [0])
    assert (tiled - whole).abs().max() > 1e-4


@pytest.mark.reference
def test_the_halo_of_the_released_generator_is_large_enough(shared):
    from srrescgan.weights import load_domain_generator

    generator = load_domain_generator(shared / "reference/weights/dsgan_generator_300.pth")
    picture = torch.rand(1, 3, 75, 61)
    whole = Learned(generator)(picture, [0])
    torch.testing.assert_close(Learned(generator, 40)(picture, [0]), whole, rtol=0, atol=1e-5)


def test_the_generator_is_frozen_in_eval_mode_and_float32():
    learned = Learned(Camera().train())
    pipeline = Compose([Bicubic(2), learned]).train()
    assert isinstance(learned, Degradation)
    assert pipeline.scale == 2
    picture = torch.rand(2, 3, 16, 16, requires_grad=True)
    expected = pipeline(picture, [0, 1])
    assert not expected.requires_grad
    assert not any(parameter.requires_grad for parameter in pipeline.parameters())
    alone = pipeline(picture[:1], [0])  # not normalised by the statistics of its batch
    torch.testing.assert_close(alone, expected[:1], rtol=0, atol=1e-6)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(pipeline(picture, [0, 1]), expected)


def test_a_network_that_is_no_domain_generator_is_refused():
    with pytest.raises(ValueError, match=r"Conv2d is no domain generator.*halo"):
        Learned(nn.Conv2d(3, 3, 1))
    (enlarging := Camera()).scale = 4
    with pytest.raises(ValueError, match="keeps the size"):
        Learned(enlarging)
    with pytest.raises(ValueError, match="tile"):
        Learned(Camera(), tile=0)
