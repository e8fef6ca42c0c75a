"""Network of LPIPS with the project's own backbone weights."""

import warnings
from importlib.resources import as_file
from importlib.resources import files as resource_files

import torch

from srrescgan.errors import ConfigError
from srrescgan.layers.backbone import BackboneWeights, Frozen, features

LPIPS_BACKBONES = {"alex": "alexnet", "vgg": "vgg16", "squeeze": "squeezenet1_1"}
"""Name of a net in the ``lpips`` package to that of its backbone."""


def lpips_network(net: str, weights: BackboneWeights, spatial: bool = False) -> Frozen:
    """Assemble the ``lpips`` package's version 0.1 from its own heads and our backbone.

    Args:
        net: ``alex``, ``vgg`` or ``squeeze``.
        weights: of the backbone; ``random`` for smoke tests.
        spatial: give the distance at each pixel, not its mean.

    Returns:
        A frozen network of two images, ``(B, 3, H, W)`` RGB in [-1, 1], to ``(B, 1, 1, 1)``, or to
        ``(B, 1, H, W)`` if ``spatial``.

    Raises:
        BackboneUnavailableError: no ImageNet weights on this machine and no way to get them.
        ConfigError: unknown ``net`` or ``weights``.
        WeightsError: a weight file is damaged or belongs to another network.
    """
    if net not in LPIPS_BACKBONES:
        raise ConfigError(f"unknown LPIPS net {net!r}; choose from {', '.join(LPIPS_BACKBONES)}")
    backbone = features(LPIPS_BACKBONES[net], weights)
    with warnings.catch_warnings():
        # The package still asks torchvision in a deprecated way.
        warnings.simplefilter("ignore")
        import lpips

        # On the meta device the random weights that are replaced below cost nothing.
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
