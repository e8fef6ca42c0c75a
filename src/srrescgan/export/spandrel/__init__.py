"""A generator for ComfyUI, chaiNNer and whatever else loads networks with spandrel."""

from srrescgan.export.spandrel.writer import write_spandrel

__all__ = ["write_spandrel"]
