"""What a network says about itself, for texts."""

from typing import Any

from srrescgan.generators import SRResDNet


def facts_of(generator: SRResDNet) -> dict[str, Any]:
    """``scale``, ``features``, ``blocks``, ``parameters``, ``sigma_floor``."""
    return {
        "scale": generator.scale,
        "features": generator.model.conv1.bias.numel(),
        "blocks": len(generator.model.layer1),
        "parameters": f"{sum(each.numel() for each in generator.parameters()):,}",
        "sigma_floor": generator.sigma_floor,
    }
