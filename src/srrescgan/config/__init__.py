"""Hydra configuration: schemas, composing, checks, builders, and the entry point of a command."""
