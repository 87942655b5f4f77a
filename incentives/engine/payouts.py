"""The plan level: what the months pay of what the measurement periods earned, and what is carried on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from operator import attrgetter
from types import MappingProxyType

from incentives.engine.results import ComponentResult, Payout
from incentives.engine.terms import Plan
from salesops.lib.money import round_half_up
from salesops.lib.periods import Period

_DAY = attrgetter("day")
_START = attrgetter("start")
_NOTHING: Mapping[str, int] = MappingProxyType({})


def monthly_payouts(
    plan: Plan, results: Sequence[ComponentResult], months: Sequence[Period], stopped: Sequence[Period]
) -> list[Payout]:
    """A payout for each of `months`, in order, but for those in `stopped` periods, of which only a part is known."""
    earned = [0] * len(months)
    for result in results:
        add_earnings(result, months, earned)
    whole = [(month, amount) for month, amount in zip(months, earned, strict=True) if not _touches(month, stopped)]
    return balance(plan, whole)


def balance(
    plan: Plan, earned: Sequence[tuple[Period, int]], opening: int = 0, adjusted: Mapping[str, int] = _NOTHING
) -> list[Payout]:
    """What the months pay; a negative balance goes on to the next month or is written off.

    `opening` is what the month before the first one carried (0 or negative); `adjusted` holds, by month, what corrects
    months that were paid before.
    """
    payouts: list[Payout] = []
    carried = opening
    for month, amount in earned:
        correction = adjusted.get(month.key, 0)
        due = amount + correction + carried
        owed = min(due, 0)
        carried, written_off = (owed, 0) if plan.negative_balance == "carry" else (0, -owed)
        payouts.append(
            Payout(
                month,
                earned=amount,
                adjusted=correction,
                payable=max(due, 0),
                carried=carried,
                written_off=written_off,
            )
        )
    return payouts


def _touches(month: Period, stopped: Sequence[Period]) -> bool:
    return any(month.start in period for period in stopped)


def add_earnings(result: ComponentResult, months: Sequence[Period], earned: list[int]) -> None:
    """Rounded amount to date less the rounded amount to date a month before, so that months add up to the period.

    `earned` has a place for each of `months`, which must not begin after the period."""
    lines = result.lines  # in the order of their days
    to_date = [0, *accumulate([line.exact for line in lines])]
    before = 0
    for place in range(bisect_left(months, result.period.start, key=_START), len(months)):
        end = bisect_right(lines, months[place].end, key=_DAY)
        reached = round_half_up(Fraction(to_date[end], result.exact_unit))
        earned[place] += reached - before
        before = reached
        if end == len(lines):
            break
