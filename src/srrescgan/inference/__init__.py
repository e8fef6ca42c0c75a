"""Trained generators at work: weight files and whole pictures."""

from srrescgan.inference.devices import choose_device, choose_devices
from srrescgan.inference.predictor import Outcome, Predictor, parse_tile

__all__ = [
    "Outcome",
    "Predictor",
    "choose_device",
    "choose_devices",
    "parse_tile",
]
