"""How much memory is planned for, and the tiles that follow from it."""

from pathlib import Path

import pytest
import torch

from srrescgan.generators.locality import Locality
from srrescgan.inference import memory
from srrescgan.inference.tile_plan import Tiler

CPU = torch.device("cpu")


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("900\n")
    (tmp_path / "memory.stat").write_text("anon 500\ninactive_file 300\n")
    return tmp_path


def test_files_that_were_read_do_not_count_as_used(container: Path) -> None:
    assert memory.free_memory(CPU) == 400
    (container / "memory.current").write_text("1500\n")
    assert memory.free_memory(CPU) == 0


def test_without_a_limit_the_machine_decides(container: Path) -> None:
    (container / "memory.max").write_text("max\n")
    assert memory.free_memory(CPU) > 1000


@pytest.mark.parametrize("fits", [0.0, 1.0, 40_000.0])
def test_a_planned_tile_is_not_small_against_its_overlap(fits: float) -> None:
    locality = Locality(halo=349, overlap_levels={96: 1.2})
    plan = Tiler(locality, "auto", "auto", 80, lambda: fits).plan(500, 500)
    assert plan.overlap == 96
    assert plan.tile >= 48
