"""Compares the results of this checkout with those of an earlier commit, bit for bit.

    python tests/benchmarks/unchanged.py COMMIT

Run it after a refactoring. Both versions run the same commands with one thread: 100 seeded
iterations of ``demo`` and of ``dsgan_demo``, 20 of CycleGAN, one evaluation, and one
upscaled picture, whole and in tiles. It compares every value of the training
curves, ``metrics.json``, and the SHA-256 of the pictures; times, versions and paths may differ.
The exit code is 1 if anything else differs.
"""

import argparse
import csv
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import skimage

ROOT = Path(__file__).resolve().parents[2]
PHOTO = Path(skimage.data_dir) / "chelsea.png"
CLOCKS = {"train/iterations_per_second", "train/data_wait_share"}
"""Columns of the training curves that are times."""
RUNS = {
    "demo": ("experiment=demo", "iterations=100", "validate_every=100"),
    "dsgan": ("experiment=dsgan_demo", "synthetic=true", "iterations=100", "validate_every=100"),
    "cyclegan": (
        *("experiment=cyclegan_ntire20_track1", "synthetic=true", "backbone_weights=random"),
        *("iterations=20", "validate_every=2", "batch_size=2", "patch_size=128", "num_workers=0"),
    ),
}


def main() -> None:
    """Compare this checkout with a commit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("commit", help="commit to compare with")
    commit = parser.parse_args().commit
    with tempfile.TemporaryDirectory() as temporary:
        before = Path(temporary) / "before"
        git("add", "-q", "--detach", before, commit)
        try:
            old = dict(record(before, Path(temporary) / "old"))
            new = dict(record(ROOT, Path(temporary) / "new"))
        finally:
            git("remove", "--force", before)
    differing = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
    for name in sorted(old):
        sys.stdout.write(f"{'DIFFERS' if name in differing else 'identical'}  {name}\n")
    raise SystemExit(1 if differing else 0)


def record(checkout: Path, folder: Path) -> Iterator[tuple[str, Any]]:
    """Run the commands of a checkout; yield the results to compare, by name."""
    for name, keys in RUNS.items():
        run(checkout, "train", *keys, "log_every=1", "doctor=skip", f"output_dir={folder / name}")
        with (folder / name / "csv/metrics.csv").open() as file:
            rows = [
                {k: v for k, v in row.items() if k not in CLOCKS} for row in csv.DictReader(file)
            ]
        yield f"{len(rows)} rows of the curves of {name}", rows
    weights = folder / "demo/checkpoints/last.ckpt"
    evaluation = ("ensemble=both", "cost_size=0", "shown=0")
    run(
        checkout,
        "eval",
        "experiment=demo",
        f"ckpt_path={weights}",
        f"output_dir={folder / 'eval'}",
        *evaluation,
    )
    text = (folder / "eval/metrics.json").read_text().replace(str(folder), "FOLDER")
    # A checkpoint holds its own path and the code's revision.
    text = re.sub(r"\(sha256 [0-9a-f]+\)", "", text)
    metrics = json.loads(text)
    metrics.pop("about", None)
    yield "metrics.json of an evaluation", metrics
    for tile in ("none", "48"):
        output = folder / f"tile-{tile}"
        run(
            checkout,
            "upscale",
            f"input={PHOTO}",
            f"weights={weights}",
            f"tile={tile}",
            f"output={output}",
        )
        yield (
            f"picture, tile={tile}",
            hashlib.sha256((output / PHOTO.name).read_bytes()).hexdigest(),
        )


def git(*arguments: str | Path) -> None:
    """Add or remove a worktree."""
    subprocess.run(["git", "worktree", *arguments], cwd=ROOT, check=True)


def run(checkout: Path, command: str, *overrides: str) -> None:
    """Run a command of a checkout."""
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src"), "OMP_NUM_THREADS": "1"}
    arguments = [sys.executable, "-m", f"srrescgan.{command}", *overrides]
    subprocess.run(arguments, cwd=checkout, env=environment, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
