"""Spellings of RRDBNet. The native one is BasicSR's, of Real-ESRGAN's files."""

import re
from collections.abc import Mapping

from torch import Tensor

from srrescgan.errors import WeightsError
from srrescgan.weights.spellings.spelling import Spelling

_NUMBER = re.compile(r"model\.(\d+)\.")


class _FirstGeneration(Spelling):
    """Keys by position: a network with another number of upsampling steps has other numbers."""

    def to_native(self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        last = max(int(match[1]) for match in map(_NUMBER.match, state) if match)
        steps, rest = divmod(last - 4, 3)
        if steps != 2 and rest == 0:
            raise WeightsError(
                f"these are the weights of an RRDBNet that enlarges by {2**steps} in {steps} steps"
                f" (its last layer is model.{last}); expected two steps, with the last layer"
                " model.10"
            )
        return super().to_native(state)


_BLOCKS = "body.{i}.rdb{j}.conv{k}"

SPELLINGS: tuple[Spelling, ...] = (
    # ESRGAN since 2019, RealSR, ESRGAN-FS, KAIR and BSRGAN.
    Spelling(
        name="esrgan",
        network="RRDBNet",
        modules=(
            ("conv_first", "conv_first"),
            (_BLOCKS, "RRDB_trunk.{i}.RDB{j}.conv{k}"),
            ("conv_body", "trunk_conv"),
            ("conv_up1", "upconv1"),
            ("conv_up2", "upconv2"),
            ("conv_hr", "HRconv"),
            ("conv_last", "conv_last"),
        ),
        signature=("conv_first.weight", "RRDB_trunk.0.RDB1.conv1.weight", "trunk_conv.weight"),
    ),
    # ESRGAN's first release, and many files of OpenModelDB.
    _FirstGeneration(
        name="esrgan_first",
        network="RRDBNet",
        modules=(
            ("conv_first", "model.0"),
            (_BLOCKS, "model.1.sub.{i}.RDB{j}.conv{k}.0"),
            ("conv_body", "model.1.sub.{end}"),
            ("conv_up1", "model.3"),
            ("conv_up2", "model.6"),
            ("conv_hr", "model.8"),
            ("conv_last", "model.10"),
        ),
        signature=("model.0.weight", "model.1.sub.0.RDB1.conv1.0.weight"),
    ),
)
