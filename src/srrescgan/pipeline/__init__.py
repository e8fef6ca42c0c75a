"""Commands that follow one another, each kept while what it was made from has not changed."""

from srrescgan.pipeline.runner import StageError, run_stages
from srrescgan.pipeline.stage import Stage

__all__ = ["Stage", "StageError", "run_stages"]
