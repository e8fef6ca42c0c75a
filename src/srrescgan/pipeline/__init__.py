"""Pipeline: commands run in order; unchanged stages are skipped, interrupted ones resume."""

from srrescgan.pipeline.runner import StageError, run_stages
from srrescgan.pipeline.stage import Stage

__all__ = ["Stage", "StageError", "run_stages"]
