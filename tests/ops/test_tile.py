import pytest
import torch

from srrescgan.ops.tile import in_tiles, spans


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


@pytest.mark.parametrize("grid", [1, 2, 4])
def test_contexts_begin_on_the_grid_seen_from_either_end(grid):
    for length in range(1, 40):
        for span in spans(length, 7, 3, grid):
            assert span.context.start % grid == 0
            assert (length - span.context.stop) % grid == 0
            assert span.context.start <= max(0, span.core.start - 3)
            assert span.context.stop >= min(length, span.core.stop + 3)
            assert span.context.start >= span.core.start - 3 - grid + 1
            assert span.context.stop <= span.core.stop + 3 + grid - 1
            assert span.context.start + span.inner.start == span.core.start


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_tiles_of_an_enlarging_function_are_the_whole(scale: int) -> None:
    torch.manual_seed(0)
    convolution = torch.nn.Conv2d(3, 3 * scale**2, 5, padding=2)

    def local(image: torch.Tensor) -> torch.Tensor:
        return torch.pixel_shuffle(convolution(image), scale)

    image = torch.rand(2, 3, 17, 23)
    with torch.no_grad():
        assert torch.allclose(in_tiles(local, image, 5, 2, scale), local(image), atol=1e-6)


@pytest.mark.parametrize("grid", [2, 4])
def test_tiles_of_a_function_that_reads_blocks_are_the_whole(grid: int) -> None:
    torch.manual_seed(0)
    convolution = torch.nn.Conv2d(3 * grid**2, 3 * grid**2, 3, padding=1)

    def local(image: torch.Tensor) -> torch.Tensor:
        height, width = image.shape[-2:]
        padded = torch.nn.functional.pad(image, (0, -width % grid, 0, -height % grid))
        blocks = torch.pixel_unshuffle(padded, grid)
        return torch.pixel_shuffle(convolution(blocks), grid)[..., :height, :width]

    halo = 2 * grid - 1  # the block beside the own one, and what is left of the own one
    with torch.no_grad():
        for size in ((17, 23), (16, 20), (1, 30), (3, 3)):
            image = torch.rand(1, 3, *size)
            tiled = in_tiles(local, image, 5, halo, grid=grid)
            assert torch.allclose(tiled, local(image), atol=1e-6)
