"""Times our training step and upscaling against a plain formulation of the same mathematics.

    make bench                              # or: python tests/benchmarks/bench.py --help
    make bench ARGS="--weights FILE"        # upscale with trained weights, e.g. the released ones
    make bench ARGS="--photos DIR"          # read 2K crops of these pictures
    make bench ARGS="--only resizing reading"
    make bench ARGS="--only networks --threads 1"

Ours and the plain one alternate (A/B/A/B) in one process on the same tensors, after a warm-up;
their results are compared first. Prints Markdown tables and writes every time to JSON.
``RESULTS.md`` has the results of one machine and explains them.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

import pytorch_lightning as pl
import skimage.data
import torch
from networks import network_rows, network_table
from reading import feeding_rows, feeding_table, reading_rows, write_pictures
from resizing import resizing_rows
from rich.console import Console
from sizes import ACCELERATOR, CPU, QUICK, Size
from timing import Row, StopWatch, metadata, table
from torch import Tensor
from training import generator, train_run, training_rows
from upscaling import ensemble_rows, upscaling_rows

from srrescgan.inference import choose_device
from srrescgan.ops.resize import imresize
from srrescgan.types import SRBatch
from srrescgan.weights import load_pretrained

PARTS = ("training", "upscaling", "networks", "resizing", "reading")


def main() -> None:
    options = _options()
    torch.set_num_threads(options.threads)
    torch.backends.cudnn.allow_tf32 = False  # float32 means float32
    pl.seed_everything(0, verbose=False)
    device = choose_device("auto")
    watch = StopWatch(device)
    size = QUICK if options.quick else CPU if device.type == "cpu" else ACCELERATOR
    console = Console(width=200)
    report = {"metadata": metadata(device), "size": vars(size)}
    console.print(report)

    if "training" in options.only:
        report["training"] = training_rows(size, _batch(size), watch)
        console.print(table("Training step", report["training"], {"apart": _step_apart}))
    if "upscaling" in options.only:
        weights = options.weights
        ours = generator(size) if weights is None else load_pretrained(weights)
        report["upscaling"] = upscaling_rows(size, ours, watch, int8=weights is not None)
        notes = {
            "max, levels": _levels,
            "PSNR to plain": _closeness,
            "PSNR to hr": _quality,
            "megapixels/s": _megapixels,
            "of peak": _of_peak,
        }
        console.print(table("Upscaling", report["upscaling"], notes))
        report["ensemble"] = ensemble_rows(size, ours, watch)
        console.print(table("Self-ensemble of a small picture", report["ensemble"], {}))
    if "networks" in options.only:
        report["networks"] = network_rows(size, watch)
        console.print(network_table(report["networks"]))
    if "resizing" in options.only:
        report["resizing"] = resizing_rows(size, watch)
        notes = {"max, levels": _levels, "max inside": _levels_inside}
        console.print(table("imresize by 1/4", report["resizing"], notes))
    if "reading" in options.only:
        with tempfile.TemporaryDirectory() as folder:
            files, packed = Path(folder, "files"), Path(folder, "packed")
            write_pictures(size, options.photos, files)
            report["reading"] = reading_rows(size, files, packed, watch)
            title = "Reading patches, one process"
            console.print(table(title, report["reading"], {"times as fast": _gain}))
            report["feeding"] = feeding_rows(size, files, packed, options.workers)
            console.print(feeding_table(report["feeding"]))
    report["train_run"] = []
    if device.type == "cpu":
        console.print("No accelerator was found: its rows and the training run are missing.")
    elif "training" in options.only:  # never run so far
        with tempfile.TemporaryDirectory() as folder:
            for precision in ("32-true", "bf16-mixed"):
                report["train_run"].append(train_run(size, precision, Path(folder, precision)))
        console.print(report["train_run"])

    report["metadata"]["load_at_end"] = os.getloadavg()[0]
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=1))
    console.print(f"every single time: {options.output}", soft_wrap=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to run")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does it run at all")
    parser.add_argument("--output", type=Path, default=Path("outputs/bench.json"))
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--weights", type=Path, help="generator to upscale with; default: random")
    parser.add_argument("--photos", type=Path, help="folder of pictures to cut 2K ones from")
    parser.add_argument("--workers", type=int, default=min(8, os.cpu_count() or 1))
    return parser.parse_args()


def _photo() -> Tensor:
    """A photograph that comes with scikit-image: ``(1, 3, 512, 512)``, in [0, 1]."""
    return torch.from_numpy(skimage.data.astronaut()).permute(2, 0, 1)[None] / 255


def _batch(size: Size) -> SRBatch:
    """Crops of the photograph and their bicubic reductions."""
    places = torch.randint(512 - size.patch, (size.batch, 2)).tolist()
    photo = _photo()
    crops = [photo[..., y : y + size.patch, x : x + size.patch] for y, x in places]
    hr = torch.cat(crops)
    return {"hr": hr, "lr": imresize(hr, 1 / 4).clamp(0, 1), "set": ["bench"] * size.batch}


def _step_apart(one: Row) -> str:
    return f"{max(one['apart'].values()):.0e}"


def _levels(one: Row) -> str:
    return f"{one['levels_apart']:.4f}"


def _levels_inside(one: Row) -> str:
    return f"{one['levels_inside']:.4f}"


def _closeness(one: Row) -> str:
    psnr = one["psnr_to_plain"]
    return "the same" if psnr is None else f"{psnr:.1f} dB"


def _megapixels(one: Row) -> str:
    return f"{one['megapixels'] / one['median']:.3f}"


def _of_peak(one: Row) -> str:
    return "" if one["of_peak"] is None else f"{one['of_peak']:.0%}"


def _gain(one: Row) -> str:
    return f"{1 / one['ratio']:.1f}"


def _quality(one: Row) -> str:
    return f"{one['psnr_to_hr']:.4f} dB"


if __name__ == "__main__":
    main()
