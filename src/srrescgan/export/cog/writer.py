"""A generator as a folder that Cog makes a container of."""

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
from srrescgan.export.folder import writing_folder
from srrescgan.export.fresh_python import upscale_in_fresh_python
from srrescgan.export.templates import write_document
from srrescgan.images import to_uint8
from srrescgan.weights.files import write_safetensors

_NEEDED = ("kornia", "numpy", "pillow", "safetensors", "tifffile", "torch")
"""Dependencies of this package that upscaling has."""
_NEWEST_PYTHON = (3, 13)  # that Cog 0.23 builds
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
        image=file, ensemble=False, tile=8, output_format="png", quality=95, keep_metadata=True)))
"""
_SIZE = (11, 14)


def write_cog(generator: nn.Module, config: dict[str, Any], output: Path) -> str:
    """Write a folder for ``cog run``, ``cog build`` and ``cog push``.

    This package is copied into it, so the container needs nothing that is not published. The
    folder's own code is run in a fresh Python, with no other dependencies than it lists, and its
    picture is compared with the generator's.

    Args:
        generator: in eval mode, on the CPU.
        config: its ``_target_`` and constructor arguments.
        output: the folder, not there yet.

    Returns:
        What to tell the user.

    Raises:
        ConfigError: cog is not installed, or ``output`` exists.
        WeightsError: the folder does not upscale as the generator does; nothing is left of it.
    """
    if find_spec("cog") is None:
        raise ConfigError("target=cog needs cog: pip install 'srrescgan[cog]'")
    package = Path(srrescgan.__file__).parent
    facts = {
        "name": output.name,
        "image": re.sub(r"[^a-z0-9]+", "-", output.name.lower()).strip("-") or "srrescgan",
        "scale": generator.scale,
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
        write_document(folder / "cog.yaml", "cog/cog.yaml.j2", facts)
        write_document(folder / "README.md", "cog/readme.md.j2", facts)
        difference = _difference(generator, folder)
        if difference > 1:
            raise WeightsError(
                f"{output}: its picture differs by {difference} levels of 255 from this network's;"
                " expected 1 at most. Nothing was written. Please report it"
            )
    return (
        f"{output}: ready for `cog run -i image=@photo.jpg`; its code, in a fresh Python, differs"
        f" by at most {difference} levels of 255"
    )


@torch.inference_mode()
def _difference(generator: nn.Module, folder: Path) -> int:
    """Largest difference of the folder's 8-bit picture from the generator's, in levels."""
    random = torch.Generator().manual_seed(0)
    lr = torch.randint(0, 256, (3, *_SIZE), generator=random).byte()
    inputs = [lr.permute(1, 2, 0).contiguous().numpy()]
    (made,) = upscale_in_fresh_python(_CHECK, folder, inputs, _dispensable(), own_code=True)
    expected = to_uint8(generator(lr[None] / 255)[0])
    if made.shape != expected.shape:
        return 255
    return int(abs(made.astype(int) - expected).max())


def _dispensable() -> list[str]:
    """Modules of this package's dependencies that a container is not given."""
    names = {re.split(r"[^\w.-]", text)[0].lower() for text in requires("srrescgan") or ()}
    others = names - {*_NEEDED, "cog", "srrescgan"}
    return [
        module
        for module, owners in packages_distributions().items()
        if others.issuperset(owner.lower() for owner in owners)
    ]
