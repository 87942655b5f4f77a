"""The plan level: what the months pay of what the measurement periods earned, and what is carried on."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from operator import attrgetter

from incentives.engine.results import ComponentResult, Payout
from incentives.engine.terms import Plan
from salesops.lib.money import round_half_up
from salesops.lib.periods import Period, months_between

_DAY = attrgetter("day")


def monthly_payouts(plan: Plan, results: Sequence[ComponentResult], months: Sequence[Period]) -> list[Payout]:
    """A payout for each of `months`, in order; a negative balance goes on to the next or is written off."""
    earned: Counter[str] = Counter()
    for result in results:
        earned.update(_monthly_earnings(result))
    payouts: list[Payout] = []
    carried = 0
    for month in months:
        balance = earned[month.key] + carried
        owed = min(balance, 0)
        carried, written_off = (owed, 0) if plan.negative_balance == "carry" else (0, -owed)
        payouts.append(
            Payout(
                month,
                earned=earned[month.key],
                payable=max(balance, 0),
                carried=carried,
                written_off=written_off,
            )
        )
    return payouts


def _monthly_earnings(result: ComponentResult) -> dict[str, int]:
    """Rounded amount to date less the rounded amount to date a month before, so that months add up to the period."""
    to_date = [0, *accumulate(line.exact for line in result.lines)]
    earnings: dict[str, int] = {}
    before = 0
    for month in months_between(result.period.start, result.lines[-1].day):
        end = bisect_right(result.lines, month.end, key=_DAY)  # lines are in the order of their days
        reached = round_half_up(Fraction(to_date[end], result.exact_unit))
        earnings[month.key] = reached - before
        before = reached
    return earnings
