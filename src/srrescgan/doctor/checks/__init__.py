"""The checks of the data doctor. One file per kind of problem, one function per check.

A check is a function that takes a :class:`~srrescgan.doctor.scan.Split` and yields a
:class:`~srrescgan.doctor.problem.Finding` for each problem. It runs, with the severity given here,
once it has a line in :data:`CHECKS`; its name is the function's. Helper functions in these files
begin with an underscore: ``tests/doctor`` fails for any other function without a line, and for a
line that ``conf/checkup/standard.yaml`` does not have.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from srrescgan.doctor.checks import copies, flat, names, pairs, sizes, storage
from srrescgan.doctor.problem import Finding, Severity
from srrescgan.doctor.scan import Split


@dataclass(frozen=True)
class Check:
    """A check and its severity.

    Args:
        find: yields the problems of a split.
        severity: unless the configuration says otherwise.
    """

    find: Callable[[Split], Iterator[Finding]]
    severity: Severity

    @property
    def name(self) -> str:
        """Key below ``checkup.severity``, and name in reports."""
        return self.find.__name__


CHECKS = (
    Check(names.missing, "error"),
    Check(storage.unreadable, "error"),
    Check(storage.bit_depth, "error"),
    Check(storage.depth_reduced, "warning"),
    Check(storage.color_mode, "warning"),
    Check(storage.color_profile, "warning"),
    Check(storage.rotation, "warning"),
    Check(names.unpaired, "error"),
    Check(names.name_clash, "error"),
    Check(sizes.cut_to_scale, "warning"),
    Check(sizes.too_small, "error"),
    Check(sizes.size_mismatch, "error"),
    Check(pairs.wrong_partner, "error"),
    Check(pairs.shift, "error"),
    Check(copies.near_duplicate, "warning"),
    Check(copies.leak, "error"),
    Check(flat.flat, "warning"),
)
"""Every check. Reports list the problems in this order, errors first."""
