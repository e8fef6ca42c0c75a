"""Reads and writes image files; no other package does.

There are two views of a file. Training and evaluation read every image as ``uint8`` RGB
``(H, W, 3)`` (:func:`read_image`, :func:`write_png`). Upscaling reads a :class:`Photo`: the pixels
at the depth of the file, with transparency and metadata (:func:`read_photo`,
:func:`writing_photo`). Everywhere else images are ``float32`` tensors in [0, 1].
"""

from srrescgan.images.listing import SUFFIXES, list_images
from srrescgan.images.metadata import NO_METADATA, Metadata
from srrescgan.images.photo import Photo, photo_from_pil, photo_size, read_photo
from srrescgan.images.reading import image_is_grey, image_size, read_image
from srrescgan.images.tensors import to_tensor, to_uint8
from srrescgan.images.writing import FORMATS, Format, PhotoWriter, write_png, writing_photo

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
