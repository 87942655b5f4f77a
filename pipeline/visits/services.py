"""Writing visits: plan, change, cancel, check in, finish, and all of it at once from a phone that had no signal.

A visit is known by the key that its maker gave it. Whatever is sent twice is done once: `plan` and `log_visit` find the
visit by its key, a check-in is known by its moment and a report by what it says. Only whoever was there can check in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.access.actor import Actor
from accounts.access.policy import get_visible, may, require
from accounts.audit.services import record
from accounts.people.models import Member
from pipeline.activities.next_step import plan_next_step, touch
from pipeline.contacts.models import Contact
from pipeline.customers.models import Customer
from pipeline.customers.selectors import visible_customers
from pipeline.deals.models import Deal
from pipeline.visits.models import Visit
from pipeline.visits.place import judge
from pipeline.visits.values import Arrival, Plan, Report
from salesops.lib.errors import DomainError, gettext_noop

_THERE = {Visit.State.CHECKED_IN, Visit.State.DONE}


@transaction.atomic
def plan(*, actor: Actor, plan: Plan, client_key: UUID, at: datetime) -> Visit:
    """A visit to come. Sent again under the same key, the first one is answered.

    Refuses a day that is over, an owner, customer, deal or contact outside the actor's reach, and a key that is
    another visit's.
    """
    require(actor, "visits.edit")
    known = _known(actor, client_key)
    if known is not None:
        return _same(known, plan)
    if plan.planned_for is None:
        raise DomainError("required", gettext_noop("Say when the visit is to be."), "planned_for")
    plan.check(actor.tenant, at)
    visit = _create(actor, plan, client_key, plan.planned_for, at)
    record(actor=actor, action="visit.planned", subject=visit, version=visit.version)
    return visit


@transaction.atomic
def change(*, actor: Actor, visit_id: int, version: int, plan: Plan, at: datetime) -> Visit:
    """Move a planned visit to another time, or change what else the plan says. A change of nothing writes nothing."""
    visit = _locked(actor, visit_id, at)
    _check_version(visit, version)
    _must_be_planned(visit)
    changes = plan.changes_of(visit)
    if not changes:
        return visit
    if "planned_for" in changes:
        if plan.planned_for is None:
            raise DomainError("required", gettext_noop("Say when the visit is to be."), "planned_for")
        plan.check(actor.tenant, at)
        changes["at"] = plan.planned_for
    _check_references(actor, plan, at)
    told = {name: [_plain(getattr(visit, name)), _plain(value)] for name, value in changes.items() if name != "at"}
    return _write(actor, visit, "visit.changed", changes, changes=told)


@transaction.atomic
def cancel(*, actor: Actor, visit_id: int, version: int, reason: str = "", at: datetime) -> Visit:
    """A planned visit will not be made. Cancelled again, it stays as it is."""
    visit = _locked(actor, visit_id, at)
    if visit.state == Visit.State.CANCELLED:
        return visit
    _check_version(visit, version)
    _must_be_planned(visit)
    return _write(actor, visit, "visit.cancelled", {"state": Visit.State.CANCELLED, "note": reason[:4000]})


@transaction.atomic
def check_in(*, actor: Actor, visit_id: int, version: int, arrival: Arrival, at: datetime) -> Visit:
    """At the door. The same arrival sent again is answered as before.

    A cancelled visit can still be checked in: whoever is there has changed their mind.
    """
    visit = _own(actor, visit_id, at)
    if _has_arrived(visit, arrival):
        return visit
    _check_version(visit, version)
    return _arrive(actor, visit, arrival, at)


@transaction.atomic
def finish(*, actor: Actor, visit_id: int, version: int, report: Report, at: datetime) -> Visit:
    """How it went, and out of the door. The same report sent again is answered as before."""
    visit = _own(actor, visit_id, at)
    if report.is_of(visit):
        return visit
    _check_version(visit, version)
    return _report(actor, visit, report, at)


@transaction.atomic
def log_visit(
    *,
    actor: Actor,
    client_key: UUID,
    plan: Plan | None,
    version: int | None,
    arrival: Arrival,
    report: Report | None,
    at: datetime,
) -> Visit:
    """A visit as its phone tells it: the arrival, and the report when it is over. Told twice it is stored once.

    A visit that nobody knows yet is made from `plan`; one that was planned needs the `version` that the phone has
    seen. A report that comes with the arrival that is already there needs none: nobody else can have written since.
    """
    require(actor, "visits.edit")
    visit = _known(actor, client_key)
    if visit is None:
        visit = _found_on_the_spot(actor, client_key, plan, arrival, at)
    elif actor.member is not None and visit.owner_id != actor.member.pk:
        raise DomainError("not_yours", gettext_noop("This visit is somebody else's now; log one of your own."))
    elif not _has_arrived(visit, arrival):
        _check_version(visit, version)
        visit = _arrive(actor, visit, arrival, at)
    if report is not None and not report.is_of(visit):
        visit = _report(actor, visit, report, at)
    return visit


# --- Steps ------------------------------------------------------------------------------------------------------------


def _create(actor: Actor, plan: Plan, client_key: UUID, when: datetime, at: datetime) -> Visit:
    _check_references(actor, plan, at)
    visit = Visit(client_key=client_key, at=when, created_at=at)
    for name, value in plan.changes_of(visit).items():
        setattr(visit, name, value)
    visit.save()
    return visit


def _found_on_the_spot(actor: Actor, key: UUID, plan: Plan | None, arrival: Arrival, at: datetime) -> Visit:
    if plan is None:
        raise DomainError("required", gettext_noop("Say whom you visited."), "customer")
    arrival.check(at)
    visit = _create(actor, plan, key, arrival.captured_at, at)
    return _arrive(actor, visit, arrival, at)


def _arrive(actor: Actor, visit: Visit, arrival: Arrival, at: datetime) -> Visit:
    if visit.state in _THERE:
        message = gettext_noop("This visit has been checked in already, at another time. Nothing was changed.")
        raise DomainError("checked_in", message)
    arrival.check(at)
    place = arrival.place
    verdict = judge(place, Customer.objects.get(pk=visit.customer_id))
    changes = {
        "state": Visit.State.CHECKED_IN,
        "at": arrival.captured_at,
        "captured_at": arrival.captured_at,
        "checked_in_at": at,
        "place_source": place.source,
        "place": place.text,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "accuracy_m": place.accuracy_m,
        "distance_m": verdict.distance_m,
        "verification": verdict.verification,
        "note": "",
    }
    return _write(actor, visit, "visit.checked_in", changes, verification=verdict.verification)


def _report(actor: Actor, visit: Visit, report: Report, at: datetime) -> Visit:
    if visit.state == Visit.State.DONE:
        raise DomainError(
            "done", gettext_noop("This visit has been finished with another report. Nothing was changed.")
        )
    if visit.state != Visit.State.CHECKED_IN or visit.captured_at is None:
        raise DomainError("not_checked_in", gettext_noop("Check in first; a visit is finished by whoever was there."))
    day = actor.tenant.day_of(visit.captured_at)
    report.check(day, visit.captured_at, at)
    changes = {
        "state": Visit.State.DONE,
        "outcome": report.outcome,
        "checked_out_at": report.checked_out_at,
        "note": report.note,
        "next_step_on": report.next_step_on,
        "next_step": report.next_step,
    }
    visit = _write(actor, visit, "visit.finished", changes, outcome=report.outcome)
    if report.outcome != Visit.Outcome.NO_ONE:
        touch(customer_id=visit.customer_id, deal_id=visit.deal_id, on=day)
    if report.next_step_on is not None:
        about = {"customer_id": visit.customer_id, "deal_id": visit.deal_id}
        plan_next_step(actor=actor, on=report.next_step_on, text=report.next_step, as_of=day, **about)
    return visit


def _write(actor: Actor, visit: Visit, action: str, values: dict[str, Any], **told: Any) -> Visit:
    for name, value in values.items():
        setattr(visit, name, value)
    visit.version += 1
    visit.save()
    record(actor=actor, action=action, subject=visit, version=visit.version, **told)
    return visit


# --- Finding and refusing ---------------------------------------------------------------------------------------------


def _known(actor: Actor, client_key: UUID) -> Visit | None:
    """The visit of that key, once whoever else is sending it has done so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"visit:{actor.tenant.pk}:{client_key}"]
        )
    return Visit.objects.select_for_update().filter(client_key=client_key).first()


def _same(visit: Visit, plan: Plan) -> Visit:
    if (visit.owner_id, visit.customer_id) != (plan.owner_id, plan.customer_id):
        raise DomainError(
            "key_reused", gettext_noop("This key already belongs to another visit; nothing was saved."), "client_key"
        )
    return visit


def _locked(actor: Actor, visit_id: int, at: datetime) -> Visit:
    require(actor, "visits.edit")
    day = actor.tenant.day_of(at)
    visit: Visit = get_visible(actor, "visits.edit", Visit.objects.select_for_update(), as_of=day, pk=visit_id)
    return visit


def _own(actor: Actor, visit_id: int, at: datetime) -> Visit:
    """The visit, if it is the actor's own: nobody checks in for another."""
    visit = _locked(actor, visit_id, at)
    if actor.member is not None and visit.owner_id != actor.member.pk:
        raise DomainError("not_yours", gettext_noop("Only the one who was there can check in and report."))
    return visit


def _has_arrived(visit: Visit, arrival: Arrival) -> bool:
    return visit.state in _THERE and visit.captured_at == arrival.captured_at


def _check_version(visit: Visit, version: int | None) -> None:
    if visit.version != version:
        message = gettext_noop("Somebody changed this visit meanwhile. Nothing was saved; look at it again.")
        raise DomainError("conflict", message)


def _must_be_planned(visit: Visit) -> None:
    if visit.state != Visit.State.PLANNED:
        raise DomainError("not_planned", gettext_noop("Only a planned visit can be changed or cancelled."))


def _check_references(actor: Actor, plan: Plan, at: datetime) -> None:
    day = actor.tenant.day_of(at)
    known = Member.objects.filter(pk=plan.owner_id).exists()
    if not known or not may(actor, "visits.edit", as_of=day, owner_id=plan.owner_id):
        message = gettext_noop("There is no such member among those whose visits you may plan.")
        raise DomainError("unknown_member", message, "owner")
    if not visible_customers(actor, day).filter(pk=plan.customer_id).exists():
        raise DomainError("unknown_customer", gettext_noop("There is no such customer."), "customer")
    about = {"customer_id": plan.customer_id}
    if plan.deal_id is not None and not Deal.objects.filter(pk=plan.deal_id, **about).exists():
        raise DomainError("unknown_deal", gettext_noop("The customer has no such deal."), "deal")
    if plan.contact_id is not None and not Contact.objects.filter(pk=plan.contact_id, **about).exists():
        raise DomainError("unknown_contact", gettext_noop("The customer has no such contact."), "contact")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
