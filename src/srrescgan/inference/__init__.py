"""Applies trained generators to images of any size, on any device."""

from srrescgan.inference.devices import choose_device, choose_devices
from srrescgan.inference.options import UpscaleOptions, parse_tile
from srrescgan.inference.predictor import PredictionInfo, Predictor
from srrescgan.inference.sinks import BandSink, InMemorySink

__all__ = [
    "BandSink",
    "InMemorySink",
    "PredictionInfo",
    "Predictor",
    "UpscaleOptions",
    "choose_device",
    "choose_devices",
    "parse_tile",
]
