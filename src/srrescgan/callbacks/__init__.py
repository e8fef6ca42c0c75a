"""Lightning callbacks: checkpoints, logging, random state."""

from srrescgan.callbacks.checkpoint import Checkpoint
from srrescgan.callbacks.checkpoint_io import AtomicCheckpointIO
from srrescgan.callbacks.health import HealthMonitor
from srrescgan.callbacks.image_table import ImageTable
from srrescgan.callbacks.images import ImageLogger
from srrescgan.callbacks.progress import Progress
from srrescgan.callbacks.provenance import Provenance, software
from srrescgan.callbacks.random_state import RandomState
from srrescgan.callbacks.scalars import ScalarLogger

__all__ = [
    "AtomicCheckpointIO",
    "Checkpoint",
    "HealthMonitor",
    "ImageLogger",
    "ImageTable",
    "Progress",
    "Provenance",
    "RandomState",
    "ScalarLogger",
    "software",
]
