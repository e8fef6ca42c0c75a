"""ComfyUI node that gives a network the whole picture. Exported as part of one file."""

from typing import Any

import torch
from torch import Tensor


class UpscaleWholeImage:
    """Upscale with a network that tiles internally.

    ComfyUI's own node cuts every picture above 512 pixels into overlapping tiles, whatever the
    network reports. That changes the result of a network that looks at the whole picture, such as
    SRResCGAN's: every tile gets its own noise estimate and projection.
    """

    CATEGORY = "image/upscaling"
    FUNCTION = "upscale"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:  # noqa: N802 (ComfyUI calls it so)
        """Types of the inputs."""
        return {"required": {"upscale_model": ("UPSCALE_MODEL",), "image": ("IMAGE",)}}

    def upscale(self, upscale_model: Any, image: Tensor) -> tuple[Tensor]:
        """Upscale the pictures of a batch one by one.

        Shape:
            - image: ``(B, h, w, 3)``, in [0, 1].
            - Output: ``(B, scale h, scale w, 3)``, in [0, 1], on the CPU.
        """
        from comfy import model_management  # exists inside ComfyUI only

        device = model_management.get_torch_device()
        upscale_model.to(device)
        try:
            done = [upscale_model(lr[None].to(device)).cpu() for lr in image.movedim(-1, 1)]
        finally:
            upscale_model.to("cpu")
        return (torch.cat(done).movedim(1, -1),)


NODE_CLASS_MAPPINGS = {"SRResCGANUpscaleWholeImage": UpscaleWholeImage}
NODE_DISPLAY_NAME_MAPPINGS = {"SRResCGANUpscaleWholeImage": "Upscale Whole Image (SRResCGAN)"}
