"""EXIF orientation: how the camera was held."""

from PIL import ExifTags, Image

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def orientation_in_header(image: Image.Image) -> int:
    """EXIF orientation to apply to a picture that is open but not decoded yet."""
    # Pillow turns TIFFs itself. Reading the EXIF of a PNG that has none in its header would decode
    # the whole file.
    if image.format == "TIFF" or (image.format == "PNG" and "exif" not in image.info):
        return 1
    return image.getexif().get(ExifTags.Base.Orientation, 1)


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Rotate and mirror a decoded picture according to its EXIF orientation (1 to 8)."""
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)
