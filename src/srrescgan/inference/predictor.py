"""One picture, super-resolved."""

import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError
from srrescgan.ops.ensemble import TRANSFORM_COUNT, transform, untransform


class Predictor:
    """Applies a generator to whole pictures, plain or as self-ensemble.

    The self-ensemble (the "+" of SRResCGAN+) averages over the eight rotations and reflections of
    the input (Timofte, Rothe, Van Gool, CVPR 2016, section 3.4): slower by a factor of 8.

    Args:
        generator: lr -> sr, in [0, 1].
        ensemble: average over the eight transforms.
        device: where to compute.
    """

    def __init__(
        self, generator: nn.Module, ensemble: bool = False, device: str | torch.device = "cpu"
    ) -> None:
        self.device = torch.device(device)
        generator = generator.to(self.device).eval()
        # torch's own signature of Module.to leaves out memory_format.
        self.generator = generator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.transforms = range(TRANSFORM_COUNT if ensemble else 1)

    @property
    def scale(self) -> int:
        """Upscaling factor."""
        return int(self.generator.scale)

    @torch.inference_mode()
    def __call__(self, lr: Tensor) -> Tensor:
        """Super-resolve.

        Shape:
            - lr: ``(B, 3, h, w)``, RGB in [0, 1].
            - Output: ``(B, 3, scale h, scale w)``, in [0, 1], on the device of ``lr``.
        """
        image = lr.to(self.device, memory_format=torch.channels_last)
        total = torch.zeros((), device=self.device)
        for index in self.transforms:
            turned = transform(image, index).contiguous(memory_format=torch.channels_last)
            total = total + untransform(self.generator(turned), index).float()
        return (total / len(self.transforms)).clamp(0, 1).to(lr.device)


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
