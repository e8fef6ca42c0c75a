"""Deterministic weights of the reference results; their manifest describes the recipe."""

import numpy as np
import torch
from torch import nn


def recipe_fill(module: nn.Module, std: float) -> None:
    """Fill a network with the weights of the reference results, in the order of its keys."""
    random = np.random.RandomState(1234)
    state = module.state_dict()
    for key, value in state.items():
        if value.dtype != torch.float32:
            continue
        drawn = random.standard_normal(tuple(value.shape))
        scale_like = key.endswith("running_var") or (value.ndim == 1 and key.endswith("weight"))
        filled = 1 + 0.1 * np.abs(drawn) if scale_like else std * drawn
        state[key] = torch.from_numpy(filled.astype(np.float32))
    module.load_state_dict(state)
