"""Runs an exported folder's check in this process, which has its packages loaded already."""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import numpy as np

_ONLY_IN_A_SUBPROCESS = "assert Path(srrescgan.__file__)"


def upscale_in_process(
    program: str, folder: Path, pictures: Sequence[np.ndarray], *_rest: Any, **_options: Any
) -> list[np.ndarray]:
    """Stands in for :func:`srrescgan.export.subprocess_check.upscale_in_subprocess`.

    It does the same but for what cannot be imported; the tests of single targets use the original.
    """
    lines = [line for line in program.splitlines() if not line.startswith(_ONLY_IN_A_SUBPROCESS)]
    before = set(sys.modules)
    registry = vars(_registry()).copy()
    with TemporaryDirectory() as files:
        names: dict[str, Any] = {
            "folder": folder, "files": Path(files), "np": np, "sys": sys, "Path": Path,
        }  # fmt: skip
        try:
            exec("\n".join(lines), names)
            return [names["upscale"](picture) for picture in pictures]
        finally:
            vars(_registry()).update(registry)  # what the folder registered is not for other tests
            for name in set(sys.modules) - before:
                if name.split(".")[0] == "custom_node":
                    del sys.modules[name]


def _registry() -> Any:
    spandrel = sys.modules.get("spandrel")
    return spandrel.MAIN_REGISTRY if spandrel else SimpleNamespace()
