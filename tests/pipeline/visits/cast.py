"""Visits of Acme's reps, made through the services that people use. Acme is in New York; noon there is 16:00 UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from accounts.people.models import Member
from pipeline.customers.models import Customer
from pipeline.visits import services
from pipeline.visits.models import Visit
from pipeline.visits.place import Place
from pipeline.visits.values import Arrival, Plan, Report
from tests.factories import Company
from tests.pipeline.cast import acting, customer

NOON = datetime(2026, 3, 31, 16, tzinfo=UTC)
DOOR = (Decimal("40.741900"), Decimal("-73.989300"))


def at_the_door(when: datetime, accuracy_m: int = 12) -> Arrival:
    return Arrival(when, Place(*DOOR, accuracy_m))


def report(when: datetime, outcome: str = "order") -> Report:
    return Report(outcome, when, "Wants six", date(2026, 4, 7), "Send the quote")


def place_on_the_map(buyer: Customer) -> Customer:
    Customer.objects.filter(pk=buyer.pk).update(latitude=DOOR[0], longitude=DOOR[1])
    buyer.refresh_from_db()
    return buyer


def planned(
    company: Company,
    owner: Member,
    buyer: Customer | None = None,
    when: datetime = NOON + timedelta(hours=1),
    at: datetime = NOON,
    purpose: str = "Quarterly call",
) -> Visit:
    """A visit to a customer of the owner's whose door is known."""
    buyer = buyer or place_on_the_map(customer(company, f"Buyer {uuid4().hex[:8]}", owner=owner))
    plan = Plan(owner.pk, buyer.pk, when, purpose)
    return services.plan(actor=acting(company, owner), plan=plan, client_key=uuid4(), at=at)


def visited(
    company: Company,
    owner: Member,
    buyer: Customer | None = None,
    when: datetime = NOON,
    place: Place | None = None,
    told: Report | None = None,
) -> Visit:
    """A visit that took place without having been planned."""
    buyer = buyer or place_on_the_map(customer(company, f"Buyer {uuid4().hex[:8]}", owner=owner))
    return services.log_visit(
        actor=acting(company, owner),
        client_key=uuid4(),
        plan=Plan(owner.pk, buyer.pk, None),
        version=None,
        arrival=Arrival(when, place or at_the_door(when).place),
        report=told or Report("interested", when),
        at=when,
    )
