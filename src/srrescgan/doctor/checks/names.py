"""Missing folders, names without partner, names with too many files."""

from collections.abc import Iterator

from srrescgan.doctor.problem import Problem
from srrescgan.doctor.survey import Split


def missing(split: Split) -> Iterator[Problem]:
    """Folders that are not there or hold nothing, and wanted names that they do not have."""
    for message in split.folder_problems:
        what, _, fix = message.rpartition(": ")
        yield Problem("missing", split.name, what or message, fix)
    for candidate in () if split.folder_problems else split.candidates:
        if not any(candidate.pictures.values()):
            folders = " and ".join(str(split.folders[role]) for role in candidate.pictures)
            yield Problem(
                "missing",
                split.name,
                f"no image named {candidate.name} in {folders}",
                "correct the list of names or add the file",
            )


def unpaired(split: Split) -> Iterator[Problem]:
    """Pictures whose partner is missing, in both directions."""
    if split.folder_problems:  # a missing folder is one problem, not one per picture
        return
    for candidate in split.candidates:
        present = [picture for stored in candidate.pictures.values() for picture in stored]
        for role, stored in candidate.pictures.items():
            if present and not stored:
                yield Problem(
                    "unpaired",
                    split.name,
                    f"has no {role} partner in {split.folders[role]}",
                    "add the partner under the same name, or remove this one",
                    (present[0],),
                )


def name_clash(split: Split) -> Iterator[Problem]:
    """Several files that differ only in their suffix."""
    for candidate in split.candidates:
        for role, stored in candidate.pictures.items():
            if len(stored) > 1:
                yield Problem(
                    "name_clash",
                    split.name,
                    f"is one of {len(stored)} {role} files for the name {candidate.name}",
                    "keep one of them",
                    tuple(stored),
                )
