"""VGG-style discriminator of ESRGAN and SRResCGAN."""

import torch.nn.functional as F
from torch import Tensor, nn

from srrescgan.layers.batchnorm import GlobalBatchNorm2d

_STAGES = 5
_HIDDEN = 100


class VGGDiscriminator(nn.Module):
    """Ten convolutions and two linear layers: one logit per patch.

    Each of the five stages has a 3×3 convolution and a 4×4 convolution of stride 2, with batch norm
    and leaky ReLU (Wang et al., "ESRGAN", ECCVW 2018). With 128 pixels and 64 features it is the
    discriminator of SRResCGAN (Umer, Foresti, Micheloni, CVPRW 2020); the parameter names are the
    same.

    Args:
        patch_size: side of the patches in pixels, a multiple of 32.
        features: channels of the first stage; the next have 2, 4, 8 and 8 times as many.
        input_filter: applied to the patch first, such as :class:`srrescgan.layers.HighPass`.

    Raises:
        ValueError: ``patch_size`` is not a multiple of 32, or a patch has another size.

    Shape:
        - Input: ``(B, 3, patch_size, patch_size)``, RGB in [0, 1].
        - Output: ``(B, 1)`` logits, high for real.
    """

    def __init__(
        self, patch_size: int = 128, features: int = 64, input_filter: nn.Module | None = None
    ) -> None:
        super().__init__()
        if patch_size < 32 or patch_size % 32:
            raise ValueError(f"patch_size must be a multiple of 32, got {patch_size}")
        self.patch_size = patch_size
        self.input_filter = input_filter
        widths = [features * factor for factor in (1, 2, 4, 8, 8)]
        before = 3
        for stage, width in enumerate(widths):
            first = stage == 0  # the very first convolution has no batch norm
            self.add_module(f"conv{stage}_0", nn.Conv2d(before, width, 3, 1, 1, bias=first))
            if not first:
                self.add_module(f"bn{stage}_0", GlobalBatchNorm2d(width))
            self.add_module(f"conv{stage}_1", nn.Conv2d(width, width, 4, 2, 1, bias=False))
            self.add_module(f"bn{stage}_1", GlobalBatchNorm2d(width))
            before = width
        self.linear1 = nn.Linear(before * (patch_size // 2**_STAGES) ** 2, _HIDDEN)
        self.linear2 = nn.Linear(_HIDDEN, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits."""
        if image.shape[-2:] != (self.patch_size, self.patch_size):
            height, width = image.shape[-2:]
            raise ValueError(
                f"the discriminator was built for patches of {self.patch_size} x {self.patch_size} "
                f"pixels, got {height} x {width}; set its patch_size to the size of the HR crops"
            )
        x = image if self.input_filter is None else self.input_filter(image)
        for stage in range(_STAGES):
            for half in (0, 1):
                x = self.get_submodule(f"conv{stage}_{half}")(x)
                if (stage, half) != (0, 0):
                    x = self.get_submodule(f"bn{stage}_{half}")(x)
                x = F.leaky_relu(x, 0.2)
        x = F.leaky_relu(self.linear1(x.flatten(1)), 0.2)
        return self.linear2(x)
