import numpy as np
import pytest
import torch
from scipy import ndimage, special, stats
from scipy.io import savemat

from srrescgan.errors import BackboneUnavailableError, DataError, WeightsError
from srrescgan.images import read_image, to_tensor
from srrescgan.metrics import NIQE, Protocol, niqe, niqe_model
from srrescgan.metrics.niqe_model import pristine_model


@pytest.fixture
def photo_like():
    """Smooth noise at two scales: every block has a distribution."""
    field = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(3, 200, 300)), (0, 2, 2))
    fine = np.random.default_rng(1).normal(0, 0.02, field.shape)
    return torch.from_numpy(0.5 + 0.15 * field / field.std() + fine).float()[None]


@pytest.mark.reference
def test_matlab(shared):
    # Printed by the authors' release in MATLAB R2021a, as BasicSR's documentation of NIQE quotes.
    baboon = read_image(shared / "photos/benchmark/set14/HR/baboon.png")
    value = NIQE(Protocol("y"))(to_tensor(baboon)[None]).item()
    assert value == pytest.approx(5.72957338, abs=1e-5)


def test_the_fit_recovers_the_distribution():
    # Generalised Gaussians of known shape, one with a heavier left side.
    rng = np.random.default_rng(2)
    shape, left, right = 1.3, 0.8, 0.5
    size = 400_000
    sides = rng.random(size) < left / (left + right)  # density is continuous at zero
    values = np.abs(stats.gennorm.rvs(shape, size=size, random_state=rng))
    values = np.where(sides, -left * values, right * values)
    fitted = niqe._fit(torch.from_numpy(values).view(1, 400, 1000))
    assert [x.item() for x in fitted] == pytest.approx([shape, left, right], rel=0.02)


def test_table_lookup_is_the_nearest_shape():
    values = torch.randn(5, 48, 48, dtype=torch.float64)
    shapes = np.arange(0.2, 10.001, 0.001)
    table = special.gamma(2 / shapes) ** 2 / (special.gamma(1 / shapes) * special.gamma(3 / shapes))
    for block, shape in zip(values.numpy(), niqe._fit(values)[0].tolist(), strict=True):
        left = np.sqrt((block[block < 0] ** 2).mean())
        right = np.sqrt((block[block > 0] ** 2).mean())
        ratio, quotient = np.abs(block).mean() ** 2 / (block**2).mean(), left / right
        ratio *= (quotient**3 + 1) * (quotient + 1) / (quotient**2 + 1) ** 2
        assert shape == pytest.approx(shapes[np.argmin((table - ratio) ** 2)], abs=1e-9)


@pytest.mark.reference
def test_blur_and_noise_are_less_natural_than_neither(shared):
    photo = to_tensor(read_image(shared / "photos/benchmark/set14/HR/bridge.png"))[None]
    metric = NIQE(Protocol())
    score = metric(photo).item()
    blurred = torch.nn.functional.avg_pool2d(photo, 5, stride=1, padding=2)
    assert score < metric(blurred).item()
    assert score < metric(photo + 0.1 * torch.randn_like(photo)).item()


def test_the_channel_chooses_the_grey_and_the_rounding_applies(photo_like):
    scores = [
        NIQE(Protocol(channel, rounding=rounding))(photo_like).item()
        for channel in ("rgb", "y")
        for rounding in ("round", "none")
    ]
    assert len(set(scores)) == 4
    assert "rgb2gray" in NIQE(Protocol()).description
    assert "BT.601" in NIQE(Protocol("y")).description


def test_pixels_beyond_the_last_whole_block_do_not_count(photo_like):
    metric = NIQE(Protocol())
    changed = photo_like.clone()
    changed[..., 192:, :] = torch.rand(8, 300)
    changed[..., 288:] = torch.rand(200, 12)
    assert metric(changed).item() == metric(photo_like).item()


def test_a_brighter_picture_with_flat_parts_has_the_same_features():
    # In the release rounding errors decide on which side of zero a flat pixel lies.
    pattern = torch.randint(0, 40, (1, 1, 96, 192)).double()
    pattern[..., :60] = 0
    expected = niqe._block_features(pattern, 96)
    assert torch.isfinite(expected).all()
    for level in range(1, 216, 7):
        features = niqe._block_features(pattern + level, 96)
        assert torch.allclose(features, expected, rtol=0, atol=1e-9), level


def test_flat_blocks_are_left_out():
    image = torch.randint(0, 256, (1, 3, 192, 288)) / 255
    image[..., :192] = 77 / 255
    image[..., :90, :] = torch.randint(0, 256, (1, 3, 90, 288)) / 255
    features = niqe._block_features(255 * image[:, :1].double(), 96)
    # Nothing but 77 in the block and around it: no scales, and the shape that MATLAB finds.
    assert torch.isnan(features[3, [1, 3, 4, 5]]).all()
    assert features[3, [0, 2, 6, 10, 14]].tolist() == 5 * [0.2]
    assert torch.isfinite(features[:3]).all()
    assert torch.isfinite(NIQE(Protocol())(image)).all()


def test_images_that_are_too_small_or_flat():
    metric = NIQE(Protocol(border=2))
    assert torch.isfinite(metric(torch.rand(1, 3, 196, 100))).all()
    with pytest.raises(DataError, match=r"96x96 pixels inside .* there are 95x300"):
        metric(torch.rand(1, 3, 99, 304))
    with pytest.raises(DataError, match=r"at least two .* there are 191x191"):
        metric(torch.rand(1, 3, 195, 195))
    with pytest.raises(DataError, match="flat"):
        metric(torch.full((1, 3, 300, 300), 0.3))


def test_the_authors_model_is_known_by_its_content(tmp_path, monkeypatch):
    official = pristine_model()
    assert official.name == "authors' pristine model"
    # The distances of the paper make sense for a covariance only.
    assert torch.equal(official.covariance, official.covariance.T)
    assert torch.linalg.eigvalsh(official.covariance).min() > 0
    # The same content elsewhere is the same model; other content is not, wherever it lies.
    folder = tmp_path / "iqa/niqe"
    folder.mkdir(parents=True)
    file = folder / "niqe_pris_params.npz"
    np.savez(file, mu_pris_param=official.mean, cov_pris_param=2 * official.covariance)
    monkeypatch.setattr(niqe_model, "_folders", lambda module: [tmp_path / module])
    with pytest.raises(BackboneUnavailableError, match="pip install iqa-torch"):
        pristine_model()
    assert "not comparable" in pristine_model(str(file)).name


def test_a_model_of_ones_own(tmp_path, photo_like):
    official = pristine_model()
    arrays = {"mu_prisparam": official.mean[None].numpy(), "cov_prisparam": official.covariance}
    savemat(tmp_path / "modelparameters.mat", {k: np.asarray(v) for k, v in arrays.items()})
    own = NIQE(Protocol(), str(tmp_path / "modelparameters.mat"))
    assert own(photo_like).item() == NIQE(Protocol())(photo_like).item()
    assert "own pristine model" in own.description


def test_files_that_are_no_model(tmp_path):
    with pytest.raises(WeightsError, match="cannot read"):
        pristine_model(str(tmp_path / "absent.npz"))
    (tmp_path / "text.npz").write_text("nothing")
    np.savez(tmp_path / "keys.npz", mean=np.zeros(36))
    np.savez(tmp_path / "size.npz", mu_pris_param=np.zeros(35), cov_pris_param=np.eye(36))
    (tmp_path / "text.mat").write_text("nothing at all that MATLAB wrote" * 9)
    for name in ("text.npz", "keys.npz", "size.npz", "text.mat"):
        with pytest.raises(WeightsError, match=f"{name} is not a pristine model"):
            pristine_model(str(tmp_path / name))
    np.savez(tmp_path / "nan.npz", mu_pris_param=np.full(36, np.nan), cov_pris_param=np.eye(36))
    with pytest.raises(WeightsError, match="not finite"):
        pristine_model(str(tmp_path / "nan.npz"))
