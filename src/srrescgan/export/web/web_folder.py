"""Export for the browser: a page that upscales photos, with no server and no network."""

import base64
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from torch import nn

from srrescgan.export.folder import writing_folder
from srrescgan.export.network_summary import NetworkSummary, summarize
from srrescgan.export.web import runtime
from srrescgan.export.web.page_network import PageNetwork, page_network
from srrescgan.files import write_json
from srrescgan.html.page_code import PageCode
from srrescgan.html.templates import render, resource_text

_SCRIPTS = (
    "embedded.js", "worker_pool.js", "bilinear.js", "decode.js", "upscaler.js", "viewer.js",
    "main.js",
)  # fmt: skip
"""One script in the page, in this order: the files share one scope."""
_WORKER = (
    "bilinear.js", "noise.js", "transparency.js", "png.js", "projected.js", "local.js", "worker.js",
)  # fmt: skip
"""One script in every worker, in this order, after ONNX Runtime Web."""
_LICENSE = "LICENSE-onnxruntime-web.txt"


def write_web(
    generator: nn.Module,
    config: dict[str, Any],
    output: Path,
    weights: Path,
    package: Path | None = None,
) -> str:
    """Write a folder with a page that upscales photos in a browser, offline.

    ``index.html`` is self-contained: the model and ONNX Runtime Web are embedded, because a page
    opened from disk may not read the files next to it. It can be opened from disk, served, or sent
    as one file; its Content-Security-Policy forbids every connection. The ONNX file and
    ``manifest.json`` are for use in other pages.

    A local network is computed in tiles with its halo. Of SRResDNet, ONNX Runtime computes only the
    residual, in tiles; the noise estimate and the projection, which need the whole picture, are
    computed in JavaScript as in :class:`~srrescgan.generators.SRResDNet`.

    Args:
        generator: in eval mode, on the CPU.
        config: its ``_target_`` and constructor arguments, for the manifest.
        output: the folder; must not exist yet, or be empty.
        weights: the file the generator was loaded from; the page shows its name.
        package: the npm package of ONNX Runtime Web; by default npm downloads it, see
            :func:`srrescgan.export.web.runtime.read_runtime`.

    Returns:
        Message for the user.

    Raises:
        ConfigError: the network is not local or is too large for a page, see
            :func:`~srrescgan.export.web.limits.check_limits`; a package is missing, ONNX Runtime
            Web is not available, or ``output`` exists.
        WeightsError: ONNX Runtime and PyTorch disagree; nothing is written.
    """
    with writing_folder(output) as folder:
        network = page_network(generator, config, output)
        runtime_files = runtime.read_runtime(package)
        summary = summarize(generator, config)
        page = _page(network, summary, runtime_files, weights.name)
        (folder / "index.html").write_text(page, encoding="utf-8", newline="\n")
        (folder / network.file).write_bytes(network.graph)
        license_text = resource_text(__package__, _LICENSE)
        (folder / _LICENSE).write_text(license_text, encoding="utf-8", newline="\n")
        manifest = network.settings | {
            "model": network.file,
            "model_sha256": hashlib.sha256(network.graph).hexdigest(),
            "weights": weights.name,
            "generator": config,
            "runtime": runtime.PACKAGE,
            "runtime_sha256": {
                name: hashlib.sha256(content).hexdigest() for name, content in runtime_files.items()
            },
        }
        write_json(manifest, folder / "manifest.json")
        size = (folder / "index.html").stat().st_size / 1e6
    return (
        f"{output / 'index.html'}: open it in a browser; one file of {size:.1f} MB, works offline;"
        f" about {network.cost.duration} for a photo of one megapixel"
    )


def _page(
    network: PageNetwork, summary: NetworkSummary, runtime_files: dict[str, bytes], weights: str
) -> str:
    embedded = {
        "model": network.graph,
        "wasm": runtime_files[runtime.WASM],
        "runtime": runtime.classic_script(runtime_files[runtime.SCRIPT]).encode(),
    }
    values = {
        "code": PageCode.with_slider(__package__, "style.css", _SCRIPTS),
        "worker": "\n".join(resource_text(__package__, name) for name in _WORKER),
        "settings": json.dumps(network.settings),
        "embedded": {name: _compressed(content) for name, content in embedded.items()},
        "scale": summary.scale,
        "network": summary,
        "duration": network.cost.duration,
        "weights": weights,
        "runtime": runtime.VERSION,
        "license": resource_text(__package__, _LICENSE),
    }
    return render(__package__, "index.html.j2", values)


def _compressed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, compresslevel=6, mtime=0)).decode()
