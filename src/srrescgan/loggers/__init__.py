"""Experiment loggers of our own: Weights & Biases on the iteration clock."""
