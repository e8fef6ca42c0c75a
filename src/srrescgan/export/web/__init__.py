"""A page that upscales photos in a browser, with no server and no network."""

from srrescgan.export.web.writer import write_web

__all__ = ["write_web"]
