"""What holds for every metric that conf/metric names."""

import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import yaml
from hydra.utils import get_object

from srrescgan.errors import DataError
from srrescgan.metrics import Protocol

LEAVES = sorted((Path(__file__).resolve().parents[2] / "conf/metric").glob("*.yaml"))
LARGE = {"ms_ssim": (176, 180), "niqe": (100, 192)}  # need that much
SMALL = {"dists": (24, 28), "lpips_vgg": (24, 28)}  # are slow
SIZES = LARGE | SMALL


@pytest.fixture(params=LEAVES, ids=lambda path: path.stem, scope="module")
def leaf(request):
    ((name, node),) = yaml.safe_load(request.param.read_text()).items()
    assert name == request.param.stem
    return name, node


@pytest.fixture(scope="module")
def factory(leaf):
    name, node = leaf
    assert node["_partial_"] is True
    assert "protocol" not in node
    options = {key: value for key, value in node.items() if not key.startswith("_")}
    if options.get("weights") == "${backbone_weights}":
        options["weights"] = "random"
    with pytest.MonkeyPatch.context() as patch:
        if name == "iqa":
            patch.setitem(sys.modules, "pyiqa", Pyiqa())
        yield partial(get_object(node["_target_"]), **options)


class Pyiqa(SimpleNamespace):
    """Stands in for the package: a metric without reference, the mean brightness."""

    __version__ = "0.0"

    def list_models(self):
        return ["musiq"]

    def create_metric(self, name, device):
        network = torch.nn.Identity()
        network.metric_mode, network.lower_better = "NR", False
        network.forward = lambda image: image.mean(dim=(1, 2, 3))
        return network


@pytest.fixture(scope="module")
def metric(factory):
    return factory(protocol=Protocol())


@pytest.fixture
def pictures(leaf, metric):
    size = SIZES.get(leaf[0], (40, 48))
    if metric.reference is None:
        return [torch.rand(3, 3, *size)]
    small = size if metric.reference == "hr" else (size[0] // 4, size[1] // 4)
    return [torch.rand(3, 3, *size), torch.rand(3, 3, *small)]


def test_says_what_it_is(metric):
    assert metric.reference in ("hr", "lr", None)
    assert isinstance(metric.higher_is_better, bool)
    assert isinstance(metric.decimals, int)
    assert len(metric.description) > 10
    assert not metric.description.endswith(".")


def test_one_value_per_image_whatever_the_batch_and_the_memory_layout(metric, pictures):
    before = [picture.clone() for picture in pictures]
    together = metric(*pictures)
    assert together.shape == (3,)
    assert together.dtype == torch.float64
    assert not together.requires_grad
    assert torch.isfinite(together).all()
    assert len(set(together.tolist())) == 3
    alone = [metric(*(picture[i : i + 1] for picture in pictures)) for i in range(3)]
    assert torch.equal(together, torch.cat(alone))
    layouts = [picture.contiguous(memory_format=torch.channels_last) for picture in pictures]
    assert torch.equal(metric(*layouts), together)
    assert all(torch.equal(*pair) for pair in zip(pictures, before, strict=True))


def test_works_where_validation_and_mixed_precision_put_it(metric, pictures):
    expected = metric(*(picture[:1] for picture in pictures))
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(metric(*(picture[:1] for picture in pictures)), expected)


def test_values_beyond_the_range_count_as_clipped(metric, pictures):
    image, *reference = (picture[:1] for picture in pictures)
    beyond = 2 * image - 0.5
    assert torch.equal(metric(beyond, *reference), metric(beyond.clamp(0, 1), *reference))


def test_refuses_pictures_it_cannot_score(metric, pictures):
    image, *reference = (picture[:1] for picture in pictures)
    broken = torch.full_like(image, torch.nan)
    with pytest.raises(DataError, match="NaN"):
        metric(broken, *reference)
    with pytest.raises(DataError, match="RGB"):
        metric(image[:, :1], *reference)
    if reference:
        with pytest.raises(DataError, match="is"):
            metric(image, reference[0][..., :-3])


@pytest.mark.parametrize("border", [4, 30])
def test_a_border_is_taken_off_or_said_to_be_too_wide(factory, leaf, pictures, border):
    metric = factory(protocol=Protocol("y", border=border))
    if metric.reference == "lr":
        return  # colors at the border are colors, too
    image, *reference = (picture[:1] for picture in pictures)
    if border == 30 or leaf[0] in LARGE:
        with pytest.raises(DataError, match=f"border of {border}"):
            metric(image, *reference)
    else:
        inner = [picture[..., 4:-4, 4:-4] for picture in (image, *reference)]
        assert torch.equal(metric(image, *reference), factory(protocol=Protocol("y"))(*inner))
