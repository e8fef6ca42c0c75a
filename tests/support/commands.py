"""Commands as their users start them, in processes that do not load torch again.

Loading torch and Lightning takes seconds for each command. Here a server (multiprocessing's) loads
them once for all tests of a worker. Each command is a fork of it that loads our modules and runs
one of them as ``python -m`` does, with its own arguments, environment, folder, output, signals and
exit code.
"""

import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from unittest.mock import patch

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["command_server"])


def server() -> ForkServerContext:
    """The context of multiprocessing whose processes are forks of the server, which now runs.

    They have loaded torch and our modules, but nothing of them has been used: unlike a fork of this
    process, they may start threads and have no variables of the test.
    """
    places = [str(Path(__file__).parent), os.environ.get("PYTHONPATH")]
    with patch.dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, places))):
        forkserver.ensure_running()
    return _SERVER


class Command:
    """A command that was started."""

    def __init__(self, process: BaseProcess, stdout: Path, stderr: Path) -> None:
        self._process = process
        self._stdout = stdout
        self._stderr = stderr

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.exitcode is None

    def send_signal(self, number: int) -> None:
        """Send a signal, as a terminal or the scheduler of a cluster does."""
        if self.running:
            os.kill(self._process.pid, number)

    def wait(self, timeout: float = 300) -> CompletedProcess:
        """Its exit code and output, once it has ended.

        Args:
            timeout: in seconds.

        Raises:
            TimeoutExpired: it has not ended.
        """
        self._process.join(timeout)
        output = self._stdout.read_text(), self._stderr.read_text()
        if self.running:
            raise TimeoutExpired(self._process.name, timeout, *output)
        return CompletedProcess(self._process.name, self._process.exitcode, *output)


@contextmanager
def started(
    module: str, *overrides: str, cwd: Path, env: Mapping[str, str] | None = None
) -> Iterator[Command]:
    """``python -m srrescgan.<module> <overrides>``, killed at the end if it still runs.

    Args:
        module: ``train``, ``eval`` and the like.
        overrides: its command line.
        cwd: folder it is started in.
        env: variables besides ours. It has one thread, so that equal runs give equal bits.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **(env or {})}
    with tempfile.TemporaryDirectory() as folder:
        stdout, stderr = Path(folder, "stdout"), Path(folder, "stderr")
        stdout.touch()
        stderr.touch()
        process = server().Process(
            target=_be, args=(f"srrescgan.{module}", overrides, cwd, environment, stdout, stderr)
        )
        process.start()
        try:
            yield Command(process, stdout, stderr)
        finally:
            process.kill()
            process.join()


def run(
    module: str,
    *overrides: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 300,
) -> CompletedProcess:
    """Exit code and output of a command; its arguments are those of :func:`started`."""
    with started(module, *overrides, cwd=cwd, env=env) as command:
        return command.wait(timeout)


def _be(
    module: str,
    overrides: tuple[str, ...],
    cwd: Path,
    environment: Mapping[str, str],
    stdout: Path,
    stderr: Path,
) -> None:
    """Become the command: the target of a fork of the server."""
    for number, path in ((1, stdout), (2, stderr)):
        file = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *overrides]
    multiprocessing.set_start_method(None, force=True)  # of the processes that read data
    import torch

    torch.set_num_threads(1)
    for name in [name for name in sys.modules if name.partition(".")[0] == "srrescgan"]:
        del sys.modules[name]  # a command loads our own modules itself, in its own order
    runpy.run_module(module, run_name="__main__", alter_sys=True)
