"""Which quarters stand beside a target."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from salesops.lib.periods import FiscalCalendar
from targets.cascade.sheet import full_quarters_before


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        (date(2027, 2, 1), "2026-Q4"),
        (date(2027, 1, 1), "2026-Q4"),
        (date(2026, 12, 31), "2026-Q3"),
        (date(2026, 11, 21), "2026-Q3"),
        (date(2026, 9, 30), "2026-Q2"),
    ],
)
def test_a_target_is_compared_with_full_quarters_only(as_of, last):
    """Its last day still belongs to a quarter under way."""
    calendar = FiscalCalendar()
    quarters = full_quarters_before(calendar.parse("2027-Q1"), calendar, as_of)
    assert (len(quarters), quarters[-1].key) == (8, last)
    assert all(calendar.next(one) == other for one, other in pairwise(quarters))
