"""Training runs: checks before the start, fitting, and the printed report."""
