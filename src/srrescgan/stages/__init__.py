"""Commands that follow one another, each kept while what it was made from has not changed."""

from srrescgan.stages.runner import StageError, run_stages
from srrescgan.stages.stage import Stage

__all__ = ["Stage", "StageError", "run_stages"]
