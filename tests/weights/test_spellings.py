"""Weight files of other programs: their keys, read and written."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from srrescgan.errors import ConfigError, WeightsError
from srrescgan.export.weight_files import write_pth
from srrescgan.generators import EDSR, Compact, RRDBNet, SRResDNet
from srrescgan.weights.build import load_generator
from srrescgan.weights.files import load_into, read_generator

State = dict[str, Tensor]


def rrdbnet(scale: int = 4) -> RRDBNet:
    return RRDBNet(scale, features=6, blocks=2, growth=3).eval()


def edsr(scale: int = 4) -> EDSR:
    return EDSR(scale, features=5, blocks=2).eval()


def compact() -> Compact:
    return Compact(3, features=4, layers=2).eval()


def esrgan_keys(last: int = 1) -> list[str]:
    """Modules of ESRGAN's RRDBNet, written out from its code."""
    blocks = [
        f"RRDB_trunk.{i}.RDB{j}.conv{k}"
        for i in range(last + 1)
        for j in (1, 2, 3)
        for k in (1, 2, 3, 4, 5)
    ]
    return ["conv_first", *blocks, "trunk_conv", "upconv1", "upconv2", "HRconv", "conv_last"]


def first_keys() -> list[str]:
    """The same of its first release: positions in a sequence."""
    blocks = [
        f"model.1.sub.{i}.RDB{j}.conv{k}.0"
        for i in (0, 1)
        for j in (1, 2, 3)
        for k in (1, 2, 3, 4, 5)
    ]
    return ["model.0", *blocks, "model.1.sub.2", "model.3", "model.6", "model.8", "model.10"]


def basicsr_edsr_keys() -> list[str]:
    blocks = [f"body.{i}.conv{k}" for i in (0, 1) for k in (1, 2)]
    return ["conv_first", *blocks, "conv_after_body", "upsample.0", "upsample.2", "conv_last"]


def mmagic_edsr_keys() -> list[str]:
    names = basicsr_edsr_keys()
    return [
        f"generator.{name}".replace("upsample.0", "upsample.0.upsample_conv").replace(
            "upsample.2", "upsample.1.upsample_conv"
        )
        for name in names
    ]


def layers(network: nn.Module) -> list[str]:
    """Modules with parameters, in the order of the computation."""
    return [name for name, each in network.named_modules() if isinstance(each, nn.Conv2d)]


def respelled(network: nn.Module, names: list[str]) -> State:
    """The tensors of a network under other names of its modules, in the same order."""
    own = layers(network)
    assert len(own) == len(names)
    state = network.state_dict()
    return {
        f"{theirs}.{tensor}": state[f"{ours}.{tensor}"]
        for ours, theirs in zip(own, names, strict=True)
        for tensor in ("weight", "bias")
    }


def same(one: nn.Module, other: nn.Module) -> bool:
    lr = torch.rand(1, 3, 7, 9)
    with torch.no_grad():
        return torch.equal(one(lr), other(lr))


FILES: dict[str, tuple[Callable[[], nn.Module], Callable[[nn.Module], dict]]] = {
    "esrgan": (rrdbnet, lambda n: respelled(n, esrgan_keys())),
    "esrgan_first": (rrdbnet, lambda n: respelled(n, first_keys())),
    "esrgan x2": (lambda: rrdbnet(2), lambda n: respelled(n, esrgan_keys())),
    "basicsr x1": (lambda: rrdbnet(1), lambda n: {"params_ema": n.state_dict()}),
    "basicsr": (rrdbnet, lambda n: {"params": n.state_dict()}),
    "params-ema": (rrdbnet, lambda n: {"params-ema": n.state_dict()}),
    "module.": (rrdbnet, lambda n: {f"module.{k}": v for k, v in n.state_dict().items()}),
    "module. wrapped": (
        compact,
        lambda n: {"params": {f"module.{k}": v for k, v in n.state_dict().items()}},
    ),
    "edsr": (edsr, lambda n: n.state_dict()),
    "edsr basicsr": (edsr, lambda n: {"params": respelled(n, basicsr_edsr_keys())}),
    "compact": (compact, lambda n: n.state_dict()),
    "compact wrapped": (compact, lambda n: {"params_ema": n.state_dict()}),
}


@pytest.mark.parametrize("name", FILES)
def test_the_file_is_recognized_and_gives_the_same_pixels(name: str, tmp_path: Path) -> None:
    build, file = FILES[name]
    network = build()
    torch.save(file(network), tmp_path / "a.pth")
    loaded = load_generator(tmp_path / "a.pth")
    assert type(loaded) is type(network)
    assert same(loaded, network)
    again = build()  # as init_weights= does
    load_into(again, read_generator(tmp_path / "a.pth"))
    assert same(again, network)


@torch.no_grad()
@pytest.mark.parametrize("white", [1.0, 255.0], ids=["mmagic", "basicsr"])
def test_edsr_with_its_mean_in_the_code_gives_the_same_pixels(white: float, tmp_path: Path) -> None:
    """Both programs, computed here layer by layer."""
    names = mmagic_edsr_keys() if white == 1 else basicsr_edsr_keys()
    state = respelled(edsr(), names)
    prefix = "generator." if white == 1 else ""
    steps = ["0.upsample_conv", "1.upsample_conv"] if white == 1 else ["0", "2"]
    mean = torch.tensor([0.4488, 0.4371, 0.4040]).view(3, 1, 1)

    def conv(x: Tensor, name: str) -> Tensor:
        key = f"{prefix}{name}"
        return F.conv2d(x, state[f"{key}.weight"], state[f"{key}.bias"], padding=1)

    lr = torch.rand(1, 3, 7, 9)
    first = x = conv(white * (lr - mean), "conv_first")
    for block in (0, 1):
        x = x + conv(conv(x, f"body.{block}.conv1").relu(), f"body.{block}.conv2")
    x = conv(x, "conv_after_body") + first
    for step in steps:
        x = F.pixel_shuffle(conv(x, f"upsample.{step}"), 2)
    expected = conv(x, "conv_last") / white + mean

    content = {"params": state}
    if white == 1:  # with what mmagic adds
        content = {"meta": {}, "state_dict": {**state, "step_counter": torch.tensor(3)}}
    torch.save(content, tmp_path / "a.pth")
    torch.testing.assert_close(load_generator(tmp_path / "a.pth")(lr), expected)


@pytest.mark.parametrize(
    ("build", "keys", "expected"),
    [
        (rrdbnet, "native", None),
        (rrdbnet, "params", None),
        (rrdbnet, "params_ema", None),
        (rrdbnet, "params-ema", None),
        (rrdbnet, "esrgan", esrgan_keys()),
        (rrdbnet, "esrgan_first", first_keys()),
        (lambda: rrdbnet(2), "esrgan", esrgan_keys()),
        (edsr, "native", None),
        (edsr, "basicsr", basicsr_edsr_keys()),
        (edsr, "mmagic", mmagic_edsr_keys()),
        (compact, "params", None),
        (compact, "native", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_written_and_read_back(
    build: Callable[[], nn.Module], keys: str, expected: list[str] | None, tmp_path: Path
) -> None:
    network = build()
    write_pth(network, {}, tmp_path / "a.pth", keys)
    content = torch.load(tmp_path / "a.pth", weights_only=True)
    wrappers = {"basicsr": "params", "mmagic": "state_dict"}
    if keys.startswith("params") or keys in wrappers:
        assert list(content) == [wrappers.get(keys, keys)]
        (content,) = content.values()
    names = list(dict.fromkeys(key.rpartition(".")[0] for key in content))
    native = list(dict.fromkeys(key.rpartition(".")[0] for key in network.state_dict()))
    assert names == (expected or native)
    loaded, lr = load_generator(tmp_path / "a.pth"), torch.rand(1, 3, 7, 9)
    with torch.no_grad():  # mmagic's biases are divided and multiplied by 255
        torch.testing.assert_close(loaded(lr), network(lr), rtol=0, atol=1e-6)


def test_a_spelling_of_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"keys=mmagic: expected native, .*esrgan.* for RRDBNet"):
        write_pth(rrdbnet(), {}, tmp_path / "a.pth", "mmagic")
    with pytest.raises(ConfigError, match=r"did you mean 'params_ema'\?"):
        write_pth(compact(), {}, tmp_path / "a.pth", "param_ema")
    assert not list(tmp_path.iterdir())


def test_another_mean_is_not_lost_silently(tmp_path: Path) -> None:
    network = edsr()
    network.sub_mean.bias += 1
    with pytest.raises(WeightsError, match=r"sub_mean\.bias is another.*keys=native"):
        write_pth(network, {}, tmp_path / "a.pth", "basicsr")


@pytest.mark.parametrize(("steps", "last"), [(1, 7), (3, 13), (0, 4)])
def test_an_rrdbnet_with_other_upsampling_is_refused_by_what_was_seen(
    steps: int, last: int, tmp_path: Path
) -> None:
    names = ["model.0", "model.1.sub.0.RDB1.conv1.0", "model.1.sub.1", f"model.{last}"]
    torch.save({f"{name}.weight": torch.zeros(4, 3, 3, 3) for name in names}, tmp_path / "a.pth")
    with pytest.raises(WeightsError, match=rf"a\.pth.*{2**steps} in {steps} .*model\.{last}\)"):
        load_generator(tmp_path / "a.pth")


def test_an_unknown_key_is_named_as_it_is_in_the_file(tmp_path: Path) -> None:
    state = respelled(rrdbnet(), esrgan_keys())
    state["RRDB_trunk.0.RDB1.conv1x1.weight"] = torch.zeros(1)
    torch.save(state, tmp_path / "a.pth")
    with pytest.raises(WeightsError, match=r"1 unknown \(RRDB_trunk\.0\.RDB1\.conv1x1\.weight\)"):
        load_generator(tmp_path / "a.pth")


def test_the_released_keys_of_srrescgan_are_native() -> None:
    assert list(SRResDNet(features=4, blocks=1).state_dict())[:2] == ["alpha", "model.conv1.bias"]
