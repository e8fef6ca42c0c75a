"""What a W&B run that was logged offline holds, read from its own file."""

import io
import json
import struct
import time
from pathlib import Path

from wandb.proto import wandb_internal_pb2


def records(file: Path) -> list[wandb_internal_pb2.Record]:
    """Every record of an offline run: blocks of 32 KiB, chunks of (crc, length, type, data)."""
    data, found, pending = io.BytesIO(file.read_bytes()[7:]), [], b""
    position = 7
    while True:
        if 32768 - position % 32768 < 7:
            position += len(data.read(32768 - position % 32768))
        header = data.read(7)
        if len(header) < 7:
            return found
        _, length, kind = struct.unpack("<IHB", header)
        pending += data.read(length)
        position += 7 + length
        if kind in (1, 4):  # a whole record, or the last part of one
            record = wandb_internal_pb2.Record()
            record.ParseFromString(pending)
            found.append(record)
            pending = b""


def whole(file: Path) -> list[wandb_internal_pb2.Record]:
    """The records of a finished run; its last ones are written in the background."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = records(file)
        if any(record.WhichOneof("record_type") == "exit" for record in found):
            return found
        time.sleep(0.1)
    raise AssertionError(f"{file} was never finished")


def value(items, key: str) -> float:
    (found,) = [i.value_json for i in items if (i.key or "/".join(i.nested_key)) == key]
    return json.loads(found)
