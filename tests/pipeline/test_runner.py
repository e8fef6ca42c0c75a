"""Which stages run, which are reused, and what becomes of older output."""

from pathlib import Path

import pytest
import torch
from hydra.core.override_parser.overrides_parser import OverridesParser
from PIL import Image

from srrescgan.errors import DataError
from srrescgan.files import file_sha256
from srrescgan.pipeline import Stage, StageError, run_stages, runner
from srrescgan.pipeline.stage import command_line


class Commands:
    """Stands for the processes: each writes its output, a function of what it reads."""

    def __init__(self) -> None:
        self.run: list[tuple[str, list[str]]] = []
        self.fail_in: str | None = None

    def __call__(self, stage: Stage, more: list[str]) -> None:
        self.run.append((stage.name, list(more)))
        if self.fail_in == stage.name:
            raise StageError(stage.name)
        pictures = [file for path in stage.reads for file in sorted(path.rglob("*.png"))]
        content = [file.read_bytes() for file in pictures]
        output = stage.output if stage.resumes else stage.output / "a.png"
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(b"".join([*content, str(stage.overrides).encode()]))


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    stand_in = Commands()
    monkeypatch.setattr(runner, "_run", stand_in)
    return stand_in


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "photos/a.png")
    return tmp_path


def stages(place: Path, iterations: int = 5) -> list[Stage]:
    learned = str(place / "learn/checkpoints/last.ckpt")
    return [
        Stage(
            *("learn", "train", {"experiment": "x"}, {"iterations": iterations}),
            *([str(place / "photos")], learned),
            resumes=True,
        ),
        Stage(
            *("make", "degrade", {"weights": learned}, None),
            *([str(place / "photos"), learned], str(place / "lr")),
            replaces={"overwrite": True},
        ),
    ]


def run(place: Path, commands: Commands, **changes: int) -> list[str]:
    """Run both stages; return what was said."""
    said: list[str] = []
    commands.run.clear()
    run_stages(stages(place, **changes), place / "records", file_sha256, said.append)
    return said


def test_nothing_runs_twice(place: Path, commands: Commands) -> None:
    run(place, commands)
    assert commands.run == [("learn", []), ("make", [])]
    said = run(place, commands)
    assert commands.run == []
    assert [line.split(",")[0] for line in said] == ["learn: reused", "make: reused"]


def test_a_touched_file_is_the_same_a_changed_one_is_not(place: Path, commands: Commands) -> None:
    run(place, commands)
    photo = place / "photos/a.png"
    photo.write_bytes(photo.read_bytes())
    run(place, commands)
    assert commands.run == []
    Image.new("RGB", (4, 4), "red").save(photo)
    said = run(place, commands)
    assert commands.run == [("learn", []), ("make", ["overwrite=true"])]
    assert f"changed: {place / 'photos'}" in said[0]
    photo.rename(place / "photos/b.png")  # the name is content too: partners go by it
    run(place, commands)
    assert commands.run == [("learn", []), ("make", ["overwrite=true"])]


def test_another_command_line_redoes_its_stage_and_those_that_read_it(
    place: Path, commands: Commands
) -> None:
    run(place, commands)
    earlier = (place / "learn/checkpoints/last.ckpt").read_bytes()
    said = run(place, commands, iterations=6)
    assert commands.run == [("learn", []), ("make", ["overwrite=true"])]
    assert "command line" in said[0]
    assert (place / "learn.1/checkpoints/last.ckpt").read_bytes() == earlier  # never lost
    run(place, commands, iterations=7)
    assert (place / "learn.2/checkpoints/last.ckpt").exists()


def test_missing_or_changed_output_is_generated_again(place: Path, commands: Commands) -> None:
    run(place, commands)
    picture = place / "lr/a.png"
    picture.unlink()
    run(place, commands)
    assert commands.run == [("make", [])]
    picture.write_bytes(b"edited")
    said = run(place, commands)
    assert commands.run == [("make", [])]
    assert "missing or was changed" in said[1]
    last = place / "learn/checkpoints/last.ckpt"
    last.write_bytes(b"edited")
    run(place, commands)
    assert ("learn", []) in commands.run  # not taken for what the stage made
    assert (place / "learn.1/checkpoints/last.ckpt").read_bytes() == b"edited"


def test_a_changed_configuration_file_is_another_stage(place: Path, commands: Commands) -> None:
    both = stages(place)
    run_stages(both, place / "records", file_sha256, lambda _: None)
    commands.run.clear()
    both[1].configuration = "what it composes to now"
    run_stages(both, place / "records", file_sha256, lambda _: None)
    assert commands.run == [("make", ["overwrite=true"])]


def test_replacing_continues_until_it_succeeds(place: Path, commands: Commands) -> None:
    run(place, commands)
    Image.new("RGB", (4, 4), "red").save(place / "photos/a.png")
    commands.fail_in = "make"
    for _ in range(2):
        with pytest.raises(StageError):
            run(place, commands)
        assert commands.run[-1] == ("make", ["overwrite=true"])
    commands.fail_in = None
    run(place, commands)
    assert commands.run == [("make", ["overwrite=true"])]
    (place / "lr/a.png").unlink()
    run(place, commands)
    assert commands.run == [("make", [])]


@pytest.mark.parametrize("name", ["run (2)", "a=b", "[x]", "é, ß", "#1", "it's", "back\\"])
def test_command_lines_say_any_path(name: str) -> None:
    (override,) = command_line({"ckpt_path": f"/a/{name}"})
    parsed = OverridesParser.create().parse_override(override)
    assert not parsed.is_sweep_override()
    assert parsed.value() == f"/a/{name}"


def test_a_failed_stage_stops_the_rest_and_is_run_again(place: Path, commands: Commands) -> None:
    commands.fail_in = "make"
    with pytest.raises(StageError):
        run(place, commands)
    commands.fail_in = None
    run(place, commands)
    assert commands.run == [("make", [])]


def test_interrupted_training_resumes_from_its_checkpoint(place: Path, commands: Commands) -> None:
    commands.fail_in = "learn"
    with pytest.raises(StageError):
        run(place, commands)
    last = place / "learn/checkpoints/last.ckpt"
    last.parent.mkdir(parents=True)
    torch.save({"iteration": 3, "config": {"iterations": 5}}, last)
    commands.fail_in = None
    said = run(place, commands)
    assert commands.run == [("learn", [f"ckpt_path='{last}'"]), ("make", [])]
    assert said[0] == "learn: resumed"


def test_training_that_was_over_when_the_record_was_lost_is_not_run(
    place: Path, commands: Commands
) -> None:
    commands.fail_in = "learn"
    with pytest.raises(StageError):
        run(place, commands)
    last = place / "learn/checkpoints/last.ckpt"
    last.parent.mkdir(parents=True)
    torch.save({"iteration": 5, "config": {"iterations": 5}}, last)
    commands.fail_in = None
    run(place, commands)
    assert commands.run == [("make", [])]


def test_missing_pictures_are_named_before_anything_runs(place: Path, commands: Commands) -> None:
    (place / "photos/a.png").unlink()
    with pytest.raises(DataError, match="photos contains no images"):
        run(place, commands)
    assert commands.run == []


def test_a_stage_without_its_output_is_a_failure(place: Path) -> None:
    stage = Stage("nothing", "nosuchcommand", {}, None, [], str(place / "x"))
    with pytest.raises(StageError, match=r"'nothing' ended with exit code 1"):
        run_stages([stage], place / "records", file_sha256, lambda _: None)
