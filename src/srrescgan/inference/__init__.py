"""Trained generators at work: weight files and whole pictures."""

from srrescgan.inference.devices import choose_device, choose_devices
from srrescgan.inference.predictor import Outcome, Predictor, parse_tile
from srrescgan.inference.resolver import SuperResolver

__all__ = [
    "Outcome",
    "Predictor",
    "SuperResolver",
    "choose_device",
    "choose_devices",
    "parse_tile",
]
