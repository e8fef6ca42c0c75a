"""The word that a message suggests."""

import pytest

from srrescgan.errors import nearest


@pytest.mark.parametrize(
    ("word", "known", "suggested"),
    [
        ("psnrr", ["ssim", "psnr"], "psnr"),
        ("psnr", ["psnr"], None),  # what was typed helps nobody
        ("psnr", ["psnr", "psnr_y"], "psnr_y"),
        ("psnr", ["psnr", "psnr", "lpips"], None),
        ("PSNR", ["psnr", "ssim"], "psnr"),
        ("onnx", ["ONNX", "pth"], "ONNX"),
        ("onnx", ["ONNX", "onnx"], "ONNX"),
        ("psnr", [], None),
        ("", ["psnr"], None),
        ("quite_different", ["psnr"], None),
    ],
)
def test_the_nearest_word_is_another_one(
    word: str, known: list[str], suggested: str | None
) -> None:
    assert nearest(word, known) == ("" if suggested is None else f"; did you mean {suggested!r}?")
