"""Network of DISTS with the project's own VGG16 weights."""

from importlib.resources import as_file
from importlib.resources import files as resource_files

import torch
from torch import nn
from torchmetrics.functional.image.dists import DISTSNetwork, L2pooling

from srrescgan.layers.backbone import BackboneWeights, Frozen, features


def dists_network(weights: BackboneWeights) -> Frozen:
    """Build torchmetrics' DISTS network from its own heads and our VGG16.

    Args:
        weights: of the backbone; ``random`` for smoke tests.

    Returns:
        A frozen network. It maps two batches, ``(B, 3, H, W)`` RGB in [0, 1], to ``(B,)``, or to a
        scalar if B is 1.

    Raises:
        BackboneUnavailableError: the ImageNet weights are not here and cannot be downloaded.
        ConfigError: ``weights`` is unknown.
        WeightsError: a weight file is damaged or belongs to another network.
    """
    return Frozen(_Assembled(features("vgg16", weights)))


class _Assembled(DISTSNetwork):
    """torchmetrics' DISTS network around an existing VGG16.

    The constructor of torchmetrics would download VGG16, so it is not called; the rest is
    inherited.
    """

    def __init__(self, backbone: nn.Sequential) -> None:
        nn.Module.__init__(self)
        self.chns = [3]  # channels of the image, then of each stage
        stage: list[tuple[str, nn.Module]] = []
        for index, layer in enumerate(backbone):
            if isinstance(layer, nn.Conv2d):
                channels = layer.out_channels
            if not isinstance(layer, nn.MaxPool2d):
                stage.append((str(index), layer))
                continue
            self.add_module(f"stage{len(self.chns)}", nn.Sequential())
            for name, member in stage:
                self.get_submodule(f"stage{len(self.chns)}").add_module(name, member)
            self.chns.append(channels)
            # DISTS replaces VGG's max pooling by L2 pooling.
            stage = [(str(index), L2pooling(channels=channels))]
        for name, values in (("mean", [0.485, 0.456, 0.406]), ("std", [0.229, 0.224, 0.225])):
            self.register_buffer(name, torch.tensor(values).view(1, 3, 1, 1))
        folder = resource_files("torchmetrics.functional.image") / "dists_models"
        with as_file(folder / "weights.pt") as path:
            heads = torch.load(path, map_location="cpu", weights_only=True)
        self.alpha = nn.Parameter(heads["alpha"])
        self.beta = nn.Parameter(heads["beta"])

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        """Score; not in inference mode (torchmetrics' default), which has no gradients."""
        return super().forward(x, y, require_grad=True)
