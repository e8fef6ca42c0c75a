"""Known data sets, in miniature: what is missing or wrong is said, the rest is made once."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from known_sets import KNOWN, composed, lay_out, recipe

from srrescgan.config.build import build
from srrescgan.data import HRFolder
from srrescgan.data.pack import INDEX, PackedImage
from srrescgan.degrade import degrade_folder as degrading
from srrescgan.degrade.__main__ import degrade
from srrescgan.errors import DataError
from srrescgan.images import read_image, to_uint8, write_png
from srrescgan.prepare import content, packing
from srrescgan.prepare.__main__ import prepare
from srrescgan.prepare.content import RECORD


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """``run(name, "key=value", ...)`` prepares below ``tmp_path`` and returns what was printed."""

    def prepared(name: str, *overrides: str, subset: bool = True) -> str:
        capsys.readouterr()
        cfg = composed("prepare", f"dataset={name}", *overrides)
        cfg.paths.data_dir, cfg.subset = str(tmp_path), subset
        prepare(cfg)
        return capsys.readouterr().out

    return prepared


def refusal(run: Callable[..., str], *arguments: str, subset: bool = True) -> str:
    with pytest.raises(DataError) as error:
        run(*arguments, subset=subset)
    return str(error.value)


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder, with its time and content."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): (p.stat().st_mtime_ns, p.read_bytes()) for p in found}


def spoil(path: Path, keep_time: bool = False) -> None:
    """Change a byte in the middle of a file."""
    data, stat = bytearray(path.read_bytes()), path.stat()
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    if keep_time:
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


class TestMissing:
    @pytest.mark.parametrize("name", KNOWN)
    def test_every_folder_is_listed_with_its_content(self, run, tmp_path, name):
        data_set = recipe(name)
        message = refusal(run, name)
        for part in data_set.downloads.values():
            assert f"{data_set.root(tmp_path) / part.folder}\n    {part.what} (" in message
        assert data_set.source.strip() in message
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("name", KNOWN)
    def test_only_the_missing_one_is_asked_for(self, run, tmp_path, name):
        data_set = lay_out(name, tmp_path)
        *others, gone = data_set.downloads.values()
        root = data_set.root(tmp_path)
        for path in (root / gone.folder).iterdir():
            path.unlink()
        (root / f"{gone.folder}.zip").touch()
        before = files(tmp_path)
        message = refusal(run, name)
        assert f"1 of {len(data_set.downloads)} folders are missing or empty" in message
        assert f"unpack {root / gone.folder}.zip there" in message
        assert not any(f"{root / part.folder}\n" in message for part in others)
        assert files(tmp_path) == before

    def test_an_unverified_count_is_marked(self, run):
        assert "(about 2650 pictures, as far as this project knows)" in refusal(
            run, "ntire20_track1"
        )
        assert "(3450 pictures)" in refusal(run, "df2k")
        assert "(this project does not know how many)" in refusal(run, "aim20")


class TestChecks:
    def test_a_wrong_count_is_a_problem_unless_it_is_meant(self, run, tmp_path):
        lay_out("df2k", tmp_path)
        message = refusal(run, "df2k", subset=False)
        assert f"{tmp_path}/DF2K/HR holds 3 pictures, expected 3450: " in message
        assert f"{tmp_path}/DF2K/valid_HR holds 3 pictures, expected 100: " in message
        assert "subset=true" in message
        assert not (tmp_path / "DF2K" / RECORD).exists()
        run("df2k", "pack=false")

    def test_too_many_are_never_meant(self, run, tmp_path):
        lay_out("df2k", tmp_path)
        message = refusal(run, "df2k", "dataset.downloads.hr.count=2")
        assert "holds 3 pictures, expected 2: remove what does not belong there" in message

    def test_the_right_count_passes(self, run, tmp_path):
        lay_out("df2k", tmp_path)
        counts = ("dataset.downloads.hr.count=3", "dataset.downloads.valid_hr.count=3")
        assert "Ready." in run("df2k", "pack=false", *counts, subset=False)

    def test_an_unverified_count_is_reported_as_uncertain(self, run, tmp_path):
        lay_out("ntire20_track1", tmp_path)
        message = refusal(run, "ntire20_track1", subset=False)
        assert "expected about 800 (a number from memory, which may be wrong)" in message

    def test_all_problems_are_reported_at_once(self, run, tmp_path):
        root = lay_out("ntire20_track1", tmp_path).root(tmp_path)
        (root / "Corrupted-va-x/0001.png").rename(root / "Corrupted-va-x/other.png")
        write_png(root / "track1-valid-gt/0002.png", np.zeros((40, 40, 3), np.uint8))
        (root / "Corrupted-tr-x/0000.png").write_bytes(b"")
        write_png(root / "Corrupted-tr-y/0000.png", np.zeros((3, 40, 3), np.uint8))
        message = refusal(run, "ntire20_track1")
        for path, problem in (
            ("Corrupted-va-x/other.png", "has no hr image"),
            ("track1-valid-gt/0001.png", "has no lr image"),
            ("Corrupted-va-x/0002.png", "is 12 x 12 (height x width), expected 10 x 10"),
            ("Corrupted-tr-x/0000.png", "is empty"),
            ("Corrupted-tr-y/0000.png", "are too small for a patch"),
        ):
            assert any(
                str(root / path) in line and problem in line for line in message.splitlines()
            ), path
        assert not (root / RECORD).exists()

    def test_pairs_of_a_camera_are_matched_too(self, run, tmp_path):
        root = lay_out("aim20", tmp_path).root(tmp_path)
        (root / "train_LR/0001.png").unlink()
        assert f"{root}/train_HR/0001.png has no lr image" in refusal(run, "aim20")

    def test_pictures_that_will_be_cut_are_counted(self, run, tmp_path):
        root = lay_out("df2k", tmp_path).root(tmp_path)
        write_png(root / "HR/0000.png", np.zeros((41, 40, 3), np.uint8))
        out = run("df2k", "pack=false")
        assert "HR: 1 of 3 pictures are not a multiple of 4 pixels" in out
        assert "valid_HR: " not in out.replace("valid_HR: content recorded", "")


class TestContent:
    @pytest.fixture
    def root(self, run, tmp_path: Path) -> Path:
        """DF2K after a first run."""
        root = lay_out("df2k", tmp_path).root(tmp_path)
        assert "HR: content recorded" in run("df2k", "pack=false")
        return root

    def test_the_record_holds_the_hash_of_every_file(self, root):
        folders = json.loads((root / RECORD).read_text())["folders"]
        recorded = {
            f"{folder}/{name}": file["sha256"]
            for folder, record in folders.items()
            for name, file in record["files"].items()
        }
        pictures = root.rglob("*.png")
        assert recorded == {
            path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in pictures
        }

    def test_changed_and_deleted_files_are_named_until_accepted(self, run, root):
        spoil(root / "HR/0001.png")
        (root / "valid_HR/0002.png").unlink()
        (root / "HR/9999.png").write_bytes((root / "HR/0000.png").read_bytes())
        for _ in range(2):  # being told once does not make it right
            message = refusal(run, "df2k", "pack=false")
            assert "changed since they were recorded: 1 file (HR/0001.png)" in message
            assert "deleted since they were recorded: 1 file (valid_HR/0002.png)" in message
            assert "accept=true" in message
        run("df2k", "pack=false", "accept=true")
        assert "recorded" not in run("df2k", "pack=false")

    def test_new_files_are_named_and_recorded(self, run, root):
        (root / "HR/9999.png").write_bytes((root / "HR/0000.png").read_bytes())
        assert "1 file (HR/9999.png) new, recorded" in run("df2k", "pack=false")
        assert "new, recorded" not in run("df2k", "pack=false")

    def test_rot_that_leaves_size_and_time_is_found_by_reading_all(self, run, root):
        spoil(root / "HR/0001.png", keep_time=True)
        run("df2k", "pack=false")
        assert "HR/0001.png" in refusal(run, "df2k", "pack=false", "verify=true")

    def test_a_copy_with_other_times_is_the_same(self, run, root):
        for path in root.rglob("*.png"):
            os.utime(path, ns=(1, 1))
        assert "Nothing left to do." in run("df2k", "pack=false")

    def test_a_killed_first_run_resumes_without_complaints(self, run, tmp_path, monkeypatch):
        root = lay_out("df2k", tmp_path, count=12).root(tmp_path)
        monkeypatch.setattr(content, "_SAVE_EVERY", 1)
        read: list[str] = []

        def interrupted(path: Path) -> str:
            if path.name == "0009.png":
                raise KeyboardInterrupt
            return hash_of(path)

        def watched(path: Path) -> str:
            read.append(path.name)
            return hash_of(path)

        hash_of = content.file_sha256
        monkeypatch.setattr(content, "file_sha256", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run("df2k", "pack=false", "workers=1")
        spoil(root / "HR/0001.png")  # the user repairs a file meanwhile
        monkeypatch.setattr(content, "file_sha256", watched)
        assert "HR: content recorded" in run("df2k", "pack=false")
        in_hr = read[:-12]
        assert "0001.png" in in_hr
        assert "0000.png" not in in_hr
        assert "0005.png" not in in_hr

    def test_a_change_is_not_lost_while_another_folder_is_read_for_the_first_time(
        self, run, root, monkeypatch
    ):
        record = json.loads((root / RECORD).read_text())
        del record["folders"]["valid_HR"]
        (root / RECORD).write_text(json.dumps(record))
        monkeypatch.setattr(content, "_SAVE_EVERY", 1)
        spoil(root / "HR/0001.png")
        for _ in range(2):
            assert "HR/0001.png" in refusal(run, "df2k", "pack=false")

    @pytest.mark.parametrize("damage", ["{", '{"folders": {"HR": {}}}', '{"folders": 3}', "[]"])
    def test_a_damaged_record_is_refused_with_the_remedy(self, run, root, damage):
        (root / RECORD).write_text(damage)
        assert f"{root / RECORD} is damaged: delete it" in refusal(run, "df2k", "pack=false")


class TestChecksums:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        return lay_out("df2k", tmp_path).root(tmp_path)

    def write(self, path: Path, root: Path, algorithm: str, mark: str = "  ") -> Path:
        """A list of all of HR, as the tool of that name writes it."""
        lines = [
            hashlib.new(algorithm, file.read_bytes()).hexdigest() + mark + str(name)
            for file in sorted((root / "HR").iterdir())
            for name in [file.relative_to(path.parent if path.parent != root.parent else root)]
        ]
        path.write_text("\n".join(lines) + "\n")
        return path

    @pytest.mark.parametrize("algorithm", ["md5", "sha256"])
    @pytest.mark.parametrize("place", ["DF2K/HR/SUMS", "DF2K/SUMS", "SUMS"])
    def test_a_right_list_passes_and_a_wrong_file_is_named(
        self, run, root, tmp_path, algorithm, place
    ):
        sums = self.write(tmp_path / place, root, algorithm)
        out = run("df2k", "pack=false", f"checksums={sums}")
        assert f"{sums}: every listed file matches" in out
        spoil(root / "HR/0002.png")
        message = refusal(run, "df2k", "pack=false", "accept=true", f"checksums={sums}")
        assert f"{root}/HR/0002.png is not the published file ({algorithm} differs)" in message
        assert "0001.png" not in message

    def test_a_wrong_file_is_not_recorded_as_right(self, run, root):
        sums = self.write(root / "SUMS", root, "sha256", mark=" *")
        good = (root / "HR/0000.png").read_bytes()
        spoil(root / "HR/0000.png")
        refusal(run, "df2k", "pack=false", f"checksums={sums}")
        (root / "HR/0000.png").write_bytes(good)
        run("df2k", "pack=false", f"checksums={sums}")

    def test_a_listed_file_that_is_nowhere_is_named(self, run, root):
        sums = self.write(root / "SUMS", root, "md5")
        (root / "HR/0001.png").unlink()
        assert "HR/0001.png is listed in " in refusal(
            run, "df2k", "pack=false", f"checksums={sums}"
        )

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "holds no checksums"),
            ("abc  HR/0000.png\n", "line 1"),
            ("\n" + 64 * "0" + "  a\nMD5 (a) = 0\n", "line 3"),
        ],
    )
    def test_another_file_is_refused(self, run, root, text, said):
        (root / "SUMS").write_text(text)
        message = refusal(run, "df2k", "pack=false", f"checksums={root / 'SUMS'}")
        assert str(root / "SUMS") in message
        assert said in message

    def test_a_missing_list_is_refused(self, run, root):
        assert "checksums=none.txt" in refusal(run, "df2k", "pack=false", "checksums=none.txt")


CORRUPTED = {"df2k_noise8": ("noise8", "noise"), "df2k_jpeg30": ("jpeg30", "jpeg")}


class TestMade:
    @pytest.mark.parametrize("name", CORRUPTED)
    def test_the_source_domain_equals_the_output_of_degrade(self, run, tmp_path, name):
        folder, degradation = CORRUPTED[name]
        root = lay_out(name, tmp_path).root(tmp_path)
        run(name, "pack=false")
        own = tmp_path / "own"
        overrides = (f"input={root / 'HR'}", f"output={own}", f"degradation={degradation}")
        degrade(composed("degrade", *overrides, "scale=1", "device=cpu"))
        made = root / folder / "HR"
        assert sorted(p.name for p in made.glob("*.png")) == ["0000.png", "0001.png", "0002.png"]
        for path in made.glob("*.png"):
            assert np.array_equal(read_image(path), read_image(own / path.name))
            assert not np.array_equal(read_image(path), read_image(root / "HR" / path.name))
        settings = [json.loads((p / "manifest.json").read_text())["settings"] for p in (made, own)]
        assert settings[0] == settings[1]

    @pytest.mark.parametrize("name", CORRUPTED)
    def test_validation_lr_are_those_of_validation_on_the_fly(self, run, tmp_path, name):
        folder, _ = CORRUPTED[name]
        root = lay_out(name, tmp_path).root(tmp_path)
        run(name, "pack=false")
        data = (
            "experiment=df2k_noise8",
            f"degradation={folder}",
            f"paths.data_dir={tmp_path}",
            "num_workers=0",
        )
        datamodule = build(composed("train", *data).data)
        (loader,) = datamodule.val_dataloader()
        for batch in loader:
            lr = datamodule.on_after_batch_transfer(batch, 0)["lr"]
            stored = read_image(root / folder / "valid_LR" / f"{batch['name'][0]}.png")
            assert np.array_equal(to_uint8(lr[0]), stored)

    def test_only_lost_outputs_are_generated_again(self, run, tmp_path):
        root = lay_out("df2k_noise8", tmp_path).root(tmp_path)
        run("df2k_noise8", "pack=false")
        before = files(root)
        (root / "noise8/HR/0001.png").unlink()
        assert "noise8/HR: 1 pictures made from HR" in run("df2k_noise8", "pack=false")
        after = files(root)
        assert after["noise8/HR/0001.png"][1] == before["noise8/HR/0001.png"][1]
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {"noise8/HR/0001.png", "noise8/HR/manifest.json"}

    def test_a_damaged_picture_is_generated_again_when_all_is_read(self, run, tmp_path):
        root = lay_out("df2k_noise8", tmp_path).root(tmp_path)
        run("df2k_noise8", "pack=false")
        good = (root / "noise8/HR/0001.png").read_bytes()
        spoil(root / "noise8/HR/0001.png", keep_time=True)
        run("df2k_noise8", "pack=false", "verify=true")
        assert (root / "noise8/HR/0001.png").read_bytes() == good

    def test_derived_folders_follow_an_accepted_change(self, run, tmp_path):
        root = lay_out("df2k_noise8", tmp_path).root(tmp_path)
        run("df2k_noise8", "pack=false")
        write_png(root / "HR/0001.png", np.zeros((48, 48, 3), np.uint8))
        out = run("df2k_noise8", "pack=false", "accept=true")
        assert "noise8/HR: 1 pictures made from HR" in out
        assert read_image(root / "noise8/HR/0001.png").max() < 60

    def test_pictures_of_somebody_else_are_not_replaced(self, run, tmp_path):
        root = lay_out("df2k_noise8", tmp_path).root(tmp_path)
        own = root / "noise8/HR/0001.png"
        write_png(own, np.zeros((8, 8, 3), np.uint8))
        before = own.read_bytes()
        message = refusal(run, "df2k_noise8", "pack=false")
        assert f"move {root / 'noise8/HR'} away" in message
        assert own.read_bytes() == before


class TestPacks:
    @pytest.mark.parametrize("name", KNOWN)
    def test_training_folders_are_read_from_packs_with_the_same_pixels(self, run, tmp_path, name):
        data_set = lay_out(name, tmp_path)
        run(name)
        packed = {path.parent for path in tmp_path.rglob(INDEX)}
        root = data_set.root(tmp_path)
        assert packed == {root / folder for folder in data_set.training_folders()}
        assert packed or name in ("benchmark", "measured")  # nothing is trained on them
        for folder in packed:
            pictures = HRFolder(str(folder), 1).pictures
            assert sorted(f"{picture}.png" for picture in pictures) == sorted(
                path.name for path in folder.glob("*.png")
            )
            for stem, roles in pictures.items():
                assert isinstance(roles["hr"], PackedImage)
                assert np.array_equal(roles["hr"].read(), read_image(folder / f"{stem}.png"))

    @pytest.mark.parametrize("name", ["df2k_noise8", "aim20"])
    def test_a_second_run_reads_and_writes_nothing(self, run, tmp_path, name, monkeypatch):
        lay_out(name, tmp_path)
        assert "pictures packed" in run(name)
        before = files(tmp_path)

        def never(path: Path) -> str:
            raise AssertionError(f"{path} was read again")

        for module in (content, degrading, packing):
            monkeypatch.setattr(module, "file_sha256", never)
        assert "Nothing left to do." in run(name)
        assert files(tmp_path) == before

    def test_new_pictures_come_into_the_pack(self, run, tmp_path):
        root = lay_out("df2k", tmp_path).root(tmp_path)
        run("df2k")
        write_png(root / "HR/0003.png", np.full((48, 48, 3), 7, np.uint8))
        with pytest.raises(DataError, match="HR"):  # a pack that lacks a picture is not read
            HRFolder(str(root / "HR"), 4).names  # noqa: B018
        run("df2k")
        assert HRFolder(str(root / "HR"), 4).names == ["0000", "0001", "0002", "0003"]
        assert torch.all(HRFolder(str(root / "HR"), 4)[3]["hr"] == 7 / 255)

    @pytest.mark.parametrize("pack", ["true", "false"])
    def test_a_pack_never_outlives_an_accepted_change(self, run, tmp_path, pack):
        root = lay_out("df2k_noise8", tmp_path).root(tmp_path)
        run("df2k_noise8")
        write_png(root / "HR/0001.png", np.full((48, 44, 3), 7, np.uint8))
        run("df2k_noise8", "accept=true", f"pack={pack}")
        for folder in ("HR", "noise8/HR"):
            seen = HRFolder(str(root / folder), 4)[1]["hr"]
            assert np.array_equal(to_uint8(seen), read_image(root / folder / "0001.png"))
            assert (root / folder / INDEX).exists() == (pack == "true")
        assert torch.all(HRFolder(str(root / "HR"), 4)[1]["hr"] == 7 / 255)

    def test_a_folder_of_which_only_the_pack_was_kept_is_still_there(self, run, tmp_path):
        root = lay_out("aim20", tmp_path).root(tmp_path)
        run("aim20")
        for path in root.glob("train_*/*.png"):
            path.unlink()
        assert "Ready." in run("aim20")

    def test_an_unfinished_pack_does_not_stop_the_checks(self, run, tmp_path):
        root = lay_out("aim20", tmp_path).root(tmp_path)
        run("aim20")
        (root / "train_HR" / INDEX).unlink()  # as a killed packing leaves it
        assert HRFolder(str(root / "train_HR"), 4).names == ["0000", "0001", "0002"]
        assert "train_HR: 3 pictures packed" in run("aim20")
