"""A generator in a container, by Cog."""

from srrescgan.export.cog.writer import write_cog

__all__ = ["write_cog"]
