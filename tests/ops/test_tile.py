import pytest
import torch

from srrescgan.ops.tile import Span, in_tiles, row_of_tiles, spans


@pytest.mark.parametrize("halo", [0, 1, 7])
@pytest.mark.parametrize(("length", "tile"), [(1, 1), (5, 8), (8, 8), (9, 8), (100, 7), (13, 1)])
def test_cores_cover_the_axis_once_and_context_is_all_the_halo_there_is(length, tile, halo):
    axis = list(range(length))
    found = spans(length, tile, halo)
    assert [pixel for span in found for pixel in axis[span.core]] == axis
    assert len(found) == -(-length // tile)
    for span in found:
        core, context = axis[span.core], axis[span.context]
        assert 1 <= len(core) <= tile
        assert context[0] == max(0, core[0] - halo)
        assert context[-1] == min(length - 1, core[-1] + halo)
        assert context[span.inner] == core


def test_tiles_are_of_nearly_equal_length():
    lengths = {span.core.stop - span.core.start for span in spans(1025, 512, 18)}
    assert lengths == {341, 342}  # and not 512, 512, 1: a sliver costs a halo like any other


@pytest.mark.parametrize("arguments", [(0, 1, 0), (1, 0, 0), (1, 1, -1)])
def test_values_that_cut_nothing_are_refused(arguments):
    with pytest.raises(ValueError, match="at least"):
        spans(*arguments)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_tiles_of_an_enlarging_function_are_the_whole(scale: int, batch: int) -> None:
    torch.manual_seed(0)
    convolution = torch.nn.Conv2d(3, 3 * scale**2, 5, padding=2)

    def local(image: torch.Tensor) -> torch.Tensor:
        return torch.pixel_shuffle(convolution(image), scale)

    image = torch.rand(2, 3, 17, 23)
    with torch.no_grad():
        whole = local(image)
        assert torch.allclose(in_tiles(local, image, 5, 2, scale), whole, atol=1e-6)
        rows, columns = Span.around(4, 9, 17, 2), spans(23, 5, 2)
        band = row_of_tiles(local, image, rows, columns, scale, batch)
    assert torch.allclose(band, whole[..., 4 * scale : 9 * scale, :], atol=1e-6)
