"""Videos through the network."""

import numpy as np
import pytest
import torch

from srrescgan.errors import DataError
from srrescgan.generators import SRResDNet
from srrescgan.inference import Predictor
from srrescgan.upscale.video import upscale_video
from srrescgan.videos import Encoding

av = pytest.importorskip("av")
from clips import write_clip  # noqa: E402


@pytest.fixture
def predictor() -> Predictor:
    generator = SRResDNet(features=4, blocks=1, alpha_init=9.0)  # that of the released weights
    with torch.no_grad():  # an untrained network would do next to nothing
        generator.model.conv_out.bias.fill_(30.0)
    return Predictor(generator)


def rgb(path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [
            frame.reformat(format="rgb24", dst_color_range=2).to_ndarray()
            for frame in container.decode(video=0)
        ]


def test_every_frame_equals_the_output_of_the_network(tmp_path, predictor) -> None:
    source, target, shares = tmp_path / "clip.mkv", tmp_path / "large.mkv", []
    write_clip(source, container="matroska", pixels="yuv444p", options={"crf": "0"})
    outcome = upscale_video(predictor, source, target, Encoding(crf=0), shares.append)
    assert (outcome.frames, outcome.bilinear, outcome.remarks) == (6, 0, ())
    assert shares == [pytest.approx(done / 6) for done in range(1, 7)]
    large = rgb(target)
    assert len(large) == 6
    for lr, sr in zip(rgb(source), large, strict=True):
        picture = torch.from_numpy(lr).permute(2, 0, 1)[None] / 255
        expected = (255 * predictor(picture)[0]).permute(1, 2, 0).numpy()
        # Rounded to RGB (1/2), to YUV in 219 and 224 levels, and to RGB again (1/2).
        assert np.abs(sr - expected).max() <= 1 + 0.5 * 255 / 219 + 0.89 * 255 / 224 + 1
        enlarged = torch.nn.functional.interpolate(picture, scale_factor=4, mode="bilinear")
        assert np.abs(255 * enlarged[0].permute(1, 2, 0).numpy() - sr).max() > 10


def test_flat_frames_are_counted(tmp_path) -> None:
    source = tmp_path / "clip.mp4"
    write_clip(source)
    untrained = Predictor(SRResDNet(features=4, blocks=1))  # leaves next to nothing of the residual
    assert upscale_video(untrained, source, tmp_path / "large.mp4", Encoding()).bilinear == 6


def test_too_small_a_video_is_named_and_nothing_written(tmp_path) -> None:
    source = tmp_path / "clip.mp4"
    write_clip(source, size=(2, 32), pixels="yuv444p")
    small = Predictor(SRResDNet(scale=3, features=4, blocks=1))
    with pytest.raises(DataError, match=r"clip.mp4: .*at least 3 x 3 pixels, got 2 x 32"):
        upscale_video(small, source, tmp_path / "large.mp4", Encoding())
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]
