"""Prepare known data sets: check downloads, generate derived folders, pack for fast reading."""

from srrescgan.prepare.dataset import DataSet, DerivedFolder, Download

__all__ = ["DataSet", "DerivedFolder", "Download"]
