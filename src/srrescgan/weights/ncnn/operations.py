"""Operations of a network, numbered, so that two networks can be compared.

The same operation on the same inputs has the same number, whatever a file calls it and however it
spells it: an activation within a convolution or in a line of its own, a residual factor within a
sum or in a multiplication before it.
"""

from collections.abc import Callable, Iterable, Mapping

from srrescgan.errors import WeightsError
from srrescgan.weights.ncnn.param_file import Layer

Operation = tuple[str | int | float | tuple[float, ...], ...]
"""Name, numbers of its inputs, settings; see the methods of :class:`Operations`."""
Value = tuple[int, float]
"""Number of an operation, and a factor on its result."""

_LEAKY = 2
_RELU = 1
_SUM, _ADD, _MULTIPLY = 1, 0, 2
_NEAREST = 1


class Operations:
    """Numbers the operations of a network in the order in which they are added."""

    def __init__(self) -> None:
        self.numbers: dict[Operation, int] = {}

    def add(self, operation: Operation) -> int:
        """The number of an operation, a new one if it is not known."""
        return self.numbers.setdefault(operation, len(self.numbers))

    def input(self) -> int:
        """The lr image."""
        return self.add(("input",))

    def conv(self, x: int, inputs: int, outputs: int, kernel: int = 3) -> int:
        """A convolution with bias, stride 1 and zero padding that keeps the size."""
        return self.add(("conv", x, inputs, outputs, kernel))

    def leaky(self, x: int, slope: float = 0.2) -> int:
        """A leaky ReLU."""
        return self.add(("leaky", x, slope))

    def prelu(self, x: int, channels: int) -> int:
        """A ReLU with one learned slope per channel."""
        return self.add(("prelu", x, channels))

    def concat(self, xs: Iterable[int]) -> int:
        """Channels side by side."""
        return self.add(("concat", *xs))

    def sum(self, *terms: Value) -> int:
        """Sum of values times their factors."""
        return self.add(("sum", *sorted(terms)))

    def nearest(self, x: int, factor: int) -> int:
        """Nearest-neighbor enlargement."""
        return self.add(("nearest", x, factor))

    def pixel_shuffle(self, x: int, factor: int) -> int:
        """Channels to pixels, in PyTorch's order."""
        return self.add(("pixel_shuffle", x, factor))


def result_of(layer: Layer, values: list[Value], find: Callable[[Operation], int]) -> Value:
    """What a layer computes.

    Args:
        layer: the layer.
        values: its inputs.
        find: gives the number of an operation; called in the order of computation.

    Raises:
        WeightsError: the layer, or an option of it, is in none of the networks that are read.
    """
    if layer.kind == "Split":
        return values[0]
    if layer.kind == "BinaryOp" and layer.option(1, 0) == 1:
        _check_options(layer, {1, 2}, {0: (_MULTIPLY, _ADD)})
        return values[0][0], _rounded(values[0][1] * layer.option(2, 0))
    if layer.kind in ("BinaryOp", "Eltwise"):
        return find(("sum", *sorted(_terms(layer, values)))), 1.0
    if any(factor != 1 for _, factor in values):
        raise WeightsError(f"{layer.place}: {layer.kind} reads a multiplied value; expected a sum")
    return _single(layer, [number for number, _ in values], find), 1.0


def _single(layer: Layer, xs: list[int], find: Callable[[Operation], int]) -> int:
    """The result of a layer that takes its inputs as they are."""
    match layer.kind:
        case "Input":
            return find(("input",))
        case "Convolution":
            return _convolution(layer, xs[0], find)
        case "PReLU":
            _check_options(layer, {0}, {})
            return find(("prelu", xs[0], int(layer.option(0, 0))))
        case "ReLU":
            _check_options(layer, {0}, {})
            return find(("leaky", xs[0], _rounded(layer.option(0, 0))))
        case "Concat":
            _check_options(layer, set(), {})
            return find(("concat", *xs))
        case "PixelShuffle":
            _check_options(layer, {0}, {})
            return find(("pixel_shuffle", xs[0], int(layer.option(0, 1))))
        case "Interp":
            factor = layer.option(1, 1)
            _check_options(layer, {1}, {0: (_NEAREST, 0), 2: (factor, 1)})
            return find(("nearest", xs[0], factor))
    raise WeightsError(
        f"{layer.place}: layers of the kind {layer.kind} are not read; expected a network of"
        " Convolution, ReLU, PReLU, Concat, Eltwise, BinaryOp, Interp and PixelShuffle"
    )


def kernel_and_inputs(layer: Layer) -> tuple[int, int, int]:
    """Outputs, inputs and kernel side of a convolution.

    Raises:
        WeightsError: the number of its weights does not fit them.
    """
    outputs, kernel, count = (int(layer.option(number, 0)) for number in (0, 1, 6))
    inputs, remainder = divmod(count, max(1, outputs * kernel**2))
    if min(outputs, kernel, inputs) < 1 or remainder:
        raise WeightsError(
            f"{layer.place}: {count} weights for {outputs} outputs and a kernel of {kernel} x"
            f" {kernel}"
        )
    return outputs, inputs, kernel


def _convolution(layer: Layer, x: int, find: Callable[[Operation], int]) -> int:
    outputs, inputs, kernel = kernel_and_inputs(layer)
    same = kernel // 2
    once = dict.fromkeys((2, 3, 12, 13), (1, 1))  # dilation and stride
    padding = {4: (same, 0), **dict.fromkeys((14, 15, 16), (same, same))}
    fixed = {5: (1, 0), 11: (kernel, kernel), **once, **padding}  # 5: has a bias
    _check_options(layer, {0, 1, 6, 9, 10}, fixed)
    result = find(("conv", x, inputs, outputs, kernel))
    activation = layer.option(9, 0)
    if activation in (_RELU, _LEAKY):
        slope = layer.option(10, 0) if activation == _LEAKY else 0.0
        return find(("leaky", result, _rounded(slope)))
    if activation:
        raise WeightsError(f"{layer.place}: activation 9={activation:g} is not read")
    return result


def _terms(layer: Layer, values: list[Value]) -> list[Value]:
    """The terms of a sum."""
    factors: tuple[float, ...] = (1.0,) * len(values)
    if layer.kind == "Eltwise":
        _check_options(layer, {1}, {0: (_SUM, 0)})
        factors = layer.options.get(1, factors)
    else:
        _check_options(layer, set(), {0: (_ADD, _ADD)})
    if len(factors) != len(values):
        raise WeightsError(f"{layer.place}: {len(factors)} factors for {len(values)} inputs")
    return [(n, _rounded(own * f)) for (n, own), f in zip(values, factors, strict=True)]


def _check_options(layer: Layer, read: set[int], fixed: Mapping[int, tuple[float, float]]) -> None:
    """Refuse options that would change what the layer computes.

    Args:
        layer: the layer.
        read: numbers of options that may have any value.
        fixed: number of an option: the only value that is read, and ncnn's default. Options that
            are in neither have to be 0.
    """
    for number in sorted({*layer.options, *fixed} - read):
        expected, default = fixed.get(number, (0, 0))
        value = layer.options.get(number, (default,))
        if value != (expected,):
            shown = ",".join(f"{part:g}" for part in value)
            raise WeightsError(
                f"{layer.place}: option {number}={shown} of {layer.kind} is not read; expected"
                f" {number}={expected:g}"
            )


def _rounded(value: float) -> float:
    """0.2 as files write it: 2.000000e-01, 0.2, 0.200000003."""
    return float(f"{value:.6g}")
