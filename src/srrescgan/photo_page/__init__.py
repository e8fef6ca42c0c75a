"""The local page: a photo in, a larger photo out, in a browser on this machine.

Needs the optional extra ``app`` (Gradio).
"""

from srrescgan.photo_page.server import serve
from srrescgan.photo_page.upscaler import PhotoUpscaler

__all__ = ["PhotoUpscaler", "serve"]
