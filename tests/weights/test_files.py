"""Weight files of other projects."""

from pathlib import Path

import torch

from srrescgan.weights.files import read_generator


def test_the_averaged_weights_of_a_file_win(tmp_path: Path) -> None:
    # BasicSR writes both, in this order.
    content = {"params": {"weight": torch.zeros(2)}, "params_ema": {"weight": torch.ones(2)}}
    torch.save(content, tmp_path / "both.pth")
    assert torch.equal(read_generator(tmp_path / "both.pth").state["weight"], torch.ones(2))
    del content["params_ema"]
    torch.save(content, tmp_path / "plain.pth")
    assert torch.equal(read_generator(tmp_path / "plain.pth").state["weight"], torch.zeros(2))


def test_mmagic_keeps_the_averaged_weights_under_a_prefix(tmp_path: Path) -> None:
    state = {"generator.a": torch.zeros(2), "generator_ema.a": torch.ones(2), "step": torch.ones(1)}
    torch.save({"meta": {"epoch": 3}, "state_dict": state}, tmp_path / "both.pth")
    assert read_generator(tmp_path / "both.pth").state.keys() == {"a"}
    assert torch.equal(read_generator(tmp_path / "both.pth").state["a"], torch.ones(2))
    del state["generator_ema.a"]
    torch.save({"state_dict": state}, tmp_path / "plain.pth")
    assert torch.equal(read_generator(tmp_path / "plain.pth").state["a"], torch.zeros(2))
