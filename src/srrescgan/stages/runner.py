"""Run stages in order; reuse what was made from the same things, continue what was interrupted."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

from srrescgan.errors import UserError
from srrescgan.inference.weights import read_checkpoint
from srrescgan.stages.record import Digest, Record, content_hash, record_of
from srrescgan.stages.stage import Stage


class StageError(UserError):
    """A stage did not end well."""


def run_stages(
    stages: Sequence[Stage], folder: Path, digest: Digest, say: Callable[[str], None]
) -> None:
    """Bring every stage up to date, each in a process of its own.

    A stage whose command line, whose inputs' content and whose output are those of its record is
    not run again. One that was interrupted goes on where it was. The output of one that was made
    from something else is set aside, not removed.

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
        if known is not None and known.output is not None and stage.output.is_file():
            differences = wanted.differs_in(known)
            if content_hash(stage.output, digest) != known.output:
                differences.append(f"{stage.output}, which something else has changed")
            if not differences:
                say(f"{stage.name}: reused, nothing it is made from has changed")
                continue
            say(f"{stage.name}: made anew, another {', another '.join(differences)}")
        begun = known is not None and not wanted.differs_in(known)
        resume = begun and stage.resumes and stage.output.is_file()
        if stage.resumes and not begun:
            _set_aside(stage, say)
        wanted.write(place)
        if resume and _is_finished(stage.output):
            say(f"{stage.name}: was finished")
        elif resume:
            say(f"{stage.name}: continued")
            _run(stage, [f"ckpt_path={stage.output}"])
        else:
            say(f"{stage.name}: begun")
            _run(stage, [] if known is None or begun else stage.replaces)
        replace(wanted, output=content_hash(stage.output, digest)).write(place)


def _run(stage: Stage, more: Sequence[str]) -> None:
    command = [sys.executable, "-m", f"srrescgan.{stage.command}", *stage.overrides, *more]
    with subprocess.Popen(command) as process, _passing_on(process) as signals:
        code = process.wait()
    remedy = "Run the same command again: what is finished is kept, what was interrupted goes on"
    if signals:  # a training run that is asked to stop does so in good order, with exit code 0
        raise StageError(f"stage '{stage.name}' was stopped by {signals[0].name}. {remedy}")
    if code or not stage.output.is_file():
        why = f"exit code {code}" if code else f"without its output {stage.output}"
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
