"""The edge of the disk: the only place that reads or writes picture files.

Two views of a file. Training and evaluation see every picture as ``uint8`` RGB ``(H, W, 3)``
(:func:`read_image`, :func:`write_png`). Upscaling sees a :class:`Photo`: what the file holds, in
its own depth, with its transparency and metadata (:func:`read_photo`, :func:`writing_photo`).
Everywhere else pictures are ``float32`` tensors in [0, 1].
"""

from srrescgan.images.formats import FORMATS, Format
from srrescgan.images.listing import SUFFIXES, list_images
from srrescgan.images.metadata import NO_METADATA, Metadata
from srrescgan.images.photo import Photo, photo_from_pil, photo_size, read_photo
from srrescgan.images.reading import image_is_grey, image_size, read_image
from srrescgan.images.tensors import to_tensor, to_uint8
from srrescgan.images.writing import PhotoWriter, write_png, writing_photo

__all__ = [
    "FORMATS",
    "NO_METADATA",
    "SUFFIXES",
    "Format",
    "Metadata",
    "Photo",
    "PhotoWriter",
    "image_is_grey",
    "image_size",
    "list_images",
    "photo_from_pil",
    "photo_size",
    "read_image",
    "read_photo",
    "to_tensor",
    "to_uint8",
    "write_png",
    "writing_photo",
]
