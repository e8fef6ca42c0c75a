"""Export for Cog, which builds containers for Docker and Replicate."""

from srrescgan.export.cog.cog_folder import write_cog

__all__ = ["write_cog"]
