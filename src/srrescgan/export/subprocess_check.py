"""Verifies an exported folder in a separate Python process."""

import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from srrescgan.errors import WeightsError

_TIMEOUT = 600  # seconds; importing torch from a cold disk alone can take a minute
_FRAME = """\
import sys
from pathlib import Path
folder, files = Path(sys.argv[1]), Path(sys.argv[2])
class _Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {hidden}:
            raise ModuleNotFoundError(name + " is not installed here", name=name)
sys.meta_path.insert(0, _Hidden())
if {own_code}:
    sys.path.insert(0, str(folder))
import numpy as np
{program}
for file in sorted(files.glob("*.in.npy")):
    np.save(file.with_name(file.name.replace(".in.", ".out.")), upscale(np.load(file)))
"""


def upscale_in_subprocess(
    program: str,
    folder: Path,
    pictures: Sequence[np.ndarray],
    hidden: Collection[str],
    own_code: bool,
) -> list[np.ndarray]:
    """Upscale pictures with the code of an exported folder, in a new Python process.

    Args:
        program: Python source that defines ``upscale(picture) -> picture`` for arrays. It may use
            ``folder``, ``files`` (an empty temporary folder), ``np``, ``sys`` and ``Path``.
        folder: what was exported.
        pictures: to be upscaled.
        hidden: modules and packages that cannot be imported there.
        own_code: whether modules in ``folder`` take precedence over installed ones.

    Raises:
        WeightsError: the code failed or did not finish in time.
    """
    with tempfile.TemporaryDirectory() as scratch:
        for index, picture in enumerate(pictures):
            np.save(Path(scratch, f"{index:02d}.in.npy"), picture)
        code = _FRAME.format(hidden=set(hidden), own_code=own_code, program=program)
        command = [
            sys.executable,
            "-B",
            "-c",
            code,  # no bytecode in the exported folder
            str(folder.resolve()),
            scratch,
        ]
        try:
            done = subprocess.run(
                command, cwd=scratch, capture_output=True, text=True, timeout=_TIMEOUT
            )
        except subprocess.TimeoutExpired as error:
            raise WeightsError(
                f"nothing was written: the exported code did not upscale a small picture within"
                f" {_TIMEOUT} seconds"
            ) from error
        if done.returncode:
            reason = (done.stderr.strip() or "no message").splitlines()[-1]
            raise WeightsError(
                f"nothing was written: the exported code fails in a new Python process: {reason}"
            )
        return [np.load(Path(scratch, f"{index:02d}.out.npy")) for index in range(len(pictures))]
