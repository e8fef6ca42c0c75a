"""Where ONNX Runtime Web comes from, and that it is what it should be."""

import hashlib
import io
import os
import tarfile
from pathlib import Path

import pytest

from srrescgan.errors import ConfigError
from srrescgan.export.web import runtime

FILES = {
    runtime.SCRIPT: b"var a=1,b=import.meta.url;export{a as env,b as default};\n//# map",
    runtime.WASM: b"\0asm" + bytes(1000),
}


@pytest.fixture(autouse=True)
def small_package(monkeypatch, tmp_path: Path) -> None:
    """A package of two small files, and a user who has it not yet."""
    pinned = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    monkeypatch.setattr(runtime, "_SHA256", pinned)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def archive(path: Path, files: dict[str, bytes] = FILES) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/dist/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def npm(tmp_path: Path, script: str) -> None:
    """An npm that runs this line of shell; ``$4`` is where its package has to go."""
    path = tmp_path / "bin" / "npm"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_package_given_by_the_user_is_read(tmp_path: Path) -> None:
    assert runtime.read_runtime(archive(tmp_path / "some.tgz")) == FILES
    (tmp_path / "unpacked" / "dist").mkdir(parents=True)
    for name, content in FILES.items():
        (tmp_path / "unpacked" / "dist" / name).write_bytes(content)
    assert runtime.read_runtime(tmp_path / "unpacked") == FILES
    assert not (tmp_path / "cache").exists()


def test_a_package_that_is_another_is_refused(tmp_path: Path) -> None:
    other = archive(tmp_path / "other.tgz", FILES | {runtime.WASM: b"\0asm of another version"})
    with pytest.raises(ConfigError, match=r"other\.tgz is not that of onnxruntime-web@") as caught:
        runtime.read_runtime(other)
    assert hashlib.sha256(FILES[runtime.WASM]).hexdigest() in str(caught.value)


@pytest.mark.parametrize("make", ["nothing", "empty", "text"])
def test_other_files_than_packages_are_refused(tmp_path: Path, make: str) -> None:
    path = tmp_path / "package.tgz"
    if make == "empty":
        archive(path, {})
    elif make == "text":
        path.write_text("no archive")
    with pytest.raises(ConfigError, match=r"expected the npm package onnxruntime-web@"):
        runtime.read_runtime(path)


def test_without_npm_the_message_has_a_remedy() -> None:
    with pytest.raises(ConfigError, match=r"npm is not installed: install Node.js, or give .*"):
        runtime.read_runtime()


def test_without_network_the_reason_of_npm_is_passed_on(tmp_path: Path) -> None:
    npm(tmp_path, "echo 'npm error code ENOTFOUND' >&2; exit 1")
    with pytest.raises(ConfigError, match=r"failed \(npm error code ENOTFOUND\).*runtime=FILE"):
        runtime.read_runtime()
    assert not (tmp_path / "cache").exists()


def test_npm_is_asked_once(tmp_path: Path) -> None:
    package = archive(tmp_path / "registry" / "onnxruntime-web.tgz")
    npm(tmp_path, f'test "$2" = {runtime.PACKAGE} && exec /bin/cp {package} "$4"')
    assert runtime.read_runtime() == FILES
    npm(tmp_path, "exit 1")
    assert runtime.read_runtime() == FILES
    (damaged,) = (tmp_path / "cache").rglob(runtime.WASM)
    damaged.write_bytes(b"half")
    with pytest.raises(ConfigError, match="exit code 1"):
        runtime.read_runtime()
    os.remove(tmp_path / "bin" / "npm")
    npm(tmp_path, f'exec /bin/cp {package} "$4"')
    assert runtime.read_runtime() == FILES
    assert damaged.read_bytes() == FILES[runtime.WASM]


def test_the_module_becomes_a_script() -> None:
    script = runtime.classic_script(FILES[runtime.SCRIPT])
    assert script == "var a=1,b=self.location.href;self.ort={env:a,default:b};\n//# map"
