"""Reads and writes video files; no other package does.

Needs the optional extra ``video`` (PyAV, which carries FFmpeg's libraries).
"""

from srrescgan.videos.clip import Clip, estimated_pixels, read_through
from srrescgan.videos.encoding import Encoding
from srrescgan.videos.names import SUFFIXES, is_video, list_videos, output_suffix
from srrescgan.videos.rewriting import rewrite

__all__ = [
    "SUFFIXES",
    "Clip",
    "Encoding",
    "estimated_pixels",
    "is_video",
    "list_videos",
    "output_suffix",
    "read_through",
    "rewrite",
]
