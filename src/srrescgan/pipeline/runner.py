"""Runner: brings stages up to date in order, each in a process of its own."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

from srrescgan.errors import DataError, UserError
from srrescgan.pipeline.record import Digest, Record, content_hash, record_of
from srrescgan.pipeline.stage import Stage, command_line
from srrescgan.weights.files import read_checkpoint


class StageError(UserError):
    """A stage failed or was stopped."""


def run_stages(
    stages: Sequence[Stage], folder: Path, digest: Digest, report: Callable[[str], None]
) -> None:
    """Bring every stage up to date.

    A stage is skipped if its command line and the content of its inputs and output match its
    record. An interrupted stage resumes. If the inputs changed, a finished training run is set
    aside; pictures and reports are replaced, because they can be generated again.

    Args:
        stages: in order; a later one may read the output of an earlier one.
        folder: of the records, ``<folder>/<stage>.json``.
        digest: file to the hash of its content.
        report: called with one line about each stage.

    Raises:
        DataError: an input of a stage is missing.
        StageError: a stage failed or was stopped.
    """
    for stage in stages:
        path = folder / f"{stage.name}.json"
        current, earlier = record_of(stage, digest), Record.read(path)
        differences = [] if earlier is None else current.differs_in(earlier)
        interrupted = earlier is not None and earlier.output is None and not differences
        if differences:
            report(f"{stage.name}: rerun, changed: {', '.join(differences)}")
        elif earlier is not None and not interrupted:
            if earlier.output == _output_hash(stage, digest):
                report(f"{stage.name}: reused, its inputs and output have not changed")
                continue
            report(f"{stage.name}: rerun, {stage.output} is missing or was changed")
        replacing = bool(differences) or (earlier is not None and earlier.replacing)
        if stage.resumes and not interrupted:
            _set_aside(stage, report)
        replace(current, replacing=replacing).write(path)
        if stage.resumes and stage.output.is_file():
            _resume(stage, report)
        else:
            report(f"{stage.name}: started")
            _run(stage, stage.replaces if replacing else [])
        replace(current, output=_output_hash(stage, digest)).write(path)


def _resume(stage: Stage, report: Callable[[str], None]) -> None:
    """Finish an interrupted training run; do nothing if it had already finished."""
    if _is_finished(stage.output):
        report(f"{stage.name}: already finished")
        return
    report(f"{stage.name}: resumed")
    _run(stage, command_line({"ckpt_path": str(stage.output)}))


def _output_hash(stage: Stage, digest: Digest) -> str | None:
    """Hash of a stage's output; ``None`` if it is missing."""
    try:
        return content_hash(stage.output, digest)
    except (DataError, OSError):
        return None


def _run(stage: Stage, more: Sequence[str]) -> None:
    command = [sys.executable, "-m", f"srrescgan.{stage.command}", *stage.overrides, *more]
    with subprocess.Popen(command) as process, _forward_signals(process) as signals:
        code = process.wait()
    remedy = "Run the same command again: finished stages are skipped, interrupted ones resume"
    if signals:  # a training run that receives a signal saves and exits with code 0
        raise StageError(f"stage '{stage.name}' was stopped by {signals[0].name}. {remedy}")
    why = f"exit code {code}" if code else ""
    if not code and not stage.output.exists():
        why = f"without its output {stage.output}"
    elif not code and stage.resumes and not _is_finished(stage.output):
        why = "before its last iteration"  # only that process was stopped
    if why:
        raise StageError(f"stage '{stage.name}' ended with {why}; see its message above. {remedy}")


@contextlib.contextmanager
def _forward_signals(process: subprocess.Popen) -> Iterator[list[signal.Signals]]:
    """Forward SIGTERM to the running command, so that it can save before it exits.

    Yields the list of signals received so far. Ctrl-C on a terminal reaches both processes anyway;
    SIGTERM reaches only this one.
    """
    received: list[signal.Signals] = []

    def record(number: int, frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        if number == signal.SIGTERM:
            process.send_signal(number)

    numbers = (signal.SIGTERM, signal.SIGINT)
    handlers = {number: signal.signal(number, record) for number in numbers}
    try:
        yield received
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _is_finished(checkpoint: Path) -> bool:
    """Whether a checkpoint was written at the last iteration of its run."""
    content = read_checkpoint(checkpoint)
    return content.get("iteration", 0) >= content.get("config", {}).get("iterations", float("inf"))


def _set_aside(stage: Stage, report: Callable[[str], None]) -> None:
    """Rename the folder of an earlier run, to keep it."""
    run = stage.output.parents[1]  # <run>/checkpoints/last.ckpt
    if not stage.output.exists():
        return
    count = 1
    while (older := run.with_name(f"{run.name}.{count}")).exists():
        count += 1
    run.rename(older)
    report(f"{stage.name}: the earlier run is kept in {older}")
