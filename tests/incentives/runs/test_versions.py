"""Two versions of a plan within one quarter: which rates a credit, and where each one's quarter begins."""

from __future__ import annotations

from datetime import date

import pytest

from incentives.plans.services import add_version
from incentives.statements.models import Earning
from tests.incentives.cast import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    by_attainment,
    component,
    document,
    lines,
    plan_for_reps,
    recompute,
    statement,
)
from tests.targets.books import Won, book

DOUBLED = [{"from": "0", "rate": "0.08"}, {"from": "1000", "rate": "0.20"}]


@pytest.fixture
def from_november(sold):
    """Besides October's 500.00 and 700.00 Rob books 900.00 on 3 November and 400.00 on 4 December."""
    book(sold.operator, [Won(sold.rob, date(2017, 11, 3), 900_00), Won(sold.rob, date(2017, 12, 4), 400_00)])
    return sold


def test_a_quarter_begins_again_with_the_version_that_rates_it(from_november):
    """By hand: October by version 1: 1,000.00 × 4 % + 200.00 × 10 % = 60.00. From 1 November by version 2, counted from
    zero: 900.00 × 8 % = 72.00, then 100.00 × 8 % + 300.00 × 20 % = 68.00 in December."""
    first = plan_for_reps(from_november)
    changed = document(component(rate={"method": "marginal", "by": "amount", "tiers": DOUBLED}))
    add_version(actor=from_november.operator, plan=first.plan, effective_from=NOVEMBER, document=changed)
    recompute(from_november)
    rob = from_november.rob
    months = [statement(rob, month) for month in (OCTOBER, NOVEMBER, DECEMBER)]
    assert [(month.plan_version.number, month.earned) for month in months] == [(1, 60_00), (2, 72_00), (2, 68_00)]
    assert lines(rob, DECEMBER)[0].slices == [[0, "10000"], [1, "30000"]]
    kept = Earning.objects.filter(participant=rob, earned__gt=0).order_by("month")
    assert [(row.period, row.measure, row.plan_version.number) for row in kept] == [
        ("2017-Q4", 120_000, 1),
        ("2017-Q4", 90_000, 2),
        ("2017-Q4", 130_000, 2),
    ]


def test_each_version_measures_its_part_against_the_whole_quota(from_november):
    """By hand, with a quota of 1,000.00. October by version 1, 1,200.00: 800.00 × 4 % + 200.00 × 6 % + 200.00 × 10 % =
    64.00. From November by version 2: 900.00 are 90 %, so 800.00 × 4 % + 100.00 × 6 % = 38.00; December fills up to
    100 % with 100.00 × 6 %, and 300.00 × 10 % above, = 36.00."""
    first = plan_for_reps(from_november, document(by_attainment(quota="1000.00")))
    same = document(by_attainment(quota="1000.00", code="sales"))
    add_version(actor=from_november.operator, plan=first.plan, effective_from=NOVEMBER, document=same)
    recompute(from_november)
    earned = [statement(from_november.rob, month).earned for month in (OCTOBER, NOVEMBER, DECEMBER)]
    assert earned == [64_00, 38_00, 36_00]
