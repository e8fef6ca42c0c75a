"""A system held against the data it is given, before either is used."""

from srrescgan.data import SRDataModule
from srrescgan.errors import ConfigError
from srrescgan.systems import PhasedSystem


def check_match(system: PhasedSystem, datamodule: SRDataModule) -> None:
    """Make sure that the batches hold what the system looks for.

    Raises:
        ConfigError: a degradation is to be learned from pairs, or super-resolution without.
    """
    for name, dataset in datamodule.datasets("fit").items():
        roles = dataset.folders().keys()
        unpaired = "real" in roles
        if name == "train" and unpaired != system.learns_domain:
            wanted = "unpaired domains" if system.learns_domain else "hr images, or pairs"
            found = "unpaired domains" if unpaired else f"{' and '.join(sorted(roles))} images"
            hint = "whose name ends in _unpaired" if system.learns_domain else "without _unpaired"
            raise ConfigError(
                f"{type(system).__name__} trains on {wanted}, the data has {found}: choose"
                f" data= {hint}, or an experiment that fits"
            )
        if system.learns_domain and "hr" not in roles:
            raise ConfigError(
                f"{name}: no hr images to degrade; leave the set out with"
                f" data.{name.replace('/', '.')}=null"
            )
