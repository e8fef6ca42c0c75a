"""The folder of the page; what the page computes is tested in tests/browser."""

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch
from small_network import CONFIG, small_network

from srrescgan.errors import ConfigError, WeightsError
from srrescgan.export.web import graph, runtime, web_folder, write_web
from srrescgan.generators import DSGANGenerator
from srrescgan.ops import noise

onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra onnx")
pytest.importorskip("onnxscript", reason="needs the extra onnx")

PARTS = {runtime.SCRIPT: b"var a=1;export{a as env};", runtime.WASM: b"\0asm"}


@pytest.fixture(autouse=True)
def parts(monkeypatch) -> None:
    """No npm, no network."""
    monkeypatch.setattr(runtime, "read_runtime", lambda package: PARTS)


def test_the_model_beside_the_page_is_the_network(tmp_path: Path) -> None:
    network = small_network()
    told = write_web(network, CONFIG, tmp_path / "site", Path("folder/<my> weights.pth"))
    assert str(tmp_path / "site" / "index.html") in told
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_text())
    model = (tmp_path / "site" / manifest["model"]).read_bytes()
    assert manifest["model_sha256"] == hashlib.sha256(model).hexdigest()
    assert manifest["scale"] == 2
    assert manifest["halo"] == network.residual_halo
    assert manifest["noise_estimate"] == "input"
    assert manifest["weights"] == "<my> weights.pth"
    assert manifest["generator"] == CONFIG
    lr = torch.rand(1, 3, 15, 22)
    with torch.inference_mode():
        upsampled, expected = network.upsample(lr), network(lr)
    (residual,) = onnxruntime.InferenceSession(model).run(None, {"upsampled": upsampled.numpy()})
    sigma = noise.estimate_sigma(lr).item()
    radius = manifest["radius_factor"] * 255 * sigma * (residual.size - 1) ** 0.5
    residual *= min(1, radius / np.linalg.norm(residual))
    sr = np.clip(upsampled.numpy() - residual, 0, 255) / 255
    assert np.abs(sr - expected.numpy()).max() < 1e-5
    page = (tmp_path / "site" / "index.html").read_text()
    assert "<my>" not in page
    assert not re.search(r"(src|href)=\"(?!#|data:,)", page)


def test_nothing_is_left_of_a_graph_that_computes_something_else(tmp_path, monkeypatch) -> None:
    def fold_another(generator):
        generator = fold(generator)
        generator.model.conv1.bias.data += 1
        return generator

    fold = graph.fold_weight_norm
    monkeypatch.setattr(graph, "fold_weight_norm", fold_another)
    with pytest.raises(WeightsError, match=r"PyTorch disagree.*48 x 40"):
        write_web(small_network(), CONFIG, tmp_path / "site", Path("a.pth"))
    assert not any(tmp_path.iterdir())


def test_a_network_without_these_parts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="DSGANGenerator"):
        write_web(DSGANGenerator(), {}, tmp_path / "site", Path("a.pth"))


def test_the_page_measures_with_the_filter_of_python() -> None:
    text = (files(web_folder.__package__) / "noise.js").read_text()
    taps = re.search(r"Float32Array\.of\(([^)]*)\)", text)[1]
    assert [float(tap) for tap in taps.split(",") if tap.strip()] == list(noise._HIGH_PASS)


def test_the_policy_allows_the_page_s_own_code_and_no_connection(tmp_path: Path) -> None:
    write_web(small_network(), CONFIG, tmp_path / "site", Path("a.pth"))
    page = (tmp_path / "site/index.html").read_text()
    (policy,) = re.findall(r'Content-Security-Policy" content="(.*?)"', page)
    rules = dict(rule.strip().split(" ", 1) for rule in html.unescape(policy).split(";"))
    script, style = (
        re.findall(r"<script>(.*?)</script>", page, re.DOTALL),
        re.findall(r"<style>(.*?)</style>", page, re.DOTALL),
    )
    digests = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (*script, *style)
    ]
    assert rules == {
        "default-src": "'none'",
        "script-src": f"'sha256-{digests[0]}' 'wasm-unsafe-eval'",
        "style-src": f"'sha256-{digests[1]}'",
        "worker-src": "blob:",
        "img-src": "blob: data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
