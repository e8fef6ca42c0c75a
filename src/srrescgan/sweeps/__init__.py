"""Sweeps: many runs that differ in a few settings, what each scored, and which to stop."""

from srrescgan.sweeps.prune import Prune

__all__ = ["Prune"]
