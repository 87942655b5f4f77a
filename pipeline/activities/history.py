"""Activities that were kept elsewhere until now, many at a time: for whoever moves a company in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from pipeline.activities.models import Activity
from pipeline.activities.next_step import touch_many
from pipeline.activities.services import ActivityValues

_BATCH = 2000  # rows × 13 columns stay below 65,535 parameters of a statement


@dataclass(frozen=True, slots=True)
class PastActivity:
    """What happened, who did it and whom it was about. At least one of customer and deal is named."""

    values: ActivityValues
    author_id: int
    customer_id: int | None = None
    deal_id: int | None = None


@transaction.atomic
def take_over(*, actor: Actor, activities: Sequence[PastActivity], now: datetime) -> int:
    """Write what happened until now, with one audit row for all. Nothing of it plans a next step.

    For those who import. Refuses the whole of it when one text is empty or too long or one instant lies ahead; the
    database refuses rows of another company. Returns how many.
    """
    require(actor, "imports.run")
    rows = [
        Activity(
            kind=one.values.kind,
            text=one.values.checked_text(),
            at=one.values.checked_at(now),
            contact_id=one.values.contact_id,
            next_step_on=one.values.next_step_on,
            next_step=one.values.next_step,
            author_id=one.author_id,
            customer_id=one.customer_id,
            deal_id=one.deal_id,
            created_at=one.values.checked_at(now),
        )
        for one in activities
    ]
    Activity.objects.bulk_create(rows, batch_size=_BATCH)
    touch_many(customers=_latest(actor, rows, "customer_id"), deals=_latest(actor, rows, "deal_id"))
    record(actor=actor, action="activities.taken_over", subject=actor.tenant, count=len(rows))
    return len(rows)


def _latest(actor: Actor, rows: Sequence[Activity], column: str) -> dict[int, date]:
    """For each row that was talked about the last day of being in touch."""
    days: dict[int, date] = {}
    for row in rows:
        id = getattr(row, column)
        if id is not None and row.kind != Activity.Kind.NOTE:
            day = actor.tenant.day_of(row.at)
            days[id] = max(day, days.get(id, day))
    return days
