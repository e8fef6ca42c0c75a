"""Real-world super-resolution: learn what the camera does to a picture, then undo it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from srrescgan.upscale.super_resolver import SuperResolver

__version__ = "0.1.0"
__all__ = ["SuperResolver", "__version__"]


def __getattr__(name: str) -> Any:
    # Imported on first use: `import srrescgan` alone does not have to load torch.
    if name == "SuperResolver":
        from srrescgan.upscale.super_resolver import SuperResolver

        return SuperResolver
    raise AttributeError(f"module 'srrescgan' has no attribute {name!r}")
