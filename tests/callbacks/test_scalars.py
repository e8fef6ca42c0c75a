"""What the training curves say about time."""

import time

import pytest
import pytorch_lightning as pl
from pytorch_lightning.loggers import CSVLogger
from toys import networks

from srrescgan.callbacks import ScalarLogger
from srrescgan.data import HRFolder


class SlowSave(pl.callbacks.Checkpoint):
    def on_train_batch_end(self, *_) -> None:
        time.sleep(0.3)


@pytest.mark.parametrize(("what", "low", "high"), [("data", 0.5, 1.0), ("save", 0.0, 0.3)])
def test_only_waiting_for_data_counts_as_waiting(
    fit, tmp_path, monkeypatch: pytest.MonkeyPatch, what: str, low: float, high: float
) -> None:
    if what == "data":
        read = HRFolder.__getitem__
        monkeypatch.setattr(
            HRFolder, "__getitem__", lambda self, key: (time.sleep(0.2), read(self, key))[1]
        )
    callbacks = (ScalarLogger(every=4), *([SlowSave()] if what == "save" else []))
    logger = CSVLogger(tmp_path, name="", version="csv")
    fit(networks(), iterations=4, callbacks=callbacks, logger=logger)
    header, row = (tmp_path / "csv/metrics.csv").read_text().splitlines()
    share = float(
        dict(zip(header.split(","), row.split(","), strict=True))["train/data_wait_share"]
    )
    assert low < share < high
