"""The pristine model of NIQE, and where its parameters come from."""

import hashlib
import io
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor

from srrescgan.errors import BackboneUnavailableError, WeightsError

FEATURES = 36  # 18 at each of two scales

_OFFICIAL = "2a7c182a68c9e7f1b2e2e5ec723279d6f65d912b6fcaf37eb2bf03d7367c4296"
"""SHA-256 of the file with the authors' parameters, the same in all of these packages."""

_PLACES = (
    ("iqa", "niqe/niqe_pris_params.npz", "iqa-torch"),
    ("basicsr", "metrics/niqe_pris_params.npz", "basicsr"),
    ("mmagic", "eval/metrics/niqe_pris_params.npz", "mmagic"),
)
"""Module, path in it, and PyPI name of packages (Apache-2.0) that contain the file."""

_KEYS = (("mu_pris_param", "cov_pris_param"), ("mu_prisparam", "cov_prisparam"))
"""Names of mean and covariance: in those packages, and in the authors' modelparameters.mat."""


@dataclass(frozen=True)
class PristineModel:
    """Gaussian model of the features of pristine photos."""

    name: str
    """Short text that identifies the model."""
    mean: Tensor
    """``(36,)`` float64."""
    covariance: Tensor
    """``(36, 36)`` float64."""


def pristine_model(params: str | None = None) -> PristineModel:
    """Find the parameters of NIQE.

    Args:
        params: a .npz with ``mu_pris_param`` and ``cov_pris_param``, or a MATLAB .mat with
            ``mu_prisparam`` and ``cov_prisparam``; ``None``: the authors' file, verified
            by its checksum, from one of the installed packages that contain it. The package is not
            imported.

    Raises:
        BackboneUnavailableError: no such package is installed.
        WeightsError: ``params`` does not exist or is not such a file.
    """
    if params is not None:
        path = Path(params).expanduser()
        try:
            data = path.read_bytes()
        except OSError as error:
            raise WeightsError(f"cannot read the NIQE parameters {path}: {error}") from error
        digest = hashlib.sha256(data).hexdigest()
        name = f"own pristine model {digest[:12]}, not comparable with published numbers"
        return _parsed(data, path, "authors' pristine model" if digest == _OFFICIAL else name)
    for module, place, _ in _PLACES:
        for folder in _folders(module):
            path = folder / place
            data = path.read_bytes() if path.is_file() else b""
            if hashlib.sha256(data).hexdigest() == _OFFICIAL:
                return _parsed(data, path, "authors' pristine model")
    packages = ", ".join(package for _, _, package in _PLACES)
    raise BackboneUnavailableError(
        "the parameters of NIQE's pristine model are not on this machine: none of the packages "
        f"that contain them ({packages}) is installed. Run `pip install iqa-torch`, or give "
        "metric.niqe.params= the authors' modelparameters.mat"
    )


def _folders(module: str) -> list[Path]:
    spec = find_spec(module)
    return [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []


def _parsed(data: bytes, path: Path, name: str) -> PristineModel:
    expected = " and ".join(f"{mean}, {covariance}" for mean, covariance in _KEYS)
    content: Any
    try:
        if path.suffix == ".mat":
            from scipy.io import loadmat

            content = loadmat(io.BytesIO(data))
        else:
            content = np.load(io.BytesIO(data), allow_pickle=False)
        keys = next(pair for pair in _KEYS if all(key in content for key in pair))
        mean, covariance = (np.asarray(content[key], dtype=np.float64) for key in keys)
        mean, covariance = mean.reshape(FEATURES), covariance.reshape(FEATURES, FEATURES)
    except (
        OSError,
        ValueError,
        TypeError,
        StopIteration,
        BadZipFile,
        NotImplementedError,
    ) as error:
        raise WeightsError(
            f"{path} is not a pristine model of NIQE: expected a .npz or .mat that holds "
            f"{expected} of {FEATURES} and {FEATURES}x{FEATURES} numbers"
        ) from error
    if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
        raise WeightsError(f"{path} holds numbers that are not finite")
    return PristineModel(name, torch.from_numpy(mean), torch.from_numpy(covariance))
