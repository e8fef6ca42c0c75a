"""``srrescgan NAME ...`` and ``python -m srrescgan NAME ...`` run the command NAME."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from commands import run

import srrescgan
from srrescgan.__main__ import commands, main

PACKAGE = Path(srrescgan.__file__).parent


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_alone_it_lists_every_command_with_a_line_each(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(sys, "argv", ["srrescgan", *arguments])
    assert main() == 0
    lines = capsys.readouterr().out.splitlines()
    listed = [line.split(maxsplit=1) for line in lines if line.startswith("  ")]
    assert [name for name, _ in listed] == sorted(
        path.parent.name for path in PACKAGE.glob("*/__main__.py")
    )
    for name, text in listed:
        docstring = ast.get_docstring(ast.parse((PACKAGE / name / "__main__.py").read_text()))
        assert text
        assert docstring
        assert docstring.startswith(text)
        assert len(f"  {text}") <= 80
        assert "`" not in text


def test_the_list_is_printed_without_slow_imports() -> None:
    code = (
        "import sys; sys.argv = ['srrescgan']; from srrescgan.__main__ import main; main();"
        "print({'torch', 'hydra', 'numpy', 'pytorch_lightning'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize(
    ("name", "nearest"), [("tran", "train"), ("Eval", "eval"), ("up-scale", "upscale")]
)
def test_a_mistyped_command_is_answered_with_the_nearest(
    name: str,
    nearest: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    monkeypatch.setattr(sys, "argv", ["srrescgan", name, "input=a"])
    assert main() == 2
    shown = capsys.readouterr()
    assert f"{name!r}; did you mean {nearest!r}?" in shown.err
    assert len(shown.err.splitlines()) == 1
    assert shown.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("upscale", "inptu=a"),
        ("sweeps",),
        ("sweeps", "no/such/folder"),
        ("train", "experiment=ntire20_track1", "paths.data_dir=nowhere"),
        ("export", "--help"),
    ],
)
def test_a_command_ends_as_it_does_under_its_own_name(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    own = run(*arguments, cwd=tmp_path)
    ours = run("__main__", *arguments, cwd=tmp_path)
    assert (ours.returncode, ours.stdout, ours.stderr) == (own.returncode, own.stdout, own.stderr)
    assert ours.returncode == (0 if "--help" in arguments else 2)


def test_a_target_may_name_a_module_in_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from srrescgan.losses import TVLoss\n")
    overrides = ["experiment=demo", "+loss.mine={_target_:mine.TVLoss,wieght:1}"]
    done = run("__main__", "train", *overrides, cwd=tmp_path)  # the folder is not in its path
    assert "'loss.mine.wieght': not an argument of mine.TVLoss; did you mean 'weight'" in (
        done.stderr
    )
    assert done.returncode == 2


def test_a_multirun_runs_every_job(tmp_path: Path) -> None:
    done = run(
        *("__main__", "train", "-m", "experiment=demo", "debug=smoke", "iterations=1", "seed=1,2"),
        *("validate_every=1", "metric=[psnr]", "callback=[checkpoint]", "patch_size=32"),
        *("generator.features=4", "discriminator.features=4", f"output_dir={tmp_path / 'sweep'}"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    records = [json.loads(path.read_text()) for path in tmp_path.glob("sweep/*/job.json")]
    assert [record["status"] for record in records] == ["finished"] * 2
    assert sorted(record["overrides"] for record in records) == [["seed=1"], ["seed=2"]]


def test_every_command_has_a_folder_and_a_description() -> None:
    assert {"train", "eval", "upscale", "export", "doctor"} <= commands().keys()
    assert all(commands().values())
