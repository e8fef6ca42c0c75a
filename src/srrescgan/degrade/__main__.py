"""Generate lr pictures: ``python -m srrescgan.degrade input=DIR output=DIR degradation=NAME``."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from srrescgan.config.build import build
from srrescgan.config.cli import entry_point, plain
from srrescgan.degrade.contact_sheet import write_contact_sheet
from srrescgan.degrade.pairs import PairMaker
from srrescgan.degrade.run import check_weights, degrade_settings, run_degrade
from srrescgan.inference import choose_device


def degrade(cfg: DictConfig) -> None:
    """Write the pictures and their manifest; report the originals that cannot be used."""
    weights = Path(cfg.weights).expanduser() if cfg.weights else None
    degradation = build(cfg.degradation)
    check_weights(degradation, weights)
    device = choose_device(cfg.device)
    maker = PairMaker(degradation, cfg.scale, cfg.seed, cfg.pairs, cfg.cleanup, device)
    source, folder = Path(cfg.input).expanduser(), Path(cfg.output).expanduser()
    if cfg.draws is not None:
        write_contact_sheet(source, folder, maker, cfg.draws)
        return
    # The manifest names weights and noise by their content, not by their folder.
    names = {
        "degradation_weights": weights.name if weights else None,
        "noise_source": Path(cfg.noise_source).expanduser().name if cfg.noise_source else None,
    }
    manifest_config = OmegaConf.merge(cfg, names)
    assert isinstance(manifest_config, DictConfig)
    settings = degrade_settings(maker, plain(manifest_config)["degradation"], weights)
    run_degrade(source, folder, maker, settings, cfg.workers, cfg.overwrite)


main = entry_point("degrade", degrade)

if __name__ == "__main__":
    main()
