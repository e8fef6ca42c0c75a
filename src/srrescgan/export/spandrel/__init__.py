"""Export for ComfyUI, chaiNNer and other programs that load networks with spandrel."""

from srrescgan.export.spandrel.spandrel_folder import write_spandrel

__all__ = ["write_spandrel"]
