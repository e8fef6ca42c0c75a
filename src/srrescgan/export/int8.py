"""The ONNX file with convolutions of 8 bits: faster, and a little less exact."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError, WeightsError
from srrescgan.export.calibration import Calibration, Sample, bundled_photos, pictures_of
from srrescgan.export.onnx import onnx_model
from srrescgan.export.onnx_check import require_same_pictures
from srrescgan.export.quantising import measured_ranges, quantize
from srrescgan.files import replacing
from srrescgan.generators import SRResDNet
from srrescgan.metrics import PSNR, Protocol

LOWEST_PSNR = 30.0
"""dB to the float32 output. Below it the difference is seen, and the calibration went wrong."""


@dataclass(frozen=True)
class _Cost:
    """What the integers cost, in dB; means over pictures."""

    to_float32: float
    float32_to_hr: float | None
    int8_to_hr: float | None

    def metadata(self) -> dict[str, str]:
        """Entries of the file, those that are known."""
        known = {
            "int8_psnr_to_float32": self.to_float32,
            "float32_psnr_to_hr": self.float32_to_hr,
            "int8_psnr_to_hr": self.int8_to_hr,
        }
        return {key: f"{value:.3f}" for key, value in known.items() if value is not None}

    def sentence(self) -> str:
        """For the user."""
        said = f"PSNR to the float32 output {self.to_float32:.2f} dB"
        if self.int8_to_hr is None or self.float32_to_hr is None:
            return said + "; to the truth unknown, give hr=FOLDER"
        return (
            f"{said}; to hr {self.int8_to_hr:.2f} dB, float32 has {self.float32_to_hr:.2f} dB"
            f" ({self.int8_to_hr - self.float32_to_hr:+.3f})"
        )


def write_int8(
    generator: nn.Module,
    config: dict[str, Any],
    output: Path,
    calibration: Path | None,
    hr: Path | None,
) -> str:
    """Write what :func:`srrescgan.export.onnx.write_onnx` does, quantised, and measure the loss.

    The convolutions but for the first and the last compute in integers. These two, the noise
    estimate and the projection stay float32. It is measured on other parts of the calibration's
    pictures than the ranges of the integers are learned from.

    Args:
        generator: in eval mode, on the CPU.
        config: its ``_target_`` and constructor arguments.
        output: the file; replaced whole when it exists. Its metadata says what was measured.
        calibration: folder of lr pictures like those to be upscaled; ``None``: photographs that
            come with scikit-image, made smaller.
        hr: folder of the true pictures of ``calibration``; ``None``: not known.

    Returns:
        What to tell the user, the measured loss among it.

    Raises:
        ConfigError: a package is missing, the network is not an SRResDNet, or ``hr`` is given
            without ``calibration``.
        DataError: the pictures cannot be used.
        WeightsError: the ONNX file differs from PyTorch before it is quantised, or the loss is
            greater than :data:`LOWEST_PSNR` allows; an older file stays.
    """
    if not isinstance(generator, SRResDNet):
        raise ConfigError(
            f"target=int8 knows SRResDNet only, and the weights are of {type(generator).__name__};"
            " target=onnx takes them"
        )
    if hr is not None and calibration is None:
        raise ConfigError("hr= holds the truth of calibration=, which is not given")
    pictures = _pictures(calibration, hr, generator.scale)
    exact = onnx_model(generator, config)
    require_same_pictures(exact.SerializeToString(), generator, output)
    ranges = measured_ranges(exact, (sample.lr.numpy() for sample in pictures.learn))
    model = quantize(exact, ranges)
    cost = _measured(exact.SerializeToString(), model.SerializeToString(), pictures.measure)
    if not cost.to_float32 >= LOWEST_PSNR:
        raise WeightsError(
            f"{output} was not written: with {pictures.source} int8 is {cost.to_float32:.1f} dB"
            f" from the float32 output, and expected are {LOWEST_PSNR:.0f} or more. Give pictures"
            " like those to be upscaled: calibration=FOLDER"
        )
    for key, value in {"calibration": pictures.source, **cost.metadata()}.items():
        model.metadata_props.add(key=key, value=value)
    with replacing(output) as temporary:
        temporary.write_bytes(model.SerializeToString())
    return f"{output}: convolutions in int8, by {pictures.source}; {cost.sentence()}"


def _pictures(calibration: Path | None, hr: Path | None, scale: int) -> Calibration:
    if calibration is None:
        return bundled_photos(scale)
    return pictures_of(calibration, hr, scale)


def _measured(exact: bytes, model: bytes, samples: list[Sample]) -> _Cost:
    psnr = PSNR(Protocol(rounding="none"))
    ours, theirs = _runner(model), _runner(exact)
    pairs = [(ours(sample.lr), theirs(sample.lr), sample.hr) for sample in samples]
    near = [psnr(int8, float32) for int8, float32, _ in pairs]
    true = [(psnr(int8, hr), psnr(float32, hr)) for int8, float32, hr in pairs if hr is not None]
    if not true:
        return _Cost(_mean(near), None, None)
    int8, float32 = (_mean(list(column)) for column in zip(*true, strict=True))
    return _Cost(_mean(near), float32_to_hr=float32, int8_to_hr=int8)


def _mean(scores: list[Tensor]) -> float:
    return float(torch.cat(scores).mean())


def _runner(model: bytes) -> Callable[[Tensor], Tensor]:
    from onnxruntime import InferenceSession

    session = InferenceSession(model, providers=["CPUExecutionProvider"])

    def run(lr: Tensor) -> Tensor:
        return torch.from_numpy(cast(np.ndarray, session.run(["sr"], {"lr": lr.numpy()})[0]))

    return run
