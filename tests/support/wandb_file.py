"""Reads the records of a W&B run that was logged offline."""

import io
import json
import struct
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wandb.proto import wandb_internal_pb2

Record = wandb_internal_pb2.Record


def records(file: Path) -> list[Record]:
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
        chunk = data.read(length)
        if len(chunk) < length:  # it is still being written
            return found
        pending += chunk
        position += 7 + length
        if kind in (1, 4):  # a whole record, or the last part of one
            record = Record()
            record.ParseFromString(pending)
            found.append(record)
            pending = b""


def whole(file: Path) -> list[Record]:
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


class OfflineRun:
    """A finished offline run."""

    def __init__(self, folder: Path) -> None:
        (file,) = folder.glob("*.wandb")
        self.folder = folder
        self.records = whole(file)

    @classmethod
    def below(cls, folder: Path) -> "list[OfflineRun]":
        """The finished runs below a folder, oldest first."""
        found = sorted(folder.glob("wandb/offline-run-*"), key=lambda run: run.stat().st_ctime_ns)
        return [cls(run) for run in found]

    def of(self, kind: str) -> list[Any]:
        """All records of one kind."""
        return [getattr(r, kind) for r in self.records if r.WhichOneof("record_type") == kind]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows of the history, oldest first, without W&B's own entries."""
        return [_nested(record.item) for record in self.of("history")]

    @property
    def config(self) -> dict[str, Any]:
        """The configuration of the run."""
        found: dict[str, Any] = {}
        for record in (*(run.config for run in self.of("run")), *self.of("config")):
            found |= _nested(record.update)
        return found

    @property
    def exit_code(self) -> int:
        (record,) = self.of("exit")
        return record.exit_code

    def artifacts(self, kind: str) -> list[Any]:
        """Artifact records of one type."""
        return [record for record in self.of("artifact") if record.type == kind]

    def table(self, row: dict[str, Any], key: str) -> dict[str, Any]:
        """The table that a history row points to, with paths of image files in place of images."""
        name = f"{key}.table.json"
        (artifact,) = [
            record
            for record in self.artifacts("run_table")
            if name in {content.path for content in record.manifest.contents}
        ]
        stored = {content.path: Path(content.local_path) for content in artifact.manifest.contents}
        assert row[key]["nrows"] == len(json.loads(stored[name].read_text())["data"])
        table = json.loads(stored[name].read_text())
        for line in table["data"]:
            for index, cell in enumerate(line):
                if isinstance(cell, dict) and cell.get("_type") == "image-file":
                    line[index] = stored[cell["path"]]
        return table


def _nested(items: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in items:
        *parents, last = item.nested_key or [item.key]
        if parents == [] and last.startswith("_"):
            continue
        node = found
        for parent in parents:
            node = node.setdefault(parent, {})
        node[last] = json.loads(item.value_json)
    return found
