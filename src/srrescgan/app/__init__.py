"""The local page: a photo in, a larger photo out, in a browser on this machine.

Needs the optional extra ``app`` (Gradio).
"""

from srrescgan.app.server import serve
from srrescgan.app.upscaler import PhotoUpscaler

__all__ = ["PhotoUpscaler", "serve"]
