"""Data doctor: finds everything that is wrong with a folder of pictures before training."""

from srrescgan.doctor.checkup import Checkup
from srrescgan.doctor.doctor_report import DoctorReport
from srrescgan.doctor.examine import require_healthy
from srrescgan.doctor.problem import Problem

__all__ = ["Checkup", "DoctorReport", "Problem", "require_healthy"]
