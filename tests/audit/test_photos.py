"""The statistics on photographs: a real camera, and one degradation on two sets of photographs."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scenes import as_domain

from srrescgan.audit.classifier import classify
from srrescgan.audit.domain import Domain, Sampling, sample
from srrescgan.audit.features import domain_features
from srrescgan.audit.statistics import STATISTICS
from srrescgan.degradations import JPEG, Bicubic, Compose, GaussianNoise
from srrescgan.images import list_images, read_image, to_tensor

pytestmark = pytest.mark.reference


def test_a_noisy_camera_is_distinguished_from_its_noise_free_burst_mean(shared: Path) -> None:
    real, mean = (
        sample(shared / "photos/real/polyu" / name, Sampling(64, 8, 60, 0), 60)
        for name in ("real", "mean")
    )
    noisy, still = (
        {statistic.name: statistic.summarize(statistic.measure(domain)) for statistic in STATISTICS}
        for domain in (real, mean)
    )
    assert noisy["noise_level"]["median"] > 3 * still["noise_level"]["median"]
    power = [np.array(found["noise_spectrum"]["power_db"]) for found in (noisy, still)]
    assert (power[0] > power[1] + 1).all()
    # The camera's JPEG subsamples color: its noise is grey. Without noise there is rounding.
    assert all(noisy["noise_color"][k] > v + 0.1 for k, v in still["noise_color"].items())
    brightness = [np.array(f["noise_brightness"]["deviation"]) for f in (noisy, still)]
    seen = np.isfinite(brightness[0]) & np.isfinite(brightness[1])
    assert (brightness[0][seen] > brightness[1][seen]).all()
    assert noisy["blockiness"]["p10"] > 10  # both are JPEG files
    assert still["blockiness"]["p10"] > 10
    assert classify(domain_features(mean), domain_features(real), 0).auc > 0.85


def degraded(folder: Path, degradation: torch.nn.Module, count: int) -> Domain:
    """Parts of 256 x 256 pixels that the degradation made of the photographs' middles."""
    pictures = []
    for seed, path in enumerate(list_images(folder)[:count]):
        hr = to_tensor(read_image(path))
        top, left = ((length - 256) // 2 for length in hr.shape[1:])
        middle = hr[None, :, top : top + 256, left : left + 256]
        pictures.append((255 * degradation(middle, [seed])[0]).round() / 255)
    return as_domain(torch.stack(pictures))


def test_one_degradation_is_nearly_the_same_on_other_photographs(shared: Path) -> None:
    photos = shared / "photos/train"
    both = Compose([Bicubic(2), GaussianNoise(8 / 255), JPEG(80)])
    real = degraded(photos / "bsds500", both, 98)
    made = degraded(photos / "cid22", both, 98)
    baseline = degraded(photos / "cid22", Bicubic(2), 98)
    auc = {
        label: classify(domain_features(domain), domain_features(real), 0).auc
        for label, domain in (("made", made), ("baseline", baseline))
    }
    pictures = [len(d.picture[d.flat[1]].unique()) for d in (made, real)]
    error = ((sum(pictures) + 1) / (12 * np.prod(pictures))) ** 0.5  # see test_domain_comparison.py
    assert abs(auc["made"] - 0.5) < 3 * error
    assert auc["baseline"] > 0.9
    for statistic in STATISTICS:
        measured = statistic.measure(real)
        nearer = statistic.distance(statistic.measure(made), measured)
        farther = statistic.distance(statistic.measure(baseline), measured)
        assert nearer < 0.5 * farther, statistic.name
