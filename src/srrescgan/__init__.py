"""Real-world super-resolution: learn the degradation of a camera, then train a network on it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from srrescgan.upscale.super_resolver import SuperResolver

__version__ = "0.1.0"
__all__ = ["SuperResolver", "__version__"]


def __getattr__(name: str) -> Any:
    # Imported on first use, so that `import srrescgan` alone does not load torch.
    if name == "SuperResolver":
        from srrescgan.upscale.super_resolver import SuperResolver

        return SuperResolver
    raise AttributeError(f"module 'srrescgan' has no attribute {name!r}")
