"""Files of the inference library ncnn: ``.param`` (layers, as text) and ``.bin`` (weights)."""

from srrescgan.weights.ncnn.reader import from_ncnn, read_ncnn

__all__ = ["from_ncnn", "read_ncnn"]
