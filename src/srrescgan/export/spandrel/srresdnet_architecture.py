"""Spandrel architecture of SRResDNet. ComfyUI, chaiNNer and others load networks with spandrel.

Imports spandrel. Exported with the network as one file, which does not need this package.
"""

from typing import Literal, cast

import torch
from spandrel import (
    MAIN_REGISTRY,
    Architecture,
    ArchSupport,
    ImageModelDescriptor,
    ModelTiling,
    SizeRequirements,
    StateDict,
)
from spandrel.util import KeyCondition, get_seq_len
from torch import Tensor

from srrescgan.generators.srresdnet import NOISE_ESTIMATES, SRResDNet
from srrescgan.ops.noise import MIN_SIZE
from srrescgan.ops.tile import in_tiles

SETTINGS = "settings."
"""Prefix of the tensors with the settings that the shapes of the weights do not tell."""
_TILE = 256  # lr pixels; at scale 4, 64 channels of float32 take 268 MB


def install() -> None:
    """Register SRResDNet with spandrel in this process. Calling it again is harmless.

    Example::

        install()
        model = spandrel.ModelLoader().load_from_file("srrescgan_model.pth")
        sr = model(lr)  # (1, 3, h, w) in [0, 1]
    """
    support = ArchSupport.from_architecture(SRResDNetArchitecture())
    MAIN_REGISTRY.add(support, ignore_duplicates=True)


def settings(generator: SRResDNet) -> dict[str, Tensor]:
    """Settings that a file needs besides the weights. Spandrel passes on tensors only."""
    return {
        f"{SETTINGS}scale": torch.tensor(generator.scale),
        f"{SETTINGS}noise_estimate": torch.tensor(NOISE_ESTIMATES.index(generator.noise_estimate)),
        f"{SETTINGS}sigma_floor": torch.tensor(generator.sigma_floor),
    }


class SRResDNetArchitecture(Architecture[SRResDNet]):
    """Recognizes an SRResDNet by its tensors and builds it.

    The shapes tell the number of features and blocks. Scale, noise estimate and noise floor are
    read from :func:`settings`. A file without them is read like the released SRResCGAN weights:
    scale 4, noise measured on the upsampled picture, no floor.

    Tiling is reported as *internal* and done here: the noise estimate and the projection need the
    whole picture, so a program that makes tiles of its own changes the result and leaves seams.
    Half precision is refused: it makes the noise estimate a hundred times too large.
    """

    def __init__(self) -> None:
        keys = ("alpha", "model.conv1.weight_g", "model.layer1.0.relu1.weight")
        super().__init__(
            id="SRResDNet",
            name="SRResCGAN",
            detect=KeyCondition.has_all(*keys, "model.conv_out.weight_g"),
        )

    def load(self, state_dict: StateDict) -> ImageModelDescriptor[SRResDNet]:
        """Build the network and describe it to spandrel."""
        weights = {k: v for k, v in state_dict.items() if not k.startswith(SETTINGS)}
        features = weights["model.conv1.bias"].shape[0]
        blocks = get_seq_len(weights, "model.layer1")
        where = NOISE_ESTIMATES[int(state_dict.get(f"{SETTINGS}noise_estimate", 0))]
        noise_estimate = cast(Literal["upsampled", "input"], where)
        network = SRResDNet(
            scale=int(state_dict.get(f"{SETTINGS}scale", 4)),
            features=features,
            blocks=blocks,
            noise_estimate=noise_estimate,
            sigma_floor=float(state_dict.get(f"{SETTINGS}sigma_floor", 0.0)),
        )
        enlarged = network.scale if noise_estimate == "upsampled" else 1
        return ImageModelDescriptor(
            network,
            weights,
            architecture=self,
            purpose="SR",
            tags=[f"{features}nf", f"{blocks}nb"],
            supports_half=False,
            supports_bfloat16=False,
            scale=network.scale,
            input_channels=3,
            output_channels=3,
            size_requirements=SizeRequirements(minimum=-(-MIN_SIZE // enlarged)),
            tiling=ModelTiling.INTERNAL,
            call_fn=_upscale,
        )


def _upscale(network: SRResDNet, lr: Tensor) -> Tensor:
    upsampled = network.upsample(lr)
    residual = in_tiles(network.residual, upsampled, _TILE * network.scale, network.residual_halo)
    return network.combine(upsampled, residual, network.estimate_sigma(lr, upsampled))
