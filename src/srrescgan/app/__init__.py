"""A local web page that upscales photos, served to this machine only.

Needs the optional extra ``app`` (Gradio).
"""

from srrescgan.app.server import serve
from srrescgan.app.upscaler import PhotoUpscaler

__all__ = ["PhotoUpscaler", "serve"]
