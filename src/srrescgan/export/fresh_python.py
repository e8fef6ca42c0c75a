"""What an exported folder does on a machine that is not ours."""

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
class _Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {absent}:
            raise ModuleNotFoundError(name + " is not installed here", name=name)
sys.meta_path.insert(0, _Absent())
if {own_code}:
    sys.path.insert(0, str(folder))
import numpy as np
{program}
for file in sorted(files.glob("*.in.npy")):
    np.save(file.with_name(file.name.replace(".in.", ".out.")), upscale(np.load(file)))
"""


def upscale_in_fresh_python(
    program: str,
    folder: Path,
    pictures: Sequence[np.ndarray],
    absent: Collection[str],
    own_code: bool,
) -> list[np.ndarray]:
    """Run a folder's code on pictures, in a process of its own.

    Args:
        program: Python source that defines ``upscale(picture) -> picture`` for arrays. Defined for
            it are ``folder``, ``files`` (a scratch folder), ``np``, ``sys`` and ``Path``.
        folder: what was exported.
        pictures: what to upscale.
        absent: modules and packages that are to be as if they were not installed.
        own_code: find modules in ``folder`` before any others.

    Raises:
        WeightsError: the code failed there, or did not end.
    """
    with tempfile.TemporaryDirectory() as scratch:
        for index, picture in enumerate(pictures):
            np.save(Path(scratch, f"{index:02d}.in.npy"), picture)
        code = _FRAME.format(absent=set(absent), own_code=own_code, program=program)
        command = [sys.executable, "-c", code, str(folder.resolve()), scratch]
        try:
            done = subprocess.run(
                command, cwd=scratch, capture_output=True, text=True, timeout=_TIMEOUT
            )
        except subprocess.TimeoutExpired as error:
            raise WeightsError(
                f"what was exported did not upscale a small picture in {_TIMEOUT} seconds"
            ) from error
        if done.returncode:
            reason = (done.stderr.strip() or "no message").splitlines()[-1]
            raise WeightsError(f"what was exported does not run in a fresh Python: {reason}")
        return [np.load(Path(scratch, f"{index:02d}.out.npy")) for index in range(len(pictures))]
