"""Data sets and batches: reading, pairing, cropping, sampling, degrading images."""

from srrescgan.data.datamodule import SRDataModule
from srrescgan.data.hr_folder import HRFolder
from srrescgan.data.lr_folder import LRFolder
from srrescgan.data.mixup import Mixup
from srrescgan.data.paired_folder import PairedFolder
from srrescgan.data.sampler import IterationSampler
from srrescgan.data.seeds import derive_seed
from srrescgan.data.skip_unreadable import SkipUnreadable
from srrescgan.data.transforms import PatchTransform
from srrescgan.data.unpaired_folder import UnpairedFolder

__all__ = [
    "HRFolder",
    "IterationSampler",
    "LRFolder",
    "Mixup",
    "PairedFolder",
    "PatchTransform",
    "SRDataModule",
    "SkipUnreadable",
    "UnpairedFolder",
    "derive_seed",
]
