"""Paired comparison of evaluations: whether one is better than another by more than chance."""
