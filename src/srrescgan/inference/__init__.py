"""Trained generators at work: weight files and whole pictures."""

from srrescgan.inference.predictor import Predictor, choose_device, choose_devices, tile_size
from srrescgan.inference.pretrained import load_domain_generator, load_pretrained
from srrescgan.inference.resolver import SuperResolver

__all__ = [
    "Predictor",
    "SuperResolver",
    "choose_device",
    "choose_devices",
    "load_domain_generator",
    "load_pretrained",
    "tile_size",
]
