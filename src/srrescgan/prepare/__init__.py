"""Sets of pictures on disk: made from other sets, packed for reading, known by name."""

from srrescgan.prepare.dataset import DataSet, Download, Made

__all__ = ["DataSet", "Download", "Made"]
