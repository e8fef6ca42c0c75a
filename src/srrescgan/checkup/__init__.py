"""Everything that can be wrong with a folder of training pictures, found before training."""

from srrescgan.checkup.checkup import Checkup
from srrescgan.checkup.gate import require_healthy
from srrescgan.checkup.problem import Problem
from srrescgan.checkup.report import Report

__all__ = ["Checkup", "Problem", "Report", "require_healthy"]
