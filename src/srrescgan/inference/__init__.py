"""Trained generators at work: weight files, whole pictures, scores."""

from srrescgan.inference.evaluator import Row, evaluate, summarise
from srrescgan.inference.predictor import Predictor, choose_device
from srrescgan.inference.pretrained import load_domain_generator, load_pretrained
from srrescgan.inference.resolver import SuperResolver

__all__ = [
    "Predictor",
    "Row",
    "SuperResolver",
    "choose_device",
    "evaluate",
    "load_domain_generator",
    "load_pretrained",
    "summarise",
]
