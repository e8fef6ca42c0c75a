"""Devices, and the precisions that they compute in."""

from collections.abc import Sequence

import torch

from srrescgan.errors import ConfigError, nearest

PRECISIONS = ("float32", "bf16")


def choose_devices(names: str | Sequence[str]) -> list[torch.device]:
    """One device per name, as :func:`choose_device`; a single name may stand alone.

    Raises:
        ConfigError: as :func:`choose_device`, or there is no name.
    """
    if isinstance(names, str):
        names = [names]
    if not names:
        raise ConfigError("device=[] names no device: choose auto, cpu or cuda")
    return [choose_device(name) for name in names]


def choose_device(name: str) -> torch.device:
    """``auto`` is the accelerator where there is one; anything else is a torch device name.

    Raises:
        ConfigError: when this machine has no such device.
    """
    if name != "auto":
        try:
            return torch.zeros(1, device=name).device
        except (RuntimeError, AssertionError) as error:
            reason = str(error).splitlines()[0]
            raise ConfigError(f"device={name}: {reason}. Choose auto, cpu or cuda.") from error
    if torch.accelerator.is_available():
        accelerator = torch.accelerator.current_accelerator()
        assert accelerator is not None
        return accelerator
    return torch.device("cpu")


def choose_dtype(precision: str, device: torch.device) -> torch.dtype:
    """Type in which the costly part of a network is computed.

    Raises:
        ConfigError: there is no such precision, or the device has no arithmetic of it.
    """
    if precision == "float32":
        return torch.float32
    if precision != "bf16":
        hint = nearest(precision, PRECISIONS)
        raise ConfigError(f"precision={precision}: must be {' or '.join(PRECISIONS)}{hint}")
    if not _has_bf16(device):
        raise ConfigError(
            f"precision=bf16: {device} has no bfloat16 arithmetic, it would be slower and less"
            " exact; give precision=float32"
        )
    return torch.bfloat16


def _has_bf16(device: torch.device) -> bool:
    if device.type == "cpu":
        return (
            torch.ops.mkldnn._is_mkldnn_bf16_supported() and torch.cpu._is_avx512_bf16_supported()
        )
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return True
