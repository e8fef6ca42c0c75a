from collections.abc import Callable
from pathlib import Path

import pytest
from small_network import CONFIG

from srrescgan.errors import WeightsError
from srrescgan.export.weight_files import write_pth, write_safetensors
from srrescgan.generators import SRResDNet
from srrescgan.weights import files
from srrescgan.weights.build import load_generator

both = pytest.mark.parametrize(
    ("write", "writer"), [(write_pth, "write_pth"), (write_safetensors, "write_safetensors")]
)


@both
def test_a_file_that_reads_back_otherwise_is_not_kept(
    write: Callable[..., str],
    writer: str,
    network: SRResDNet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    output = tmp_path / "g"
    output.write_bytes(b"older")
    honest = getattr(files, writer)

    def spoiling(state: dict, *rest: object) -> None:
        honest({**state, "alpha": state["alpha"] + 1e-6}, *rest)

    monkeypatch.setattr(files, writer, spoiling)
    with pytest.raises(WeightsError, match="does not read back"):
        write(network, CONFIG, output)
    assert [path.name for path in tmp_path.iterdir()] == ["g"]
    assert output.read_bytes() == b"older"


def test_settings_that_a_pth_cannot_store_are_reported(network: SRResDNet, tmp_path: Path) -> None:
    assert "'scale': 2" in write_pth(network, CONFIG, tmp_path / "g.pth")


def test_safetensors_hold_it(network: SRResDNet, tmp_path: Path) -> None:
    write_safetensors(network, CONFIG, tmp_path / "g.safetensors")
    assert load_generator(tmp_path / "g.safetensors").scale == 2
