"""The comparison page: one file that opens from disk, with no server and no network."""

from srrescgan.eval.page.comparison_page import write_page

__all__ = ["write_page"]
