"""Run all steps of preparing a data set, and print what was done."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from srrescgan.callbacks import software
from srrescgan.errors import ConfigError
from srrescgan.prepare.checking import (
    check_downloads,
    drop_stale_packs,
    parts_table,
    refuse_missing,
)
from srrescgan.prepare.dataset import DataSet
from srrescgan.prepare.preparing import check_content, make_folder, refresh_pack


def prepare_data_set(
    data_set: DataSet,
    degradations: Mapping[str, Any],
    data_dir: str,
    checksums: Path | None,
    workers: int,
    *,
    subset: bool,
    verify: bool,
    accept: bool,
    pack: bool,
) -> None:
    """Check the downloads, then generate and pack what training reads.

    Args:
        data_set: to prepare.
        degradations: configuration of each derived folder's degradation, for its manifest.
        data_dir: ``paths.data_dir``.
        checksums: a published list as ``sha256sum`` or ``md5sum`` write it; ``None`` for none.
        workers: threads, at least 1.
        subset: accept fewer pictures than the data set has.
        verify: read every file again, even if its size and time are the recorded ones.
        accept: record changed and deleted files as they are now.
        pack: pack the training folders.

    Raises:
        ConfigError: ``workers`` is below 1.
        DataError: downloads are missing or not as expected, or a step fails.
    """
    if workers < 1:
        raise ConfigError(f"workers={workers}: must be at least 1")
    console = Console(markup=False, highlight=False, soft_wrap=True)
    place = (data_set, Path(data_dir).expanduser())
    Console().print(parts_table(*place))
    refuse_missing(*place)
    notes = drop_stale_packs(*place) + check_downloads(*place, subset)
    notes += check_content(*place, checksums, verify, accept, workers)
    console.print("Counts, names, sizes and content are as expected.", *notes, sep="\n  ")
    versions = {**software(), "device": "cpu"}
    done = [
        make_folder(folder, *place, degradations[name], versions, verify, workers)
        for name, folder in data_set.made.items()
    ]
    for name in data_set.training_folders():
        done.append(refresh_pack(name, *place, pack, verify, workers))
    console.print(*([line for line in done if line] or ["Nothing left to do."]), sep="\n")
    console.print(f"Ready. Next: {data_set.next_command} paths.data_dir={data_dir}")
