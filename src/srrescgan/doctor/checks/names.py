"""Checks of folders and file names: missing folders, missing partners, ambiguous names."""

from collections.abc import Iterator

from srrescgan.doctor.problem import Finding
from srrescgan.doctor.scan import Split


def missing(split: Split) -> Iterator[Finding]:
    """Folders that do not exist or are empty, and names of the list that no file has."""
    for message in split.folder_problems:
        description, _, fix = message.rpartition(": ")
        yield Finding(description or message, fix)
    for sample in () if split.folder_problems else split.samples:
        if not any(sample.pictures.values()):
            folders = " and ".join(str(split.folders[role]) for role in sample.pictures)
            yield Finding(
                f"no image named {sample.name} in {folders}",
                "correct the list of names or add the file",
            )


def unpaired(split: Split) -> Iterator[Finding]:
    """Pictures without a partner, hr or lr."""
    if split.folder_problems:  # a missing folder is one problem, not one per picture
        return
    for sample in split.samples:
        present = [picture for stored in sample.pictures.values() for picture in stored]
        for role, stored in sample.pictures.items():
            if present and not stored:
                yield Finding(
                    f"has no {role} partner in {split.folders[role]}",
                    "add the partner under the same name, or remove this one",
                    (present[0],),
                )


def name_clash(split: Split) -> Iterator[Finding]:
    """Files whose names differ only in the suffix."""
    for sample in split.samples:
        for role, stored in sample.pictures.items():
            if len(stored) > 1:
                yield Finding(
                    f"is one of {len(stored)} {role} files for the name {sample.name}",
                    "keep one of them",
                    tuple(stored),
                )
