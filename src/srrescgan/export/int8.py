"""Export to int8 ONNX: convolutions in 8-bit integers, faster and slightly less accurate."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError, WeightsError
from srrescgan.export.calibration import Sample, bundled_photos, pictures_of
from srrescgan.export.capabilities import require_upscaling
from srrescgan.export.onnx import onnx_model
from srrescgan.export.onnx_check import verify_onnx
from srrescgan.export.quantization import measure_ranges, quantize
from srrescgan.export.quantized_layers import count_layers
from srrescgan.files import replacing
from srrescgan.generators.promises import check_scale
from srrescgan.metrics import PSNR, Protocol

LOWEST_PSNR = 30.0
"""PSNR to the float32 output, dB. Below, the difference is visible: the calibration failed."""


@dataclass(frozen=True)
class _Accuracy:
    """PSNR in dB, means over pictures; ``None`` where hr is not known."""

    to_float32: float
    float32_to_hr: float | None
    int8_to_hr: float | None

    def metadata(self) -> dict[str, str]:
        """Entries for the metadata of the file."""
        entries = {
            "int8_psnr_to_float32": self.to_float32,
            "float32_psnr_to_hr": self.float32_to_hr,
            "int8_psnr_to_hr": self.int8_to_hr,
        }
        return {key: f"{value:.3f}" for key, value in entries.items() if value is not None}

    def sentence(self) -> str:
        """For the user."""
        text = f"PSNR to the float32 output {self.to_float32:.2f} dB"
        if self.int8_to_hr is None or self.float32_to_hr is None:
            return text + "; give hr=FOLDER to measure the PSNR to hr"
        return (
            f"{text}; to hr {self.int8_to_hr:.2f} dB, float32 has {self.float32_to_hr:.2f} dB"
            f" ({self.int8_to_hr - self.float32_to_hr:+.3f})"
        )


def write_int8(
    generator: nn.Module,
    config: dict[str, Any],
    output: Path,
    calibration: Path | None,
    hr: Path | None,
) -> str:
    """Write the quantized network as one ONNX file, and measure its accuracy.

    All convolutions but those that read or write the picture compute in integers, see
    :func:`~srrescgan.export.quantized_layers.find_layers`. All else, such as a noise estimate,
    stays float32. The ranges of the integers are calibrated on the left halves of the pictures; the
    accuracy is measured on the right halves.

    Args:
        generator: in eval mode, on the CPU.
        config: its ``_target_`` and constructor arguments.
        output: the file; an existing one is replaced. Its metadata holds the accuracy.
        calibration: folder of lr pictures like those to be upscaled; ``None``: photographs of
            scikit-image, downscaled.
        hr: folder of the hr pictures of ``calibration``; ``None``: not known.

    Returns:
        Message for the user, with the accuracy.

    Raises:
        ConfigError: a package is missing, the network is a degradation or has no convolution to
            be quantized, or ``hr`` is given without ``calibration``.
        DataError: the pictures cannot be used.
        WeightsError: the float32 ONNX graph and PyTorch disagree, or the accuracy is below
            :data:`LOWEST_PSNR`; an existing file is kept.
    """
    require_upscaling(generator, "int8")
    if hr is not None and calibration is None:
        raise ConfigError("hr= needs calibration=: it holds the hr pictures of that folder")
    scale = check_scale(generator)
    pictures = pictures_of(calibration, hr, scale) if calibration else bundled_photos(scale)
    float32 = onnx_model(generator, config)
    integers, floats = count_layers(float32.graph)
    if not integers:
        raise ConfigError(
            f"target=int8: none of the {floats} convolutions of {type(generator).__name__} lies"
            " between the first and the last one, which stay float32: use target=onnx"
        )
    verify_onnx(float32.SerializeToString(), generator, output)
    ranges = measure_ranges(float32, (sample.lr.numpy() for sample in pictures.calibrate))
    int8 = quantize(float32, ranges)
    accuracy = _measure(float32.SerializeToString(), int8.SerializeToString(), pictures.measure)
    if not accuracy.to_float32 >= LOWEST_PSNR:
        raise WeightsError(
            f"{output} was not written: calibrated with {pictures.source}, the PSNR of int8 to the"
            f" float32 output is {accuracy.to_float32:.1f} dB, expected {LOWEST_PSNR:.0f} or more."
            " Give pictures like those to be upscaled: calibration=FOLDER"
        )
    for key, value in {"calibration": pictures.source, **accuracy.metadata()}.items():
        int8.metadata_props.add(key=key, value=value)
    with replacing(output) as temporary:
        temporary.write_bytes(int8.SerializeToString())
    return (
        f"{output}: {integers} of {integers + floats} convolutions in int8, calibrated with"
        f" {pictures.source}; {accuracy.sentence()}"
    )


def _measure(float32: bytes, int8: bytes, samples: list[Sample]) -> _Accuracy:
    psnr = PSNR(Protocol(rounding="none"))
    run_int8, run_float32 = _runner(int8), _runner(float32)
    outputs = [(run_int8(sample.lr), run_float32(sample.lr), sample.hr) for sample in samples]
    to_float32 = _mean([psnr(quantized, exact) for quantized, exact, _ in outputs])
    known = [(quantized, exact, hr) for quantized, exact, hr in outputs if hr is not None]
    if not known:
        return _Accuracy(to_float32, None, None)
    return _Accuracy(
        to_float32,
        float32_to_hr=_mean([psnr(exact, hr) for _, exact, hr in known]),
        int8_to_hr=_mean([psnr(quantized, hr) for quantized, _, hr in known]),
    )


def _mean(scores: list[Tensor]) -> float:
    return float(torch.cat(scores).mean())


def _runner(model: bytes) -> Callable[[Tensor], Tensor]:
    from onnxruntime import InferenceSession

    session = InferenceSession(model, providers=["CPUExecutionProvider"])

    def run(lr: Tensor) -> Tensor:
        return torch.from_numpy(cast(np.ndarray, session.run(["sr"], {"lr": lr.numpy()})[0]))

    return run
