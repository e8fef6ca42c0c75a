"""What a known data set consists of: folders to download, and folders that are made of them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from torch import nn

from srrescgan.errors import ConfigError
from srrescgan.types import Degradation


@dataclass(frozen=True)
class Download:
    """A folder that the user fills.

    Args:
        folder: relative to the data set's.
        what: what its pictures are.
        count: how many there should be; ``None`` where this project does not know.
        verified: whether ``count`` comes from a source that can be read; else from memory.
        training: whether patches are cut from it, so that it pays to pack it.
        lr_of: name of the download whose lr partners these are; ``None`` for hr or unpaired ones.
    """

    folder: str
    what: str
    count: int | None
    verified: bool
    training: bool
    lr_of: str | None

    @property
    def expected(self) -> str:
        """Count in words."""
        if self.count is None:
            return "unknown"
        return str(self.count) if self.verified else f"about {self.count}"


@dataclass(frozen=True)
class Made:
    """A folder that is made by degrading another.

    Args:
        folder: relative to the data set's.
        what: what its pictures are.
        hr: name of the download it is made of.
        degradation: what is done to every picture.
        seed: of the degradation; 0 gives the pictures that validation on the fly sees.
        training: whether patches are cut from it, so that it pays to pack it.
    """

    folder: str
    what: str
    hr: str
    degradation: nn.Module
    seed: int
    training: bool

    @property
    def scale(self) -> int:
        """Factor between what it is made of and what is made."""
        return cast(Degradation, self.degradation).scale


@dataclass(frozen=True)
class DataSet:
    """A known data set, as :mod:`srrescgan.prepare` checks and completes it.

    Args:
        title: its full name.
        folder: relative to ``paths.data_dir``; data sets may share one.
        source: who publishes it and how it is had, for a person to read.
        scale: factor between hr and lr.
        downloads: by name.
        made: by name.
        generated: folder of the lr partners that a learned degradation will make of the training
            pictures; ``None`` where the lr pictures are a camera's own.
        next_command: what to run when the data set is ready, without ``paths.data_dir=``.

    Raises:
        ConfigError: a name is used that no download has.
    """

    title: str
    folder: str
    source: str
    scale: int
    downloads: dict[str, Download]
    made: dict[str, Made] = field(default_factory=dict)
    generated: str | None = None
    next_command: str = ""

    def __post_init__(self) -> None:
        used = {f"downloads.{name}.lr_of": part.lr_of for name, part in self.downloads.items()}
        used |= {f"made.{name}.hr": part.hr for name, part in self.made.items()}
        for key, name in used.items():
            if name is not None and name not in self.downloads:
                known = ", ".join(self.downloads)
                raise ConfigError(f"{key}={name}: expected one of the downloads ({known})")

    def root(self, data_dir: Path) -> Path:
        """Folder of the data set."""
        return data_dir / self.folder

    def training_folders(self) -> list[str]:
        """Folders that patches are cut from, as far as this data set already has them."""
        downloads = [part.folder for part in self.downloads.values() if part.training]
        return downloads + [part.folder for part in self.made.values() if part.training]
