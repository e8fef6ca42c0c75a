"""Photos and videos upscaled: files in, larger files out; and in Python."""

from srrescgan.upscale.super_resolver import SuperResolver

__all__ = ["SuperResolver"]
