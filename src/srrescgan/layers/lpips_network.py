"""Network of LPIPS with the project's own backbone weights."""

import warnings
from importlib.resources import as_file
from importlib.resources import files as resource_files

import torch

from srrescgan.errors import ConfigError
from srrescgan.layers.backbone import BackboneWeights, Frozen, features

LPIPS_BACKBONES = {"alex": "alexnet", "vgg": "vgg16", "squeeze": "squeezenet1_1"}
"""Torchvision's name of the backbone, by its name in the ``lpips`` package."""


def lpips_network(net: str, weights: BackboneWeights, spatial: bool = False) -> Frozen:
    """Build LPIPS 0.1 from the heads of the ``lpips`` package and our backbone.

    Args:
        net: ``alex``, ``vgg`` or ``squeeze``.
        weights: of the backbone; ``random`` for smoke tests.
        spatial: return the distance at each pixel instead of the mean.

    Returns:
        A frozen network. It maps two batches, ``(B, 3, H, W)`` RGB in [-1, 1], to
        ``(B, 1, 1, 1)``, or to ``(B, 1, H, W)`` if ``spatial``.

    Raises:
        BackboneUnavailableError: the ImageNet weights are not here and cannot be downloaded.
        ConfigError: ``net`` or ``weights`` is unknown.
        WeightsError: a weight file is damaged or belongs to another network.
    """
    if net not in LPIPS_BACKBONES:
        raise ConfigError(f"unknown LPIPS net {net!r}; choose from {', '.join(LPIPS_BACKBONES)}")
    backbone = features(LPIPS_BACKBONES[net], weights)
    with warnings.catch_warnings():
        # The package calls torchvision with deprecated arguments.
        warnings.simplefilter("ignore")
        import lpips

        # The weights are replaced below; on the meta device, creating them costs nothing.
        with torch.device("meta"):
            network = lpips.LPIPS(
                net=net, pretrained=False, pnet_rand=True, spatial=spatial, verbose=False
            )
    with as_file(resource_files("lpips") / "weights" / "v0.1" / f"{net}.pth") as path:
        heads = torch.load(path, map_location="cpu", weights_only=True)
    # The package keeps torchvision's layer numbers inside its slices: net.slice2.3.weight.
    ours = backbone.state_dict()
    slices = {f"net.{key}": ours[key.split(".", 1)[1]] for key in network.net.state_dict()}
    network.load_state_dict(heads | slices, strict=False, assign=True)
    return Frozen(network)
