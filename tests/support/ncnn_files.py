"""Small networks as the files that ncnn's converters write."""

from pathlib import Path

import numpy as np
from torch import Tensor

HALF = 0x01306B47


class NcnnFiles:
    """Collects layers line by line; ``separate`` spells activations and factors as own layers."""

    def __init__(self, state: dict[str, Tensor], half: bool, separate: bool = False) -> None:
        self.state, self.half, self.separate = state, half, separate
        self.lines: list[str] = ["Input in 0 1 data"]
        self.binary = b""

    def layer(self, kind: str, inputs: list[str], options: str = "") -> str:
        name = f"v{len(self.lines)}"
        counts = f"{len(inputs)} 1 {' '.join(inputs)} {name}"
        self.lines.append(f"{kind:<16} {kind}_{len(self.lines)} {counts} {options}".rstrip())
        return name

    def conv(self, x: str, key: str, slope: float | None = None) -> str:
        weight = self.state[f"{key}.weight"].numpy()
        kind, tag = ("<f2", HALF) if self.half else ("<f4", 0)
        stored = weight.astype(kind).tobytes()
        self.binary += np.uint32(tag).tobytes() + stored + bytes(-len(stored) % 4)
        self.binary += self.state[f"{key}.bias"].numpy().astype("<f4").tobytes()
        options = f"0={weight.shape[0]} 1=3 4=1 5=1 6={weight.size}"
        if slope is None or self.separate:
            x = self.layer("Convolution", [x], options)
            return x if slope is None else self.layer("ReLU", [x], f"0={slope:e}")
        return self.layer("Convolution", [x], f"{options} 9=2 -23310=1,{slope:e}")

    def residual(self, x: str, skip: str) -> str:
        if self.separate:
            return self.layer("BinaryOp", [skip, self.layer("BinaryOp", [x], "0=2 1=1 2=0.2")])
        return self.layer("Eltwise", [x, skip], "0=1 -23301=2,2.000000e-01,1.000000e+00")

    def write(self, stem: Path) -> Path:
        lines = [line.replace("  ", " ") for line in self.lines]
        text = ["7767517", f"{len(lines)} {len(lines)}", *lines]
        stem.with_suffix(".param").write_text("\n".join(text) + "\n")
        stem.with_suffix(".bin").write_bytes(self.binary)
        return stem.with_suffix(".param")


def rrdbnet_files(state: dict[str, Tensor], blocks: int, half: bool, separate: bool) -> NcnnFiles:
    """An RRDBNet of scale 4."""
    net = NcnnFiles(state, half, separate)
    first = x = net.conv("data", "conv_first")
    for block in range(blocks):
        block_input = x
        for dense in (1, 2, 3):
            parts = [x]
            for index in range(1, 6):
                together = parts[0] if len(parts) == 1 else net.layer("Concat", parts)
                key = f"body.{block}.rdb{dense}.conv{index}"
                parts.append(net.conv(together, key, 0.2 if index < 5 else None))
            x = net.residual(parts[-1], x)
        x = net.residual(x, block_input)
    x = net.layer("BinaryOp", [first, net.conv(x, "conv_body")], "0=0")
    for key in ("conv_up1", "conv_up2"):
        x = net.conv(net.layer("Interp", [x], "0=1 1=2.000000e+00 2=2.000000e+00"), key, 0.2)
    net.conv(net.conv(x, "conv_hr", 0.2), "conv_last")
    return net


def compact_files(state: dict[str, Tensor], layers: int, scale: int, half: bool) -> NcnnFiles:
    """A Compact."""
    net = NcnnFiles(state, half)
    x = "data"
    for index in range(0, 2 * layers + 2, 2):
        x = net.conv(x, f"body.{index}")
        slopes = state[f"body.{index + 1}.weight"].numpy()
        net.binary += slopes.astype("<f4").tobytes()
        x = net.layer("PReLU", [x], f"0={slopes.size}")
    shuffled = net.layer("PixelShuffle", [net.conv(x, f"body.{2 * layers + 2}")], f"0={scale}")
    anchor = net.layer("Interp", ["data"], f"0=1 1={scale}.0 2={scale}.0")
    net.layer("BinaryOp", [shuffled, anchor])
    return net
