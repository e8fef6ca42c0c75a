"""Sets of pictures on disk: made from other sets, packed for reading, known by name."""

from srrescgan.corpus.dataset import DataSet, Download, Made

__all__ = ["DataSet", "Download", "Made"]
