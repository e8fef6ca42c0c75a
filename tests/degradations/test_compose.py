import pytest
import torch

from srrescgan.degradations import JPEG, Bicubic, Compose, GaussianNoise


def test_applies_the_steps_in_order():
    hr = torch.rand(2, 3, 32, 32)
    pipeline = Compose([Bicubic(scale=2), JPEG(quality=30), Bicubic(scale=2)])
    expected = Bicubic(2)(JPEG(30)(Bicubic(2)(hr, []), []), [])
    assert pipeline.scale == 4
    assert torch.equal(pipeline(hr, [0, 1]), expected)


def test_equal_steps_draw_different_noise():
    grey = torch.full((1, 3, 32, 32), 0.5)
    once = Compose([GaussianNoise(0.02)])(grey, [0]) - grey
    twice = Compose([GaussianNoise(0.02), GaussianNoise(0.02)])(grey, [0]) - grey
    first_again = Compose([GaussianNoise(0.02), Bicubic(1)])(grey, [0]) - grey
    # Independent noises add in variance (x 1.41); the same one twice would add in size (x 2).
    assert (twice.std() / once.std()).item() == pytest.approx(2**0.5, rel=0.05)
    assert torch.equal(first_again, once)  # a step's noise is that of its place, whatever follows


def test_a_sample_depends_on_its_image_and_seed_only():
    hr = torch.rand(3, 3, 64, 64)
    pipeline = Compose([Bicubic(4, quantise=True), GaussianNoise(8 / 255), JPEG(30)])
    batch = pipeline(hr, [11, 22, 33])
    assert torch.equal(pipeline(hr[1:2], [22])[0], batch[1])
    assert torch.equal(pipeline(hr.flip(0), [33, 22, 11]).flip(0), batch)
    assert not torch.equal(pipeline(hr[1:2], [23])[0], batch[1])
    assert batch.shape == (3, 3, 16, 16)
    assert 0 <= batch.min() <= batch.max() <= 1
