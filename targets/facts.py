"""The one door to targets: incentives and reviews read quotas here. Plain values only; no model leaves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Literal

from django.db.models import Sum

from pipeline.facts import Slice, total
from salesops.lib.money import round_half_up
from salesops.lib.periods import Period
from targets.attainment.pace import Attainment, Clockwork
from targets.cascade.models import TargetCell, TargetPlan

__all__ = ["Attainment", "quotas", "quotas_between", "quotas_by_month", "standing_of", "version"]


def quotas(*, metric: Literal["bookings"], period: Period) -> dict[int, int]:
    """Every member's quota in minor units for a month, quarter or year: the sum of the approved targets of its months.

    Members without a target are absent; one whose target is 0 is there with 0.
    """
    cells = TargetCell.objects.filter(
        node__plan__metric=metric,
        node__plan__state=TargetPlan.State.APPROVED,
        node__member__isnull=False,
        month__range=(period.start, period.end),
    )
    return dict(cells.order_by().values_list("node__member_id").annotate(quota=Sum("amount")))


def quotas_by_month(first: date, last: date, members: Collection[int]) -> dict[tuple[int, date], int]:
    """The approved bookings quotas of these members for the months that begin in those days, in minor units, by member
    and the month's first day. Months and members without a target are absent."""
    cells = TargetCell.objects.filter(
        node__plan__metric="bookings",
        node__plan__state=TargetPlan.State.APPROVED,
        node__member__in=members,
        month__range=(first, last),
    )
    found = cells.order_by().values_list("node__member_id", "month").annotate(quota=Sum("amount"))
    return {(member, month): quota for member, month, quota in found}


def quotas_between(first: date, last: date, members: Collection[int]) -> dict[int, int]:
    """Their sums by member. Members without a target are absent, and so are those whose target is 0: nothing is a share
    of it."""
    sums: dict[int, int] = {}
    for (member, _), quota in quotas_by_month(first, last, members).items():
        sums[member] = sums.get(member, 0) + quota
    return {member: quota for member, quota in sums.items() if quota}


def standing_of(member_id: int, period: Period, as_of: date) -> Attainment:
    """How far a member has come with the period's bookings quota: target (0 without one), actual, pace. Two queries."""
    quota = quotas_between(period.start, period.end, [member_id]).get(member_id, 0)
    booked = total(Slice(period.start, min(period.end, as_of), participants=[member_id])).value
    return Attainment(quota, round_half_up(booked), Clockwork.of(period.start, period.end, as_of))


def version() -> int:
    """Changes whenever an approved quota changed: approved targets are immutable, so it counts the approvals."""
    ever = TargetPlan.objects.filter(state__in=[TargetPlan.State.APPROVED, TargetPlan.State.SUPERSEDED])
    return ever.count()
