"""DSGAN's discriminator against the reference's outputs."""

from pathlib import Path

import numpy as np
import pytest
import torch
from recipe import recipe_fill

from srrescgan.discriminators import PatchDiscriminator
from srrescgan.layers import HighPass


@pytest.fixture
def filled() -> PatchDiscriminator:
    network = PatchDiscriminator(input_filter=HighPass(5, 1.0, include_pad=False))
    recipe_fill(network, std=0.05)
    return network


def test_has_the_parameters_of_the_reference() -> None:
    assert sum(p.numel() for p in PatchDiscriminator().parameters()) == 1_030_273


@pytest.mark.reference
@pytest.mark.parametrize("mode", ["eval", "train", "ragan_train"])
@torch.no_grad()
def test_equals_the_reference(shared: Path, filled: PatchDiscriminator, mode: str) -> None:
    goldens = np.load(shared / "goldens/misc_modules.npz")
    image = torch.from_numpy(goldens["dsgan_in"]).float() / 255
    filled.train(mode != "eval")
    logits = filled(image)
    if mode == "ragan_train":  # the reference subtracts the batch's mean of the other pictures
        logits = logits - filled(image.flip(-1)).mean(0)
    expected = torch.from_numpy(goldens[f"dsganD.{mode}"])  # after its sigmoid
    torch.testing.assert_close(logits.sigmoid(), expected, rtol=0, atol=1e-5)


def test_judges_every_place_of_images_of_any_size_by_thirteen_pixels() -> None:
    network = PatchDiscriminator(features=2).eval()
    image = torch.rand(1, 3, 31, 37, requires_grad=True)
    logits = network(image)
    assert logits.shape == (1, 1, 31, 37)
    (gradient,) = torch.autograd.grad(logits[0, 0, 15, 18], image)
    seen = gradient[0].abs().sum(0).nonzero()
    assert seen.amin(0).tolist() == [9, 12]
    assert seen.amax(0).tolist() == [21, 24]


def test_high_frequencies_alone_are_seen_behind_the_filter(filled: PatchDiscriminator) -> None:
    image = 0.4 * torch.rand(1, 3, 24, 24)
    filled.eval()
    torch.testing.assert_close(filled(image + 0.3), filled(image), rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    ("norm", "layers"), [("batch", "023568"), ("instance", "023568"), ("none", "0258")]
)
def test_its_normalization_is_a_choice(norm: str, layers: str) -> None:
    network = PatchDiscriminator(features=2, norm=norm)
    names = {name.split(".")[1] for name, _ in network.named_parameters()}
    assert names == set(layers)
    image = torch.rand(2, 3, 16, 16)
    logits, alone = network(image), network(image[:1])
    # Batch norm alone couples the images of a batch in training.
    assert torch.allclose(logits[:1], alone, atol=1e-5) == (norm != "batch")


def test_an_unknown_normalization_is_refused() -> None:
    with pytest.raises(ValueError, match="norm='layer' is unknown; choose from batch, instance"):
        PatchDiscriminator(norm="layer")
