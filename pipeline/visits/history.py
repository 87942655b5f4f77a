"""Visits that were kept elsewhere until now, many at a time: for whoever moves a company in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from pipeline.activities.next_step import touch_many
from pipeline.customers.models import Customer
from pipeline.visits.models import Visit
from pipeline.visits.place import judge
from pipeline.visits.values import Arrival, Report
from salesops.lib.errors import DomainError, gettext_noop

_BATCH = 1000  # rows × 26 columns stay below 65,535 parameters of a statement


@dataclass(frozen=True, slots=True)
class PastVisit:
    """Who was where, and how it went. `planned_for` None: it had not been planned."""

    owner_id: int
    customer_id: int
    arrival: Arrival
    report: Report
    purpose: str = ""
    planned_for: datetime | None = None
    deal_id: int | None = None
    contact_id: int | None = None


@transaction.atomic
def take_over(*, actor: Actor, visits: Sequence[PastVisit], now: datetime) -> int:
    """Write visits that were made until now, with one audit row for all; their places are judged as on the day.

    For those who import. Refuses the whole of it when one lies ahead, has no place on earth or no outcome; the database
    refuses rows of another company. Nothing of it plans a next step. Returns how many.
    """
    require(actor, "imports.run")
    customers = Customer.objects.in_bulk({one.customer_id for one in visits})
    rows = [_row(actor, one, customers, now) for one in visits]
    Visit.objects.bulk_create(rows, batch_size=_BATCH)
    there = [row for row in rows if row.outcome != Visit.Outcome.NO_ONE]
    touch_many(customers=_latest(actor, there, "customer_id"), deals=_latest(actor, there, "deal_id"))
    record(actor=actor, action="visits.taken_over", subject=actor.tenant, count=len(rows))
    return len(rows)


def _row(actor: Actor, one: PastVisit, customers: dict[int, Customer], now: datetime) -> Visit:
    captured, place, report = one.arrival.captured_at, one.arrival.place, one.report
    if captured > now:
        message = gettext_noop("The check-in lies in the future; look at the phone's clock.")
        raise DomainError("future", message, "captured_at")
    if one.customer_id not in customers:
        raise DomainError("unknown_customer", gettext_noop("There is no such customer."), "customer")
    place.check()
    report.check(actor.tenant.day_of(captured), captured, now)
    verdict = judge(place, customers[one.customer_id])
    return Visit(
        owner_id=one.owner_id,
        customer_id=one.customer_id,
        deal_id=one.deal_id,
        contact_id=one.contact_id,
        purpose=one.purpose,
        state=Visit.State.DONE,
        at=captured,
        planned_for=one.planned_for,
        checked_in_at=captured,
        captured_at=captured,
        place_source=place.source,
        place=place.text,
        latitude=place.latitude,
        longitude=place.longitude,
        accuracy_m=place.accuracy_m,
        distance_m=verdict.distance_m,
        verification=verdict.verification,
        checked_out_at=report.checked_out_at,
        outcome=report.outcome,
        note=report.note,
        next_step_on=report.next_step_on,
        next_step=report.next_step,
        created_at=captured,
    )


def _latest(actor: Actor, rows: Sequence[Visit], column: str) -> dict[int, date]:
    """For each customer or deal the last day on which somebody was there."""
    days: dict[int, date] = {}
    for row in rows:
        if (id := getattr(row, column)) is not None:
            day = actor.tenant.day_of(row.at)
            days[id] = max(day, days.get(id, day))
    return days
