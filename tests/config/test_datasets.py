"""What a recipe says a data set consists of is what the experiments read."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from known_sets import KNOWN, composed, recipe
from omegaconf import DictConfig, OmegaConf

from srrescgan.config.build import build
from srrescgan.config.check import check_targets
from srrescgan.config.cli import check_overrides
from srrescgan.config.schema import CONFIG_DIR
from srrescgan.errors import ConfigError

DATA = sorted(p.stem for p in Path(CONFIG_DIR, "data").glob("*.yaml") if p.stem[0] != "_")
OWN_PHOTOS = {name for name in DATA if name.startswith(("bundled", "folders", "own_camera"))}
"""Not data sets that somebody publishes."""
PUBLISHED = [name for name in KNOWN if name not in OWN_PHOTOS]


def folders_read(name: str) -> set[str]:
    """Folders below ``paths.data_dir`` that ``data=<name>`` reads."""
    cfg = composed("train", f"data={name}", "paths.data_dir=/data")
    return _folders(cfg.data)


def _folders(node: DictConfig) -> set[str]:
    tree = OmegaConf.to_container(node, resolve=True)
    return {text.removeprefix("/data/") for text in _texts(tree)}


def _resolved(nodes: Any) -> Any:
    return OmegaConf.to_container(nodes, resolve=True)


def _texts(node: Any) -> Iterator[str]:
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, dict | list):
            yield from _texts(child)
        elif isinstance(child, str) and child.startswith("/data/"):
            yield child


def folders_described(name: str) -> list[str]:
    data_set = recipe(name)
    own = [part.folder for part in (*data_set.downloads.values(), *data_set.made.values())]
    generated = (data_set.generated, data_set.generated_cyclegan)
    return [f"{data_set.folder}/{folder}" for folder in (*own, *generated) if folder is not None]


def test_every_folder_that_is_read_is_described_by_one_recipe() -> None:
    read = {folder for name in DATA if name not in OWN_PHOTOS for folder in folders_read(name)}
    # A recipe that extends another repeats nothing: count each file's own words.
    written: Counter[str] = Counter()
    for name in PUBLISHED:
        inherited = yaml.safe_load(Path(CONFIG_DIR, f"dataset/{name}.yaml").read_text())
        bases = [base for base in inherited.get("defaults", []) if base in KNOWN]
        known = {folder for base in bases for folder in folders_described(base)}
        written.update(folder for folder in folders_described(name) if folder not in known)
    assert read
    assert {folder: written[folder] for folder in read} == dict.fromkeys(read, 1)
    assert set(written) == read  # nobody is asked to download what nothing reads


@pytest.mark.parametrize("name", [name for name in DATA if name not in OWN_PHOTOS])
def test_the_data_set_that_a_message_names_has_all_that_is_read(name: str) -> None:
    source = composed("train", f"data={name}").data.source
    named = re.search(r"srrescgan\.prepare dataset=(\w+)", source)
    data_set = named[1] if named else name
    assert folders_read(name) <= set(folders_described(data_set))


@pytest.mark.parametrize("name", KNOWN)
def test_a_recipe_is_valid_and_what_comes_next_exists(name: str) -> None:
    check_targets(composed("prepare", f"dataset={name}"))
    command = recipe(name).next_command.split()
    assert command[:2] == ["python", "-m"]
    check_overrides(command[2].removeprefix("srrescgan."), command[3:])


def test_the_folders_of_own_camera_are_described() -> None:
    described = {folder.removeprefix("./") for folder in folders_described("own_camera")}
    read = folders_read("own_camera") | folders_read("own_camera_unpaired")
    parents = {folder.removesuffix("/train").removesuffix("/valid") for folder in read}
    assert read - {"generated/LR/train", "generated/LR/valid"} | {"generated/LR"} == described
    stages = composed("pipeline", "stages=own_camera", "paths.data_dir=/data").stages
    assert {stages[key].removeprefix("/data/") for key in ("target", "camera", "lr")} == parents


STAGES = sorted(path.stem for path in Path(CONFIG_DIR, "stages").glob("*.yaml"))
SHARING = [name for name in STAGES if name.startswith("esrgan_fs") or "srrescycgan" in name]


@pytest.mark.parametrize("name", STAGES)
def test_a_pipeline_trains_on_the_pairs_that_it_makes(name: str) -> None:
    cfg = composed("pipeline", f"stages={name}", "paths.data_dir=/data")
    trained = composed("train", f"experiment={cfg.stages.sr}", "paths.data_dir=/data").data.train
    assert trained.hr.startswith(cfg.stages.target)
    assert trained.lr.startswith(cfg.stages.lr)
    learned = Path(CONFIG_DIR, "experiment", f"{cfg.stages.degradation}.yaml")
    assert f"/recipe: {cfg.stages.method}\n" in learned.read_text()
    assert cfg.stages.method in ("dsgan", "cyclegan")


@pytest.mark.parametrize("name", SHARING)
def test_a_pipeline_that_shares_pairs_makes_the_same_ones(name: str) -> None:
    pairs = composed("pipeline", f"stages={name}").stages.pairs
    both = [composed("pipeline", f"stages={each}", "output_dir=out").run for each in (name, pairs)]
    (*ours, train, _), (*theirs, other_train, _) = map(_resolved, both)
    assert [stage["name"] for stage in ours] == ["learn", "make", "audit"]
    assert ours == theirs  # so the runner skips them
    assert train["name"] != other_train["name"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_comes_next_reads_this_data_set(name: str) -> None:
    command = recipe(name).next_command.split()
    group, chosen = command[3].split("=")
    if command[2] == "srrescgan.eval":
        read = _folders(composed("eval", *command[3:], "paths.data_dir=/data").data)
    elif group == "stages":
        cfg = composed("pipeline", f"stages={chosen}", "paths.data_dir=/data")
        read = {cfg.stages[key].removeprefix("/data/") for key in ("target", "camera", "lr")}
    else:
        read = _folders(composed("train", f"experiment={chosen}", "paths.data_dir=/data").data)
    assert read <= set(folders_described(name))


def test_a_mistyped_data_set_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'ntire20_track1'"):
        check_overrides("prepare", ["dataset=ntire20_trak1"])


def test_a_name_that_no_download_has_is_refused() -> None:
    cfg = composed("prepare", "dataset=aim20", "dataset.downloads.train_lr.lr_of=train")
    with pytest.raises(ConfigError, match=r"downloads.train_lr.lr_of=train: expected one of"):
        build(cfg.dataset)
