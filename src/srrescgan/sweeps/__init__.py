"""Sweeps: multiruns with objectives, their jobs, pruning and reports."""

from srrescgan.sweeps.prune import Prune

__all__ = ["Prune"]
