"""Write a trained generator: ``python -m srrescgan.export weights=FILE target=pth output=FILE``."""

from pathlib import Path

import torch
from omegaconf import DictConfig
from rich.console import Console

from srrescgan.config.cli import entry_point, overridden, plain
from srrescgan.errors import ConfigError, WeightsError, nearest
from srrescgan.inference.pretrained import REFERENCE, load_generator
from srrescgan.inference.weights import read_generator, write_pth, write_safetensors

TARGETS = ("pth", "safetensors")


def export(cfg: DictConfig) -> None:
    """Write the file, read it back, and compare every tensor."""
    if cfg.target not in TARGETS:
        raise ConfigError(
            f"target={cfg.target}: expected {' or '.join(TARGETS)}{nearest(cfg.target, TARGETS)}"
        )
    if overridden("scale") and not cfg.generator:
        raise ConfigError("scale= says something about generator= only; the weights have their own")
    weights = read_generator(cfg.weights)
    config = plain(cfg.generator) if cfg.generator else weights.config or REFERENCE
    state = load_generator(cfg.weights, config).state_dict()
    output = Path(cfg.output)
    if cfg.target == "pth":
        write_pth(state, output)
    else:
        write_safetensors(state, config, output)
    written = read_generator(output).state
    if written.keys() != state.keys() or not all(torch.equal(written[k], state[k]) for k in state):
        raise WeightsError(f"{output} does not read back as it was written; do not use it")
    console = Console()
    console.print(f"{output}: {len(state)} tensors, read back equal", soft_wrap=True)
    if cfg.target == "pth":
        settings = {key: value for key, value in config.items() if not key.startswith("_")}
        console.print(f"A .pth holds no configuration. This network's: {settings}")


main = entry_point("export", export)

if __name__ == "__main__":
    main()
