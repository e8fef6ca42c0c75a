"""Color profiles (ICC.1:2001-04), built by hand where Pillow cannot build them."""

import struct

from PIL import ImageCms


def rgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def gamma_profile() -> bytes:
    """The primaries of sRGB with a gamma of 2.2, which sRGB has only approximately."""
    primaries = {b"rXYZ": (28574, 14573, 912), b"gXYZ": (25240, 46983, 6361)}
    primaries |= {b"bXYZ": (9377, 3980, 46788)}  # adapted to D50, in 1/65536
    tags = {name: b"XYZ " + bytes(4) + struct.pack(">3i", *xyz) for name, xyz in primaries.items()}
    tags |= {name: _gamma(2.2) for name in (b"rTRC", b"gTRC", b"bTRC")}
    return _profile(b"mntr", b"RGB ", b"XYZ ", {b"wtpt": _D50, **tags})


def grey_profile() -> bytes:
    """A grey profile with gamma 2.2."""
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"wtpt": _D50, b"kTRC": _gamma(2.2)})


def cmyk_profile() -> bytes:
    """A profile whose inks each reduce the lightness by a quarter, without hue."""
    ramp = bytes(range(256))
    corners = (f"{corner:04b}".count("1") for corner in range(16))
    table = b"".join(bytes([255 * (4 - inks) // 4, 128, 128]) for inks in corners)
    unit = struct.pack(">9i", *(65536 if index % 4 == 0 else 0 for index in range(9)))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + unit + ramp * 4 + table + ramp * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"wtpt": _D50, b"A2B0": lut})


_WHITE = struct.pack(">3i", 63190, 65536, 54061)
_D50 = b"XYZ " + bytes(4) + _WHITE


def _gamma(exponent: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(exponent * 256)) + bytes(2)


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    start = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", start + len(data), len(content))
        data += content
    head = bytes(4) + struct.pack(">I", 0x02100000) + kind + space + connection + bytes(12)
    head += b"acsp" + bytes(28) + _WHITE
    head = struct.pack(">I", start + len(data)) + head
    return head.ljust(128, b"\0") + table + data
