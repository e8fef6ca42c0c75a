"""Export for the browser: a page that upscales photos, with no server and no network."""

from srrescgan.export.web.web_folder import write_web

__all__ = ["write_web"]
