"""Export for Cog: a folder that it builds a container from."""

import re
import shutil
import sys
from importlib.metadata import packages_distributions, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import nn

import srrescgan
from srrescgan.errors import ConfigError, WeightsError
from srrescgan.export.capabilities import require_upscaling
from srrescgan.export.folder import writing_folder
from srrescgan.export.network_summary import summarize
from srrescgan.export.subprocess_check import upscale_in_subprocess
from srrescgan.html.templates import write_document
from srrescgan.images import to_uint8
from srrescgan.types import LocalGenerator, ProjectedGenerator
from srrescgan.weights.files import write_safetensors

_NEEDED = ("kornia", "numpy", "pillow", "psutil", "safetensors", "tifffile", "torch")
"""Dependencies of this package that upscaling needs."""
_NEWEST_PYTHON = (3, 13)  # supported by Cog 0.23
_CHECK = """\
from PIL import Image
from cog.predictor import load_predictor_from_ref
import srrescgan
assert Path(srrescgan.__file__).is_relative_to(folder), srrescgan.__file__
runner = load_predictor_from_ref(str(folder / "run.py") + ":Runner")
runner.setup()
def upscale(lr):
    file = files / "photo.png"
    Image.fromarray(lr).save(file)
    return np.asarray(Image.open(runner.run(
        image=file, ensemble=False, tile=TILE, output_format="png", quality=95, keep_metadata=True
    )))
"""
_SIZE = (11, 14)


def write_cog(generator: nn.Module, config: dict[str, Any], output: Path) -> str:
    """Write a folder for ``cog run``, ``cog build`` and ``cog push``.

    This package is copied into it, so the container needs only published packages. The folder's
    code is run in a new Python process that can import only the dependencies it lists, and its
    picture is compared with the generator's.

    Args:
        generator: in eval mode, on the CPU.
        config: its ``_target_`` and constructor arguments.
        output: the folder; must not exist yet, or be empty.

    Returns:
        Message for the user.

    Raises:
        ConfigError: cog is not installed, the network is a degradation, or ``output`` exists.
        WeightsError: the folder's picture differs from the generator's; nothing is written.
    """
    require_upscaling(generator, "cog")
    if find_spec("cog") is None:
        raise ConfigError("target=cog needs cog: pip install 'srrescgan[cog]'")
    package = Path(srrescgan.__file__).parent
    values = {
        "network": summarize(generator, config),
        "name": output.name,
        "image": re.sub(r"[^a-z0-9]+", "-", output.name.lower()).strip("-") or "srrescgan",
        "python": "{}.{}".format(*min(sys.version_info[:2], _NEWEST_PYTHON)),
        "cog": version("cog"),
        "version": srrescgan.__version__,
    }
    with writing_folder(output) as folder:
        write_safetensors(generator.state_dict(), config, folder / "weights.safetensors")
        shutil.copyfile(Path(__file__).with_name("runner.py"), folder / "run.py")
        ignored = shutil.ignore_patterns("__pycache__", "conf")
        shutil.copytree(package, folder / package.name, ignore=ignored)
        pins = [f"{name}=={version(name).split('+')[0]}\n" for name in _NEEDED]
        (folder / "requirements.txt").write_text("".join(pins), encoding="utf-8")
        write_document(folder / "cog.yaml", __package__, "cog.yaml.j2", values)
        write_document(folder / "README.md", __package__, "readme.md.j2", values)
        difference = _difference(generator, folder)
        if difference > 1:
            raise WeightsError(
                f"{output} was not written: its picture differs from PyTorch's by {difference}"
                " levels of 255, expected 1 at most. Please report it"
            )
    return (
        f"{output}: ready for `cog run -i image=@photo.jpg`; verified in a new Python process,"
        f" differs from PyTorch by at most {difference} levels of 255"
    )


@torch.inference_mode()
def _difference(generator: nn.Module, folder: Path) -> int:
    """Largest difference of the folder's 8-bit picture from the generator's, in levels.

    A network that can be computed in tiles is.
    """
    random = torch.Generator().manual_seed(0)
    lr = torch.randint(0, 256, (3, *_SIZE), generator=random).byte()
    inputs = [lr.permute(1, 2, 0).contiguous().numpy()]
    tiles = isinstance(generator, LocalGenerator | ProjectedGenerator)
    check = _CHECK.replace("TILE", "8" if tiles else "0")
    (picture,) = upscale_in_subprocess(check, folder, inputs, _not_listed(), own_code=True)
    expected = to_uint8(generator(lr[None] / 255)[0])
    if picture.shape != expected.shape:
        return 255
    return int(abs(picture.astype(int) - expected).max())


def _not_listed() -> list[str]:
    """Modules of dependencies that the container does not install."""
    names = {re.split(r"[^\w.-]", text)[0].lower() for text in requires("srrescgan") or ()}
    others = names - {*_NEEDED, "cog", "srrescgan"}
    return [
        module
        for module, owners in packages_distributions().items()
        if others.issuperset(owner.lower() for owner in owners)
    ]
