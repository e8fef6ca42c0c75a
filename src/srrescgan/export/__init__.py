"""Trained generators written for other programs, one file per target."""
