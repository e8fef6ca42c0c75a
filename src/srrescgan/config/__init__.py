"""Hydra configuration: schemas, checks and builders. Only this package and the commands know it."""
