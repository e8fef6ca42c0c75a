"""A page that upscales photos in a browser."""

import base64
import gzip
import hashlib
import json
from importlib.resources import files as resource_files
from pathlib import Path
from typing import Any

import jinja2
from torch import nn

from srrescgan.errors import ConfigError
from srrescgan.export.folder import writing_folder
from srrescgan.export.web import runtime
from srrescgan.export.web.graph import residual_graph
from srrescgan.files import write_json
from srrescgan.generators import SRResDNet
from srrescgan.upscale.flat_pictures import MIN_RESIDUAL_SCALE, useful_floor

_SCRIPTS = (
    "embedded.js", "crew.js", "bilinear.js", "picture.js", "upscaler.js", "viewer.js", "main.js",
)  # fmt: skip
"""One script in the page, in this order: they share their names."""
_WORKER = ("bilinear.js", "noise.js", "transparency.js", "png.js", "worker.js")
"""Likewise in each of its workers, after ONNX Runtime Web."""
_LICENCE = "LICENSE-onnxruntime-web.txt"


def write_web(
    generator: nn.Module,
    config: dict[str, Any],
    output: Path,
    weights: Path,
    package: Path | None = None,
) -> str:
    """Write a folder with a page that upscales photos in a browser, without a network.

    ``index.html`` is complete in itself: the model and ONNX Runtime Web travel inside, since a page
    from disk may not open files beside it. So it can be opened from disk, served, or sent as one
    file, and its policy forbids it every connection. ``residual.onnx`` and ``manifest.json`` are
    for pages of one's own.

    Only the residual is computed by ONNX Runtime, tile by tile; what concerns the whole picture,
    the noise estimate and the projection, is computed as in :class:`SRResDNet`.

    Args:
        generator: in eval mode, on the CPU.
        config: its ``_target_`` and constructor arguments, for the manifest.
        output: the folder, not there yet.
        weights: the file that the generator came from; the page names it.
        package: the npm package of ONNX Runtime Web; by default out of npm, see
            :func:`srrescgan.export.web.runtime.read_runtime`.

    Returns:
        What to tell the user.

    Raises:
        ConfigError: the network is not an SRResDNet, a package is missing, ONNX Runtime Web cannot
            be had, or ``output`` exists.
        WeightsError: ONNX Runtime computes something else than PyTorch; nothing is written.
    """
    if not isinstance(generator, SRResDNet):
        raise ConfigError(
            f"target=web knows SRResDNet only, and the weights are of {type(generator).__name__}"
        )
    with writing_folder(output) as folder:
        parts = runtime.read_runtime(package)
        graph = residual_graph(generator)
        settings = _settings(generator)
        (folder / "index.html").write_text(
            _page(settings, graph, parts, weights.name), encoding="utf-8", newline="\n"
        )
        (folder / "residual.onnx").write_bytes(graph)
        (folder / _LICENCE).write_text(_text(_LICENCE), encoding="utf-8", newline="\n")
        manifest = settings | {
            "model": "residual.onnx",
            "model_sha256": hashlib.sha256(graph).hexdigest(),
            "weights": weights.name,
            "generator": config,
            "runtime": runtime.PACKAGE,
            "runtime_sha256": {
                name: hashlib.sha256(content).hexdigest() for name, content in parts.items()
            },
        }
        write_json(manifest, folder / "manifest.json")
        size = (folder / "index.html").stat().st_size / 1e6
    return f"{output / 'index.html'}: open it in a browser; {size:.1f} MB, needs nothing beside it"


def _settings(generator: SRResDNet) -> dict[str, Any]:
    """What is to be known of a network beside its graph."""
    return {
        "scale": generator.scale,
        "halo": generator.residual_halo,
        "radius_factor": generator.alpha.exp().item(),
        "noise_estimate": generator.noise_estimate,
        "sigma_floor": generator.sigma_floor,
        "useful_sigma_floor": useful_floor(generator),
        "least_shrink": MIN_RESIDUAL_SCALE,
    }


def _page(settings: dict[str, Any], graph: bytes, parts: dict[str, bytes], weights: str) -> str:
    style = _text("style.css")
    script = "\n".join(map(_text, _SCRIPTS))
    worker = "\n".join(map(_text, _WORKER))
    embedded = {
        "model": graph,
        "wasm": parts[runtime.WASM],
        "runtime": runtime.classic_script(parts[runtime.SCRIPT]).encode(),
    }
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(_text("index.html.j2")).render(
        style=style,
        script=script,
        worker=worker,
        # The workers, which inherit the policy, compile WebAssembly.
        policy=f"script-src {_source(script)} 'wasm-unsafe-eval'; style-src {_source(style)}",
        settings=json.dumps(settings),
        embedded={name: _packed(content) for name, content in embedded.items()},
        scale=settings["scale"],
        weights=weights,
        runtime=runtime.VERSION,
        licence=_text(_LICENCE),
    )


def _packed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, compresslevel=6, mtime=0)).decode()


def _source(text: str) -> str:
    """What a policy calls a script or style that it allows."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _text(name: str) -> str:
    return (resource_files(__package__) / name).read_text(encoding="utf-8")
