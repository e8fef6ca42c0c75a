"""ImageNet feature extractors, kept out of checkpoints, optimizers and DDP."""

import itertools
from typing import Any, Literal

import torch
from torch import nn

from srrescgan.errors import ConfigError
from srrescgan.layers.backbone_weights import imagenet_state

BACKBONES = ("alexnet", "vgg16", "vgg19", "squeezenet1_1")

BackboneWeights = Literal["imagenet", "random"]
"""``random``: the same architecture with random weights, for smoke tests; scores mean nothing."""

STAND_IN: dict[str, str] = {
    "imagenet": "",
    "random": ", RANDOM WEIGHTS: a stand-in for smoke tests, its numbers mean nothing",
}
"""Appended to the description of a metric that uses a backbone, by kind of weights."""


def features(name: str, weights: BackboneWeights = "imagenet") -> nn.Sequential:
    """Build the convolutional part (``.features``) of a torchvision network, frozen.

    Args:
        name: ``alexnet``, ``vgg16`` or ``vgg19`` (without batch norm), or ``squeezenet1_1``.
        weights: ``imagenet``, read by :func:`imagenet_state`; or ``random``, the same values on
            every call. Neither uses the global random state.

    Shape:
        - Input of the result: ``(B, 3, H, W)`` float32 RGB, normalized with ImageNet's mean and
          standard deviation. Layer indices are torchvision's.

    Raises:
        BackboneUnavailableError: the ImageNet weights are not here and cannot be downloaded.
        ConfigError: ``name`` or ``weights`` is unknown.
        WeightsError: a weight file is damaged or belongs to another network.
    """
    if name not in BACKBONES:
        raise ConfigError(f"unknown backbone {name!r}; choose from {', '.join(BACKBONES)}")
    if weights not in ("imagenet", "random"):
        raise ConfigError(f"unknown backbone weights {weights!r}; choose imagenet or random")
    from torchvision.models import get_model

    # The classifier has most of the parameters and is not needed: on the meta device it takes no
    # memory and is not initialized.
    with torch.device("meta"):
        network: nn.Sequential = get_model(name, weights=None).features
    if weights == "imagenet":
        network.load_state_dict(imagenet_state(name, network.state_dict()), assign=True)
    else:
        _fill(network.to_empty(device="cpu"))
    return network.eval().requires_grad_(False)


def _fill(network: nn.Sequential) -> None:
    generator = torch.Generator().manual_seed(0)
    for layer in network.modules():  # SqueezeNet nests its convolutions
        if isinstance(layer, nn.Conv2d) and layer.bias is not None:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
            nn.init.zeros_(layer.bias)


def convolution_indices(network: nn.Sequential) -> dict[str, int]:
    """Index of each convolution of a VGG network by its name in the paper, such as ``conv1_1``.

    The layer ``convK_J`` is the J-th convolution after the (K-1)-th pooling (Simonyan and
    Zisserman, ICLR 2015). The output at that index is before the ReLU.
    """
    indices = {}
    block, position = 1, 0
    for index, layer in enumerate(network):
        if isinstance(layer, nn.MaxPool2d):
            block, position = block + 1, 0
        elif isinstance(layer, nn.Conv2d):
            position += 1
            indices[f"conv{block}_{position}"] = index
    return indices


class Frozen:
    """A network that is never trained, saved or synchronized.

    It is not an ``nn.Module``, so a module that has one as an attribute does not register it: the
    network is in neither ``state_dict()`` nor ``parameters()``, and thus in no checkpoint,
    optimizer or DDP bucket. A call moves the network to the device of the input first.

    Args:
        module: the network; it is put into eval mode and frozen, in place.
    """

    def __init__(self, module: nn.Module) -> None:
        self.module = module.eval().requires_grad_(False)

    def __call__(self, *inputs: torch.Tensor) -> Any:
        """Apply the network; gradients flow to the inputs."""
        state = itertools.chain(self.module.parameters(), self.module.buffers())
        first = next(state, None)
        if first is not None and first.device != inputs[0].device:
            # Tensors created in inference mode (validation) cannot be used in training later.
            with torch.inference_mode(False):
                self.module.to(inputs[0].device)
        return self.module(*inputs)
