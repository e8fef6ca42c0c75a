"""Engines: what computes the costly, local part of a network."""

import warnings
from collections.abc import Callable
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError, nearest
from srrescgan.layers.weight_norm import fold_weight_norm
from srrescgan.types import WHOLE, Edges, ProjectedGenerator

ENGINES = ("torch", "compile", "openvino")

# Side of a tile in pixels of the features. On a CPU the output of one layer has to fit into the
# cache (64 channels of 320 x 320 float32 numbers are 26 MB): `make bench` has times by size. An
# accelerator needs work for all of its units, and has the memory.
_CPU_TILE, _ACCELERATOR_TILE = 320, 1024
# OpenVINO does its own blocking, so that larger tiles only save their halos.
_OPENVINO_TILE = 1024


class Engine(Protocol):
    """Computes the local part of a generator.

    For a :class:`~srrescgan.types.ProjectedGenerator` this is ``residual``, whose result lacks the
    halo at every side that is a cut. For any other generator it is the whole network, for which
    ``edges`` has no meaning.
    """

    tile: int
    """Side of the tiles that suits it, in pixels of what it is given."""

    def __call__(self, pieces: Tensor, edges: Edges = WHOLE) -> Tensor:
        """Float32 to float32, on the device of ``pieces``."""
        ...


def make_engine(
    name: str, generator: nn.Module, device: torch.device, dtype: torch.dtype
) -> Engine:
    """Make one of :data:`ENGINES` for a generator, which is not changed.

    Raises:
        ConfigError: there is no such engine, its package is missing, or it does not run there.
    """
    match name:
        case "torch":
            return TorchEngine(generator, device, dtype)
        case "compile":
            return TorchEngine(generator, device, dtype, compiled=True)
        case "openvino":
            if device.type != "cpu":
                raise ConfigError(f"engine=openvino computes on the CPU, not on {device}")
            return OpenVINOEngine(generator, dtype)
    raise ConfigError(f"engine={name}: must be {', '.join(ENGINES)}{nearest(name, ENGINES)}")


class TorchEngine:
    """PyTorch: plain weights, channels last, in the given type.

    Args:
        generator: copied.
        device: where to compute.
        dtype: of the convolutions.
        compiled: through ``torch.compile``, which takes a minute first; for accelerators.
    """

    def __init__(
        self,
        generator: nn.Module,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
        compiled: bool = False,
    ) -> None:
        network = fold_weight_norm(generator).to(device, dtype)
        # torch's own signature of Module.to leaves out memory_format.
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if isinstance(network, ProjectedGenerator) and not compiled:
            self.local: Callable[[Tensor, Edges], Tensor] = network.residual
        else:
            # Compiled: one graph for every size, and the same for tiles in the middle and at a
            # border.
            whole = torch.compile(_Local(network), dynamic=True) if compiled else network
            halo = _cut_halo(generator)
            self.local = lambda pieces, edges: edges.crop(whole(pieces), halo)
        self.dtype = dtype
        self.tile = _CPU_TILE if device.type == "cpu" else _ACCELERATOR_TILE

    def __call__(self, pieces: Tensor, edges: Edges = WHOLE) -> Tensor:
        """Compute."""
        pieces = pieces.to(self.dtype).contiguous(memory_format=torch.channels_last)
        return self.local(pieces, edges).float()


class OpenVINOEngine:
    """OpenVINO on the CPU, which fuses each activation with its convolution.

    Args:
        generator: converted at the first call, which takes some seconds.
        dtype: of the convolutions.

    Raises:
        ConfigError: the package is missing.
    """

    tile = _OPENVINO_TILE

    def __init__(self, generator: nn.Module, dtype: torch.dtype = torch.float32) -> None:
        try:
            import openvino
        except ImportError as error:
            raise ConfigError(
                "engine=openvino needs a package: pip install 'srrescgan[openvino]', or give"
                " engine=torch"
            ) from error
        self._openvino = openvino
        self._generator = generator
        self._precision = {torch.float32: "f32", torch.bfloat16: "bf16"}[dtype]
        self._request: Any = None

    def __call__(self, pieces: Tensor, edges: Edges = WHOLE) -> Tensor:
        """Compute; the halo, which is wrong because of padding, is cropped."""
        if self._request is None:
            self._request = self._compile()
        result = self._request.infer({0: pieces.contiguous().numpy()}, share_inputs=True)
        return edges.crop(torch.from_numpy(result[0]), _cut_halo(self._generator))

    def _compile(self) -> Any:
        network = _Local(fold_weight_norm(self._generator)).eval()
        size = torch.export.Dim("height", min=4), torch.export.Dim("width", min=4)
        shapes = {0: torch.export.Dim("batch"), 2: size[0], 3: size[1]}
        example = torch.zeros(2, 3, 32, 40)
        with torch.no_grad(), warnings.catch_warnings():
            # PyTorch's own, about its own names.
            warnings.simplefilter("ignore", FutureWarning)
            program = torch.export.export(network, (example,), dynamic_shapes=(shapes,))
            model = self._openvino.convert_model(program)
        settings = {
            "INFERENCE_PRECISION_HINT": self._precision,
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        }
        return self._openvino.Core().compile_model(model, "CPU", settings).create_infer_request()


class _Local(nn.Module):
    """The local part of a generator as a module of one input."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.is_projected = isinstance(network, ProjectedGenerator)

    def forward(self, pieces: Tensor) -> Tensor:
        if self.is_projected:
            return cast(ProjectedGenerator, self.network).residual(pieces, WHOLE)
        return self.network(pieces)


def _cut_halo(generator: nn.Module) -> int:
    """Pixels to crop at cut sides; 0 for a local generator, whose caller crops."""
    return generator.residual_halo if isinstance(generator, ProjectedGenerator) else 0
