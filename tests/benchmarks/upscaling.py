"""Times upscaling one image: the plain formulation, and ours with every option."""

import importlib.util
import math
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import skimage.data
import torch
from plain import PlainGenerator, take_weights
from sizes import Size
from timing import Row, StopWatch, interleaved, row
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from srrescgan.errors import ConfigError
from srrescgan.inference import Predictor, UpscaleOptions
from srrescgan.ops.resize import imresize

FLOAT32_LIMIT = 0.5
"""Largest allowed float32 difference between two upscaled images, in grey levels (of 255).

An active projection multiplies the last bits of the noise estimate by thousands, and the plain
formulation sums in another order.
"""

Work = Callable[[], Tensor]


def upscaling_rows(size: Size, ours: nn.Module, watch: StopWatch, int8: bool) -> list[Row]:
    """Time plain upscaling of one image and ours.

    Args:
        size: of the picture.
        ours: the generator.
        watch: stopwatch of a device.
        int8: also time the file of ``export target=int8`` in ONNX Runtime; for trained weights.

    Raises:
        RuntimeError: a float32 result differs from the plain one.
    """
    plain_net = PlainGenerator(ours.model.conv1.bias.numel(), len(ours.model.layer1))
    plain_net = take_weights(plain_net, ours).to(watch.device).eval()
    hr, lr = pictures(*size.lr)
    lr = lr.to(watch.device)

    @torch.inference_mode()
    def plain() -> Tensor:
        return plain_net(lr)

    works: dict[str, Work] = {"plain, float32": plain}
    for name, predictor in _predictors(ours, watch.device):
        works[name] = lambda predictor=predictor: predictor(lr)
    if int8:
        works["ours, int8, ONNX Runtime"] = _int8(ours, lr)
    made = {name: work().cpu() for name, work in works.items()}
    reference = made["plain, float32"]
    notes = {}
    for name, picture in made.items():
        levels = 255 * float((picture - reference).abs().max())
        if "float32" in name and levels > FLOAT32_LIMIT:
            raise RuntimeError(f"{name} is not the plain result: {levels} levels apart")
        notes[name] = {
            "levels_apart": levels,
            "psnr_to_plain": _psnr(picture, reference),
            "psnr_to_hr": _psnr(picture, hr),
            "megapixels": hr[0, 0].numel() / 1e6,
        }
    seconds = interleaved(works, 0, size.upscalings, watch)  # each has already run once
    plain_seconds = seconds["plain, float32"]
    peaks = {name: _peak(dtype, watch) for name, dtype in _TYPES.items()}
    peaks["int8"] = math.nan  # not measured
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        ours(lr)
    rows = [row(name, seconds[name], plain_seconds, 1) | notes[name] for name in works]
    for one in rows:
        (peak,) = (value for name, value in peaks.items() if name in one["name"])
        share = counter.get_total_flops() / one["median"] / peak
        one["of_peak"] = None if math.isnan(share) else share
    return rows


def ensemble_rows(size: Size, ours: nn.Module, watch: StopWatch) -> list[Row]:
    """Time the self-ensemble of a small picture by the number of members computed together."""
    _, lr = pictures(*size.small)
    lr = lr.to(watch.device)
    works: dict[str, Work] = {}
    tile = max(size.small) - 1  # two tiles a side, of nearly half of it
    for batch in (1, 4, 8):
        predictor = Predictor(
            ours, UpscaleOptions(ensemble=True, tile=tile, batch=batch), device=watch.device
        )
        works[f"ours, {batch} at once"] = lambda predictor=predictor: predictor(lr)
    seconds = interleaved(works, size.warmup, size.repeats, watch)
    first = seconds["ours, 1 at once"]
    return [row(name, seconds[name], first, 1) for name in works]


def pictures(height: int, width: int) -> tuple[Tensor, Tensor]:
    """The photograph in scikit-image, repeated to 4 times this size, and reduced to this size."""
    photo = torch.from_numpy(skimage.data.astronaut()).permute(2, 0, 1)[None] / 255
    hr = photo.repeat(1, 1, 3, 4)[..., : 4 * height, : 4 * width]
    return hr, imresize(hr, 1 / 4).clamp(0, 1)


_TYPES = {"float32": torch.float32, "bf16": torch.bfloat16}


def _predictors(ours: nn.Module, device: torch.device) -> Iterator[tuple[str, Predictor]]:
    """Predictors with every option that this machine supports."""
    ways: dict[str, dict[str, object]] = {
        "whole": {"tile": None},
        "tiles": {"tile": "auto"},
        "tiles, 4 at once": {"tile": "auto", "batch": 4},
    }
    if device.type == "cpu" and importlib.util.find_spec("openvino"):
        ways["tiles, OpenVINO"] = {"tile": "auto", "engine": "openvino"}
    if device.type != "cpu":
        ways["tiles, compiled"] = {"tile": "auto", "engine": "compile"}
    for precision in _TYPES:
        for name, settings in ways.items():
            try:
                predictor = Predictor(
                    ours, UpscaleOptions(precision=precision, **settings), device=device
                )
            except ConfigError:
                continue  # no bfloat16 on this machine
            yield f"ours, {precision}, {name}", predictor


def _int8(ours: nn.Module, lr: Tensor) -> Work:
    import onnxruntime

    from srrescgan.export.int8 import write_int8

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "int8.onnx")
        write_int8(ours, {}, path, None, None)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        session = onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
    given = {"lr": lr.cpu().numpy()}
    return lambda: torch.from_numpy(session.run(None, given)[0])


@torch.inference_mode()
def _peak(dtype: torch.dtype, watch: StopWatch) -> float:
    """Largest number of operations per second of a 3 x 3 convolution with 64 channels."""
    best = 0.0
    for side in (128, 256, 512):
        image = torch.rand(1, 64, side, side, device=watch.device, dtype=dtype)
        image = image.contiguous(memory_format=torch.channels_last)
        layer = nn.Conv2d(64, 64, 3, padding=1, device=watch.device, dtype=dtype)
        layer = layer.to(memory_format=torch.channels_last)
        work = partial(layer, image)
        watch.time(work)
        seconds = min(watch.time(work) for _ in range(5))
        best = max(best, 2 * 9 * 64 * 64 * side * side / seconds)
    return best


def _psnr(a: Tensor, b: Tensor) -> float | None:
    error = float((a.double() - b.double()).square().mean())
    return -10 * math.log10(error) if error else None  # JSON has no infinity
