"""Preparation: a degradation reads its own files before the first image."""

from typing import Protocol, runtime_checkable

from torch import nn


@runtime_checkable
class Preparable(Protocol):
    """A part of a degradation that reads files when it is first used."""

    def prepare(self) -> None:
        """Read them now.

        Raises:
            DataError: they cannot be used.
        """
        ...


def prepare(degradation: nn.Module) -> None:
    """Let every part of a degradation read its files, so that errors come before a long run.

    Raises:
        DataError: files cannot be used.
    """
    for part in degradation.modules():
        if isinstance(part, Preparable):
            part.prepare()
