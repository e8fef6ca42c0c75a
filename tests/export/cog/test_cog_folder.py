"""The folder for Cog."""

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from small_network import CONFIG, small_network

from srrescgan.errors import ConfigError, DataError, WeightsError
from srrescgan.export.cog import cog_folder, write_cog
from srrescgan.generators import SRResDNet
from srrescgan.inference import Predictor, UpscaleOptions

yaml = pytest.importorskip("yaml")
cog = pytest.importorskip("cog")


@pytest.fixture(scope="module")
def generator() -> SRResDNet:
    return small_network()


@pytest.fixture(scope="module")
def folder(generator, tmp_path_factory):
    """Exported once: that starts a Python which runs the folder's own code."""
    path = tmp_path_factory.mktemp("exported") / "My Camera x2"
    assert "cog run" in write_cog(generator, CONFIG, path)
    return path


@pytest.fixture(scope="module")
def runner(folder):
    """As Cog's server loads it, set up."""
    from cog.predictor import load_predictor_from_ref

    runner = load_predictor_from_ref(f"{folder}/run.py:Runner")
    runner.setup()
    return runner


@pytest.fixture
def upscale(runner):
    """``upscale(file, ensemble=True)`` with Cog's own defaults and checks for the rest."""
    from cog._inspector import check_input, create_predictor

    inputs = create_predictor("run", "Runner").inputs
    return lambda image, **given: Image.open(
        runner.run(**check_input(inputs, {"image": str(image), **given}))
    )


def test_cog_yaml_describes_the_model(folder) -> None:
    told = yaml.safe_load((folder / "cog.yaml").read_text())
    assert told["run"] == "run.py:Runner"
    assert told["build"]["gpu"] is True
    pinned = (folder / told["build"]["python_requirements"]).read_text().splitlines()
    assert {line.split("==")[0] for line in pinned} >= {"torch", "numpy", "pillow", "safetensors"}
    assert not any("+" in line for line in pinned)  # no registry has torch==2.11.0+cpu


def test_cog_reads_typed_inputs(runner) -> None:
    from cog._inspector import create_predictor

    told = create_predictor("run", "Runner")
    kinds = {name: field.type.python_type_name() for name, field in told.inputs.items()}
    assert kinds == {
        "image": "Path",
        "ensemble": "bool",
        "tile": "int",
        "output_format": "str",
        "quality": "int",
        "keep_metadata": "bool",
    }
    assert all(field.description for field in told.inputs.values())
    assert (told.inputs["quality"].ge, told.inputs["quality"].le) == (1, 100)


@pytest.mark.parametrize("ensemble", [False, True])
def test_a_picture_comes_out_as_we_make_it(upscale, generator, tmp_path, ensemble) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    made = np.asarray(upscale(tmp_path / "a.png", ensemble=ensemble))
    lr = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255
    expected = (
        (255 * Predictor(generator, UpscaleOptions(ensemble))(lr)[0])
        .round()
        .permute(1, 2, 0)
        .numpy()
    )
    assert np.abs(made - expected).max() <= 1


def test_transparency_and_format_are_kept_to(upscale, tmp_path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 12, 4), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    large = upscale(tmp_path / "a.png", output_format="webp", quality=80)
    assert (large.format, large.mode, large.size) == ("WEBP", "RGBA", (24, 18))


def test_sixteen_bits_are_kept(upscale, tmp_path) -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (9, 12, 3), np.uint16)
    cv2.imwrite(str(tmp_path / "a.png"), pixels)
    made = cv2.imread(str(upscale(tmp_path / "a.png").filename), cv2.IMREAD_UNCHANGED)
    assert (made.dtype, made.shape) == (np.uint16, (18, 24, 3))


def test_a_file_that_is_no_picture_gets_a_one_sentence_message(upscale, tmp_path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"a\.png"):
        upscale(tmp_path / "a.png")


def test_a_folder_that_upscales_otherwise_is_not_left_behind(
    generator, tmp_path, monkeypatch
) -> None:
    def black(program, folder, pictures, *rest, **options):
        return [np.zeros((2 * p.shape[0], 2 * p.shape[1], 3), np.uint8) for p in pictures]

    monkeypatch.setattr(cog_folder, "upscale_in_subprocess", black)
    with pytest.raises(WeightsError, match="differs from PyTorch"):
        write_cog(generator, CONFIG, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_without_cog_the_extra_is_named(generator, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(cog_folder, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"srrescgan\[cog\]"):
        write_cog(generator, CONFIG, tmp_path / "x")
