"""An installed wheel works like a checkout."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_built_wheel_runs_any_experiment_from_anywhere(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("srrescgan-*.whl")
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    sources = [path.relative_to(ROOT / "src") for path in (ROOT / "src").rglob("*")]
    parts = [p for p in sources if p.suffix in (".py", ".j2", ".css", ".js", ".typed")]
    assert len({part.suffix for part in parts}) == 5
    assert [part for part in parts if not (site / part).is_file()] == []
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(site), "OMP_NUM_THREADS": "1"}
    code = "import srrescgan.config.schema as s; print(s.__file__, s.CONFIG_DIR)"
    places = subprocess.run(
        [sys.executable, "-c", code],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert all(place.startswith(str(site)) for place in places)
    # The program as pip installs it: a script that calls what the wheel's metadata names.
    (metadata,) = site.glob("*.dist-info/entry_points.txt")
    module, function = re.search(
        r"^srrescgan = ([\w.]+):(\w+)$", metadata.read_text(), re.M
    ).groups()
    program = tmp_path / "bin/srrescgan"
    program.parent.mkdir()
    program.write_text(f"import sys\nfrom {module} import {function}\nsys.exit({function}())\n")
    done = subprocess.run(
        [
            *(sys.executable, program, "train", "experiment=df2k_jpeg30", "debug=smoke"),
            *("loss=[pixel]", "metric=[psnr]", "generator.features=8", "discriminator.features=4"),
            "output_dir=run",
        ],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (elsewhere / "run/checkpoints/last.ckpt").is_file()
    assert [path.name for path in elsewhere.iterdir()] == ["run"]
