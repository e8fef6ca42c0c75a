"""Engines: what computes the costly, local part of a network."""

import warnings
from typing import Any, Protocol

import torch
from torch import Tensor

from srrescgan.errors import ConfigError, nearest
from srrescgan.inference.local_part import LocalPart
from srrescgan.layers.weight_norm import fold_weight_norm
from srrescgan.types import WHOLE, Edges

ENGINES = ("torch", "compile", "openvino")

# Side of a tile in pixels of the features. On a CPU the output of one layer has to fit into the
# cache (64 channels of 320 x 320 float32 numbers are 26 MB): `make bench` has times by size. An
# accelerator needs work for all of its units, and has the memory.
_CPU_TILE, _ACCELERATOR_TILE = 320, 1024
# OpenVINO does its own blocking, so that larger tiles only save their halos.
_OPENVINO_TILE = 1024


class Engine(Protocol):
    """Computes the local part of a generator."""

    tile: int
    """Side of the tiles that suits it, in pixels of what it is given."""

    def __call__(self, tiles: Tensor, edges: Edges = WHOLE) -> Tensor:
        """Float32 to float32, on the device of ``tiles``.

        The result lacks the ``margin`` of the :class:`LocalPart` at every side that is a cut.
        """
        ...


def make_engine(name: str, part: LocalPart, device: torch.device, dtype: torch.dtype) -> Engine:
    """Make one of :data:`ENGINES` for the local part of a generator, which is not changed.

    Raises:
        ConfigError: there is no such engine, its package is missing, or it does not run there.
    """
    match name:
        case "torch":
            return TorchEngine(part, device, dtype)
        case "compile":
            return TorchEngine(part, device, dtype, compiled=True)
        case "openvino":
            if device.type != "cpu":
                raise ConfigError(f"engine=openvino computes on the CPU, not on {device}")
            return OpenVINOEngine(part, dtype)
    raise ConfigError(f"engine={name}: must be {', '.join(ENGINES)}{nearest(name, ENGINES)}")


class TorchEngine:
    """PyTorch: plain weights, channels last, in the given type.

    Args:
        part: copied.
        device: where to compute.
        dtype: of the convolutions.
        compiled: through ``torch.compile``, which takes a minute first; for accelerators.
    """

    def __init__(
        self,
        part: LocalPart,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
        compiled: bool = False,
    ) -> None:
        network = fold_weight_norm(part).to(device, dtype)
        # torch's own signature of Module.to leaves out memory_format.
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        # One graph for every size, and the same for tiles in the middle and at a border.
        self._whole = torch.compile(self._network, dynamic=True) if compiled else None
        self._margin = part.margin
        self.dtype = dtype
        self.tile = _CPU_TILE if device.type == "cpu" else _ACCELERATOR_TILE

    def __call__(self, tiles: Tensor, edges: Edges = WHOLE) -> Tensor:
        """Compute."""
        tiles = tiles.to(self.dtype).contiguous(memory_format=torch.channels_last)
        if self._whole is not None:
            return edges.crop(self._whole(tiles), self._margin).float()
        return self._network(tiles, edges).float()


class OpenVINOEngine:
    """OpenVINO on the CPU, which fuses each activation with its convolution.

    Args:
        part: converted at the first call, which takes some seconds.
        dtype: of the convolutions.

    Raises:
        ConfigError: the package is missing.
    """

    tile = _OPENVINO_TILE

    def __init__(self, part: LocalPart, dtype: torch.dtype = torch.float32) -> None:
        try:
            import openvino
        except ImportError as error:
            raise ConfigError(
                "engine=openvino needs a package: pip install 'srrescgan[openvino]', or give"
                " engine=torch"
            ) from error
        self._openvino = openvino
        self._part = part
        self._precision = {torch.float32: "f32", torch.bfloat16: "bf16"}[dtype]
        self._request: Any = None

    def __call__(self, tiles: Tensor, edges: Edges = WHOLE) -> Tensor:
        """Compute; the margin, which is wrong because of padding, is cropped."""
        if self._request is None:
            self._request = self._compile()
        result = self._request.infer({0: tiles.contiguous().numpy()}, share_inputs=True)
        return edges.crop(torch.from_numpy(result[0]), self._part.margin)

    def _compile(self) -> Any:
        network = fold_weight_norm(self._part).eval()
        shapes = dict.fromkeys((0, 2, 3), torch.export.Dim.DYNAMIC)
        example = torch.zeros(2, 3, 32, 40)
        with torch.no_grad(), warnings.catch_warnings():
            # PyTorch's own, about its own names.
            warnings.simplefilter("ignore", FutureWarning)
            program = torch.export.export(
                network,
                (example,),
                dynamic_shapes=(shapes,),
                # Torch cannot prove that padding to a multiple never cuts.
                prefer_deferred_runtime_asserts_over_guards=True,
            )
            model = self._openvino.convert_model(program)
        settings = {
            "INFERENCE_PRECISION_HINT": self._precision,
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        }
        return self._openvino.Core().compile_model(model, "CPU", settings).create_infer_request()
