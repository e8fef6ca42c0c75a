"""Experiment loggers: Weights & Biases with iterations as x-axis, and access to its server."""
