"""Files of ncnn: read to the last byte, or refused with the line that is at fault."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from ncnn_files import NcnnFiles, compact_files, rrdbnet_files
from torch import Tensor, nn

from srrescgan.errors import WeightsError
from srrescgan.generators import Compact, RRDBNet
from srrescgan.weights import load_pretrained
from srrescgan.weights.ncnn import from_ncnn

Edit = Callable[[NcnnFiles], None]


def filled(network: nn.Module) -> dict[str, Tensor]:
    return {key: torch.randn_like(value) for key, value in network.state_dict().items()}


def check_loaded(path: Path, state: dict[str, Tensor], half: bool, scale: int) -> None:
    loaded = load_pretrained(path)
    assert loaded.scale == scale
    assert loaded.state_dict().keys() == state.keys()
    for key, value in loaded.state_dict().items():
        # Converters store the weights of convolutions in half precision, and nothing else.
        stored = state[key].half().float() if half and value.dim() == 4 else state[key]
        assert torch.equal(value, stored), key


@pytest.mark.parametrize("separate", [False, True], ids=["merged", "separate"])
@pytest.mark.parametrize("half", [False, True], ids=["float32", "float16"])
def test_an_rrdbnet_is_read_in_either_precision_and_spelling(
    half: bool, separate: bool, tmp_path: Path
) -> None:
    # 3 * 5 * 9 weights are odd, so that their padding in float16 counts.
    state = filled(RRDBNet(features=5, blocks=2, growth=3))
    path = rrdbnet_files(state, 2, half, separate).write(tmp_path / "x4")
    check_loaded(path, state, half, scale=4)
    check_loaded(path.with_suffix(".bin"), state, half, scale=4)


@pytest.mark.parametrize("scale", [2, 4])
def test_a_compact_is_read_with_its_own_scale(scale: int, tmp_path: Path) -> None:
    state = filled(Compact(scale=scale, features=5, layers=3))
    path = compact_files(state, 3, scale, half=True).write(tmp_path / "x")
    check_loaded(path, state, True, scale=scale)


def test_a_missing_bin_is_named(tmp_path: Path) -> None:
    state = filled(Compact(features=4, layers=1))
    path = compact_files(state, 1, 4, half=True).write(tmp_path / "x")
    path.with_suffix(".bin").unlink()
    with pytest.raises(WeightsError, match=r"no file .*x\.bin.*two files"):
        load_pretrained(path)


def _replaced(old: str, new: str, count: int = 1) -> Edit:
    def edit(files: NcnnFiles) -> None:
        text = "\n".join(files.lines)
        assert old in text
        files.lines = text.replace(old, new, count).split("\n")

    return edit


def _bytes(change: Callable[[bytes], bytes]) -> Edit:
    def edit(files: NcnnFiles) -> None:
        files.binary = change(files.binary)

    return edit


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_bytes(lambda b: b[:-1]), r"x\.bin is truncated: .*line \d+"),
        (_bytes(lambda b: b + bytes(4)), "4 more than the layers need"),
        (_bytes(lambda b: b"\x38\x4b\x0d\x00" + b[4:]), r"line 4 have the tag 0x000d4b38"),
        (_bytes(lambda b: b[:4] + b"\x00\x7c" + b[6:]), "not finite"),
        (_replaced("-23301=2,2.0", "-23301=2,3.0"), r"line \d+: Eltwise computes something else"),
        (_replaced("-23310=1,2.0", "-23310=1,1.0"), r"line \d+: Convolution computes something"),
        (_replaced("1=3 4=1", "1=3 3=2 4=1"), r"line 4: option 3=2 of Convolution"),
        (_replaced(" 9=2", " 7=2 9=2"), r"option 7=2 of Convolution"),
        (_replaced("0=1 1=2.0", "0=2 1=2.0"), r"option 0=2 of Interp"),
        (_replaced("BinaryOp", "Sigmoid"), "layers of the kind Sigmoid are not read"),
        (_replaced(" data v1", " dta v1"), "line 4: reads dta, which no line before it"),
        (_replaced("5=1 6=", "5=1 6=1"), r"line \d+: \d+ weights for"),
        (lambda files: files.lines.pop(), "ends before"),
    ],
)
def test_anything_else_is_refused_with_its_line(edit: Edit, message: str, tmp_path: Path) -> None:
    files = rrdbnet_files(filled(RRDBNet(features=5, blocks=1, growth=3)), 1, True, False)
    edit(files)
    path = files.write(tmp_path / "x")
    with pytest.raises(WeightsError, match=message):
        load_pretrained(path)


def test_a_damaged_param_is_refused(tmp_path: Path) -> None:
    files = compact_files(filled(Compact(features=4, layers=1)), 1, 4, True)
    text = files.write(tmp_path / "x").read_text()
    lines = text.splitlines()
    for damaged, message in (
        ("", "no .param file of ncnn"),
        (text.replace("7767517", "7767518"), "no .param file of ncnn"),
        ("\n".join(lines[:-1]), "states 9 9 layers and values, but 8 and 8 follow"),
        (text.replace("0=4 1=3", "0=4 1:3", 1), "line 4: 'Convolution .*is no layer"),
        ("\n".join([lines[0], "2 2", lines[2], lines[3]]), "a network that is not known"),
    ):
        with pytest.raises(WeightsError, match=message):
            from_ncnn(damaged, files.binary, "x.param", "x.bin")
