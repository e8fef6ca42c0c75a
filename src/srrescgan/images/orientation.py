"""How a camera was held: the EXIF orientation."""

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
    """EXIF orientation still to be applied to a picture that was opened but not decoded."""
    # Pillow turns TIFFs itself. Asking a PNG without EXIF in its header would decode all of it.
    if image.format == "TIFF" or (image.format == "PNG" and "exif" not in image.info):
        return 1
    return image.getexif().get(ExifTags.Base.Orientation, 1)


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Turn and mirror a decoded picture as its EXIF orientation (1 to 8) asks."""
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)
