"""The released weights on the reference's five photographs, whole and in tiles: its results."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from srrescgan.images import read_image, to_tensor, to_uint8
from srrescgan.inference import Predictor, UpscaleOptions
from srrescgan.weights import load_pretrained

pytestmark = pytest.mark.reference

TILES = (None, 37, 64, 100)  # lr pixels; the photographs are 150 to 510 pixels wide
CASES = [
    pytest.param(
        name,
        plus,
        tile,
        # Minutes each; `make test-all`. The whole bird is in tests/generators/test_srresdnet.py.
        marks=[] if (name, plus, tile) == ("bird", False, 37) else pytest.mark.slow,
        id=f"{name}{'+' if plus else ''}-{tile or 'whole'}",
    )
    for name in ("bird", "castle", "guitar", "0815", "0829")
    for plus in (False, True)
    for tile in TILES
]


@pytest.fixture(scope="module")
def generator(shared: Path) -> torch.nn.Module:
    return load_pretrained(shared / "reference/weights/srrescgan_model.pth")


@pytest.mark.parametrize(("name", "plus", "tile"), CASES)
def test_it_is_the_references_picture(
    shared: Path, generator: torch.nn.Module, name: str, plus: bool, tile: int | None
) -> None:
    lr = to_tensor(read_image(shared / f"reference/lr/{name}.png"))
    sr = Predictor(generator, UpscaleOptions(plus, tile=tile))(lr[None])[0]
    levels = 255 * sr.numpy()
    golden = np.load(shared / "goldens/demo_outputs.npz")
    manifest = json.loads((shared / "goldens/manifest.json").read_text())
    key = f"{name}.{'plus' if plus else 'plain'}"
    # The tolerances are those that come with the golden values.
    for crop, (top, left) in manifest["demo_stats"][key]["crop48_top_left"].items():
        ours = levels[:, top : top + 48, left : left + 48]
        np.testing.assert_allclose(ours, golden[f"{key}.{crop}"], rtol=0, atol=0.15)
    # Means of 12 x 12 pixels: between the crops nothing is out of place either.
    means = golden[f"{key}.blockmean12"]
    _, rows, columns = means.shape
    blocks = levels[:, : 12 * rows, : 12 * columns].reshape(3, rows, 12, columns, 12)
    np.testing.assert_allclose(blocks.mean((2, 4)), means, rtol=0, atol=0.15)
    stored = shared / f"goldens/{key.replace('.', '_')}.png"
    if stored.exists():
        difference = np.abs(to_uint8(sr).astype(int) - read_image(stored))
        assert difference.max() <= 1
        assert (difference > 0).mean() < 1e-3
