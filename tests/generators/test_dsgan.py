"""DSGAN's generator against the released file and its published outputs."""

from pathlib import Path

import numpy as np
import pytest
import torch

from srrescgan.errors import ConfigError, WeightsError
from srrescgan.generators import DSGANGenerator, SRResDNet
from srrescgan.weights import load_domain_generator, load_pretrained
from srrescgan.weights.files import write_pth


def test_has_the_parameters_of_the_reference() -> None:
    assert sum(p.numel() for p in DSGANGenerator().parameters()) == 594_380


@pytest.mark.reference
@pytest.mark.parametrize(
    ("given", "expected"),
    [("dsgan_rand_in", "dsgan_rand_out"), ("dsgan_crop_lr", "dsgan_crop_out")],
)
@torch.no_grad()
def test_released_weights_give_the_reference_outputs(
    shared: Path, given: str, expected: str
) -> None:
    goldens = np.load(shared / "goldens/misc_io_dsgan.npz")
    generator = load_domain_generator(shared / "reference/weights/dsgan_generator_300.pth")
    image, made = (
        torch.from_numpy(goldens[key]).view(-1, 3, *goldens[key].shape[-2:])
        for key in (given, expected)
    )
    # 18 layers of float32 sums: some rounding steps of 6e-8 each.
    torch.testing.assert_close(generator(image), made, rtol=0, atol=1e-5)
    released = torch.load(shared / "reference/weights/dsgan_generator_300.pth", weights_only=True)
    assert list(released) == list(DSGANGenerator().state_dict())


@pytest.mark.parametrize("blocks", [1, 3])
def test_an_output_pixel_depends_on_its_halo_and_nothing_beyond(blocks: int) -> None:
    generator = DSGANGenerator(features=4, blocks=blocks).double()
    image = torch.rand(1, 3, 41, 41, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(generator(image)[..., 20, 20].sum(), image)
    seen = gradient[0].abs().sum(0).nonzero()
    reach = (seen - 20).abs().max().item()
    assert reach == generator.halo == 2 + 2 * blocks


def test_keeps_the_size_and_stays_in_range() -> None:
    made = DSGANGenerator(features=4, blocks=1)(torch.rand(2, 3, 5, 9))
    assert made.shape == (2, 3, 5, 9)
    assert 0 < made.min() < made.max() < 1


def test_a_degradation_is_not_a_super_resolver_and_the_other_way_round(tmp_path: Path) -> None:
    safe = tmp_path / "degradation.pth"
    write_pth(DSGANGenerator().state_dict(), safe)
    load_domain_generator(safe)
    with pytest.raises(WeightsError, match=r"holds a degradation.*srrescgan.degrade"):
        load_pretrained(safe)
    write_pth(SRResDNet().state_dict(), tmp_path / "sr.pth")
    with pytest.raises(WeightsError, match=r"super-resolution network \(SRResDNet\)"):
        load_domain_generator(tmp_path / "sr.pth")
    with pytest.raises(ConfigError, match="degradation_weights="):
        load_domain_generator(None)


@pytest.mark.parametrize("arguments", [{"features": 0}, {"blocks": 0}])
def test_counts_below_one_are_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        DSGANGenerator(**arguments)
