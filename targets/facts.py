"""The one door to targets: incentives and reviews read quotas here. Plain values only; no model leaves."""

from __future__ import annotations

from typing import Literal

from django.db.models import Sum

from salesops.lib.periods import Period
from targets.cascade.models import TargetCell, TargetPlan


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


def version() -> int:
    """Changes whenever an approved quota changed: approved targets are immutable, so it counts the approvals."""
    ever = TargetPlan.objects.filter(state__in=[TargetPlan.State.APPROVED, TargetPlan.State.SUPERSEDED])
    return ever.count()
