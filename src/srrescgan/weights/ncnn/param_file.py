"""Parser of ncnn's ``.param``: one layer a line."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from srrescgan.errors import WeightsError

_MAGIC = "7767517"
_ARRAY = 23300
"""A key of ``-23300 - n`` says that option ``n`` is an array, whose first number is its length."""


@dataclass(frozen=True)
class Layer:
    """One line of a ``.param``."""

    place: str
    """File and line, for messages."""
    kind: str
    """``Convolution``, ``PReLU``, ..."""
    inputs: tuple[str, ...]
    """Names of the values that it reads."""
    outputs: tuple[str, ...]
    options: Mapping[int, tuple[float, ...]]
    """By ncnn's number of the option; a single number is a tuple of one."""

    def option(self, number: int, default: float) -> float:
        """The value of an option that is a single number."""
        return self.options.get(number, (default,))[0]


def parse_param(text: str, source: str) -> list[Layer]:
    """Parse a ``.param``.

    Args:
        text: its content.
        source: its name, for messages.

    Raises:
        WeightsError: a line is damaged, lines are missing, or a layer reads what no layer before it
            has computed.
    """
    lines = [(n, line.split()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines or lines[0][1] != [_MAGIC]:
        raise WeightsError(
            f"{source} is no .param file of ncnn: expected {_MAGIC} in the first line (files in"
            " ncnn's binary format, .param.bin, are not read)"
        )
    layers = [_parse_layer(words, f"{source}, line {number}") for number, words in lines[2:]]
    known: set[str] = set()
    for layer in layers:
        for name in layer.inputs:
            if name not in known:
                raise WeightsError(f"{layer.place}: reads {name}, which no line before it computes")
        known.update(layer.outputs)
    counts = [str(len(layers)), str(len(set(chain(*(layer.outputs for layer in layers)))))]
    stated = lines[1][1] if len(lines) > 1 else []
    if stated != counts:
        raise WeightsError(
            f"{source}: its second line states {' '.join(stated) or 'no'} layers and values, but"
            f" {' and '.join(counts)} follow: the file is incomplete"
        )
    return layers


def _parse_layer(words: list[str], place: str) -> Layer:
    try:
        kind, input_count, output_count = words[0], int(words[2]), int(words[3])
        names = words[4 : 4 + input_count + output_count]
        if min(input_count, output_count) < 0 or len(names) != input_count + output_count:
            raise ValueError
        options = {}
        for word in words[4 + len(names) :]:
            key, value = word.split("=")
            numbers = tuple(map(float, value.split(",")))
            if int(key) <= -_ARRAY:
                if int(numbers[0]) != len(numbers) - 1:
                    raise ValueError
                options[-int(key) - _ARRAY] = numbers[1:]
            else:
                (options[int(key)],) = [(number,) for number in numbers]
    except (ValueError, IndexError) as error:
        raise WeightsError(
            f"{place}: {' '.join(words)[:60]!r} is no layer of ncnn: expected its kind, its name,"
            " two counts, that many names, and options as number=value"
        ) from error
    return Layer(place, kind, tuple(names[:input_count]), tuple(names[input_count:]), options)
