"""The exact median, a few numbers at a time."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from srrescgan.ops.median import streamed_median

# Few different numbers make ties, which is where counting goes wrong.
NUMBERS = st.one_of(
    st.sampled_from([-0.0, 0.0, 1e-45, 1e-7, 1.0, 1.0000001, 3e38, float("inf")]),
    st.floats(0, width=32, allow_nan=False),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=40),
    st.integers(1, 40),
)
def test_it_is_the_lower_middle_one(pairs: list[tuple[float, float]], step: int) -> None:
    numbers = torch.tensor(pairs, dtype=torch.float32).T
    found = streamed_median(lambda: numbers.split(step, dim=1))
    expected = np.sort(np.array(pairs, dtype=np.float32), axis=0)[(len(pairs) - 1) // 2]
    np.testing.assert_array_equal(found.numpy(), expected)


def test_of_nothing() -> None:
    with pytest.raises(ValueError, match="at least one column"):
        streamed_median(list)
