"""Released weights by name."""

from pathlib import Path

import pytest

from srrescgan.errors import WeightsError
from srrescgan.weights.find import find_weights


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "released"
    folder.mkdir()
    monkeypatch.setenv("SRRESCGAN_WEIGHTS", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def test_a_file_is_itself_whatever_else_has_its_name(folder: Path, tmp_path: Path) -> None:
    (folder / "srrescgan").touch()
    (tmp_path / "srrescgan").touch()
    assert find_weights("srrescgan") == Path("srrescgan")


def test_a_name_and_a_bare_file_name_mean_the_folder(folder: Path) -> None:
    released = folder / "srrescgan_model.pth"
    released.touch()
    assert find_weights("srrescgan") == released
    assert find_weights("srrescgan_model.pth") == released


def test_without_the_variable_the_folder_is_weights(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SRRESCGAN_WEIGHTS")
    folder.rename(tmp_path / "weights")
    (tmp_path / "weights/srrescgan_model.pth").touch()
    assert find_weights("srrescgan").resolve() == tmp_path / "weights/srrescgan_model.pth"


def test_the_error_says_where_it_looked_and_what_may_be_meant(folder: Path) -> None:
    with pytest.raises(WeightsError, match=r"srresgan nor at .*released/srresgan") as error:
        find_weights("srresgan")
    assert "did you mean 'srrescgan'?" in str(error.value)
    assert "SRRESCGAN_WEIGHTS" in str(error.value)
    with pytest.raises(WeightsError) as error:
        find_weights("elsewhere/model.pth")  # a path is not looked for in the folder
    assert str(folder) not in str(error.value)
