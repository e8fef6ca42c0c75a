"""Everything that can be wrong with a folder of training pictures, found before training."""

from srrescgan.doctor.checkup import Checkup
from srrescgan.doctor.gate import require_healthy
from srrescgan.doctor.problem import Problem
from srrescgan.doctor.report import Report

__all__ = ["Checkup", "Problem", "Report", "require_healthy"]
