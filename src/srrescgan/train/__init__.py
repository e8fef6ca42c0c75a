"""Training runs: checked first, run on one iteration clock, resumed exactly."""
