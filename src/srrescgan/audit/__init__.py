"""Audit of a degradation: compares generated low-resolution pictures with those of the camera."""
