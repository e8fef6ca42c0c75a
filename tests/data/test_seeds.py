import subprocess
import sys

import pytest

from srrescgan.data import seeds
from srrescgan.data.seeds import derive_seed


def test_is_the_same_in_another_python_process():
    # Run as a file of its own: importing the whole package takes seconds.
    program = f"import runpy; print(runpy.run_path({seeds.__file__!r})['derive_seed'](1, 'a/b', 2))"
    for hash_seed in ("0", "1"):
        other = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert int(other.stdout) == derive_seed(1, "a/b", 2)


def test_different_parts_give_different_seeds():
    parts = [(0,), (1,), ("1",), (1, 0), (0, 1), ("ab", "c"), ("a", "bc"), ("ab,c",), (11,), (-1,)]
    assert len({derive_seed(*part) for part in parts}) == len(parts)


def test_fits_an_int64_and_spreads_over_its_low_half():
    many = [derive_seed(0, 0, index) for index in range(20_000)]
    assert all(0 <= seed < 2**63 for seed in many)
    # CPU generators of torch use 32 bits of a seed: 20000 draws should hardly ever collide there.
    assert len({seed % 2**32 for seed in many}) >= len(many) - 3


def test_refuses_parts_that_are_not_numbers_or_names():
    with pytest.raises(TypeError):
        derive_seed(object())  # type: ignore[arg-type]
