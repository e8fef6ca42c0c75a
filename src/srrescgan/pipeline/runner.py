"""Run stages in order; reuse what was made from the same things, continue what was interrupted."""

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
    """A stage did not end well."""


def run_stages(
    stages: Sequence[Stage], folder: Path, digest: Digest, say: Callable[[str], None]
) -> None:
    """Bring every stage up to date, each in a process of its own.

    A stage whose command line, whose inputs' content and whose output are those of its record is
    not run again. One that was interrupted goes on where it was. A training run that was made from
    something else is set aside; pictures and reports are replaced, they can be made again.

    Args:
        stages: in order; a later one may read the output of an earlier one.
        folder: of the records, ``<folder>/<stage>.json``.
        digest: file to the hash of its content.
        say: told in a line what happens to each stage.

    Raises:
        DataError: what a stage reads is not there.
        StageError: a stage failed.
    """
    for stage in stages:
        place = folder / f"{stage.name}.json"
        wanted, known = record_of(stage, digest), Record.read(place)
        differences = [] if known is None else wanted.differs_in(known)
        interrupted = known is not None and known.output is None and not differences
        if differences:
            say(f"{stage.name}: made anew, another {', another '.join(differences)}")
        elif known is not None and not interrupted:
            if known.output == _output_hash(stage, digest):
                say(f"{stage.name}: reused, nothing it is made from has changed")
                continue
            say(f"{stage.name}: made again, {stage.output} is gone or was changed")
        replacing = bool(differences) or (known is not None and known.replacing)
        if stage.resumes and not interrupted:
            _set_aside(stage, say)
        replace(wanted, replacing=replacing).write(place)
        if stage.resumes and stage.output.is_file():
            _continue(stage, say)
        else:
            say(f"{stage.name}: begun")
            _run(stage, stage.replaces if replacing else [])
        replace(wanted, output=_output_hash(stage, digest)).write(place)


def _continue(stage: Stage, say: Callable[[str], None]) -> None:
    """Take an interrupted training run to its end, if it was not there already."""
    if _is_finished(stage.output):
        say(f"{stage.name}: was finished")
        return
    say(f"{stage.name}: continued")
    _run(stage, command_line({"ckpt_path": str(stage.output)}))


def _output_hash(stage: Stage, digest: Digest) -> str | None:
    """Hash of what a stage left behind; ``None`` if that is not there."""
    try:
        return content_hash(stage.output, digest)
    except (DataError, OSError):
        return None


def _run(stage: Stage, more: Sequence[str]) -> None:
    command = [sys.executable, "-m", f"srrescgan.{stage.command}", *stage.overrides, *more]
    with subprocess.Popen(command) as process, _passing_on(process) as signals:
        code = process.wait()
    remedy = "Run the same command again: what is finished is kept, what was interrupted goes on"
    if signals:  # a training run that is asked to stop does so in good order, with exit code 0
        raise StageError(f"stage '{stage.name}' was stopped by {signals[0].name}. {remedy}")
    why = f"exit code {code}" if code else ""
    if not code and not stage.output.exists():
        why = f"without its output {stage.output}"
    elif not code and stage.resumes and not _is_finished(stage.output):
        why = "before its last iteration"  # somebody stopped that process alone
    if why:
        raise StageError(f"stage '{stage.name}' ended with {why}; its message is above. {remedy}")


@contextlib.contextmanager
def _passing_on(process: subprocess.Popen) -> Iterator[list[signal.Signals]]:
    """Let the running command end in its own good order when this process is asked to stop.

    Gives the signals that arrived. Ctrl-C on a terminal reaches both processes by itself; a SIGTERM
    is sent to one process only.
    """
    received: list[signal.Signals] = []

    def note(number: int, frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        if number == signal.SIGTERM:
            process.send_signal(number)

    numbers = (signal.SIGTERM, signal.SIGINT)
    handlers = {number: signal.signal(number, note) for number in numbers}
    try:
        yield received
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _is_finished(checkpoint: Path) -> bool:
    """Whether a training run was over when its newest checkpoint was written."""
    content = read_checkpoint(checkpoint)
    return content.get("iteration", 0) >= content.get("config", {}).get("iterations", float("inf"))


def _set_aside(stage: Stage, say: Callable[[str], None]) -> None:
    """Move the run that made an older output out of the way of a new one."""
    run = stage.output.parents[1]  # <run>/checkpoints/last.ckpt
    if not stage.output.exists():
        return
    count = 1
    while (older := run.with_name(f"{run.name}.{count}")).exists():
        count += 1
    run.rename(older)
    say(f"{stage.name}: the earlier run is kept in {older}")
