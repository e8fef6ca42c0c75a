"""Weight files: found by name, read in every format, and built into networks."""

from srrescgan.weights.build import load_domain_generator, load_pretrained
from srrescgan.weights.find import find_weights

__all__ = ["find_weights", "load_domain_generator", "load_pretrained"]
