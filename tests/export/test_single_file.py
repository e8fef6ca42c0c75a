"""Modules of this package as one file."""

import sys
import types

import pytest
import torch

import srrescgan
from srrescgan.export.single_file import single_file
from srrescgan.generators import SRResDNet

NETWORK = "srrescgan.generators.srresdnet"


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """``modules(name=source, ...)`` adds modules to this package for the time of a test."""
    monkeypatch.setattr(srrescgan, "__path__", [*srrescgan.__path__, str(tmp_path)])

    def add(**sources: str) -> None:
        for name, source in sources.items():
            (tmp_path / f"{name}.py").write_text(source)

    return add


def test_the_network_alone_computes_what_the_package_computes(monkeypatch) -> None:
    text = single_file([NETWORK], "a title")
    assert text.startswith("# a title\n")
    assert "import srrescgan" not in text
    assert "from srrescgan" not in text
    alone = types.ModuleType("alone")
    monkeypatch.setitem(sys.modules, "alone", alone)
    exec(compile(text, "alone.py", "exec"), alone.__dict__)
    here, there = SRResDNet(features=4, blocks=2), alone.SRResDNet(features=4, blocks=2)
    there.load_state_dict(here.state_dict())
    lr = torch.rand(1, 3, 9, 12)
    assert type(there) is not type(here)
    assert torch.equal(there(lr), here(lr))


def test_dependencies_come_first_and_only_once(modules) -> None:
    modules(
        first_part='"""Doc."""\n\nimport math\n\nHALF = math.pi / 2  # radians\n',
        second_part="import math\nfrom srrescgan.first_part import HALF\n\nWHOLE = 2 * HALF\n",
    )
    text = single_file(["srrescgan.second_part", "srrescgan.first_part"], "t")
    names: dict[str, float] = {}
    exec(text, names)
    assert names["WHOLE"] == pytest.approx(3.14159, abs=1e-5)
    assert text.count("import math") == 1
    assert text.count("HALF = math") == 1
    assert "# radians" in text


@pytest.mark.parametrize(
    ("sources", "complaint"),
    [
        ({"one_part": "X = 1\n"}, "both define X"),
        ({"one_part": "def f():\n    from srrescgan.types import SRBatch\n"}, "line 2"),
        ({"one_part": "from srrescgan.types import SRBatch as S\n"}, "SRBatch as S"),
        ({"one_part": "from .types import SRBatch\n"}, "from .types"),
        ({"one_part": "import srrescgan.types\n"}, "import srrescgan.types"),
        ({"one_part": "from srrescgan.two_part import Y\n", "two_part": "Z = 1\n"}, "Y itself"),
        (
            {
                "one_part": "from srrescgan.two_part import Y\nZ = 1\n",
                "two_part": "from srrescgan.one_part import Z\nY = 1\n",
            },
            "one_part imports srrescgan.two_part imports srrescgan.one_part",
        ),
    ],
)
def test_modules_that_cannot_share_a_file_are_refused(modules, sources, complaint) -> None:
    modules(other_part="X = 2\n", **sources)
    with pytest.raises(ValueError, match=complaint):
        single_file(["srrescgan.one_part", "srrescgan.other_part"], "t")
