"""The one thing that is to be done next for a customer or a deal, and when somebody was last in touch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from pipeline.activities.models import Activity
from pipeline.activities.reach import Subject, subject
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.periods import check_day

LONGEST = 200


def touch(*, customer_id: int | None, deal_id: int | None, on: date) -> None:
    """Note that somebody was in touch on that day; an earlier day than is known changes nothing.

    In the caller's transaction, who has checked the permission. It is no edit: versions stay as they are.
    """
    touch_many(
        customers={} if customer_id is None else {customer_id: on}, deals={} if deal_id is None else {deal_id: on}
    )


def touch_many(*, customers: Mapping[int, date], deals: Mapping[int, date]) -> None:
    """`touch` for many rows at once: id → the latest day."""
    for model, days in ((Customer, customers), (Deal, deals)):
        for day in sorted(set(days.values())):
            rows = model.objects.filter(pk__in=[id for id, on in days.items() if on == day])
            rows.update(last_activity_on=Greatest(F("last_activity_on"), Value(day)))


@transaction.atomic
def plan_next_step(
    *,
    actor: Actor,
    on: date | None,
    text: str,
    as_of: date,
    customer_id: int | None = None,
    deal_id: int | None = None,
) -> None:
    """What comes next, and when, for the customer, the deal, or both; it replaces what was planned before.

    `on` None with an empty text: nothing is planned any more. Refuses a day that has passed, a text without a day and a
    text that is too long; `NotVisible` outside the actor's reach.
    """
    require(actor, "activities.log")
    about = subject(actor, as_of, customer_id=customer_id, deal_id=deal_id)
    text = checked(on, text, as_of)
    write_next_step(actor, about, on, text)


def checked(on: date | None, text: str, as_of: date) -> str:
    """The text with single spaces, if both make a next step or none."""
    text = " ".join(text.split())
    check_day(on, "next_step_on")
    if text and on is None:
        raise DomainError("required", gettext_noop("Say by which day this is to be done."), "next_step_on")
    if on is not None and on < as_of:
        raise DomainError("past_day", gettext_noop("This day has passed; a next step lies ahead."), "next_step_on")
    if len(text) > LONGEST:
        raise DomainError("too_long", gettext_noop("At most %(most)s characters fit."), "next_step", most=LONGEST)
    return text


def write_next_step(actor: Actor, about: Subject, on: date | None, text: str) -> None:
    """Put a checked next step onto what the subject names, with an audit row for each that it changes."""
    customer, deal = about.customer, about.deal
    if customer is not None and (customer.next_step_on, customer.next_step) != (on, text):
        customer.next_step_on, customer.next_step = on, text
        customer.save(update_fields=["next_step_on", "next_step"])
        record(actor=actor, action="customer.next_step", subject=customer, on=str(on or ""), text=text)
    if deal is not None and (deal.next_step_on, deal.next_step) != (on, text):
        _write_on_deal(actor, deal, on, text)


def _write_on_deal(actor: Actor, deal: Deal, on: date | None, text: str) -> None:
    """A deal's form has the next step too, so this counts as an edit of the deal: who has the form open is told."""
    told = {"next_step_on": [str(deal.next_step_on or ""), str(on or "")], "next_step": [deal.next_step, text]}
    Deal.objects.filter(pk=deal.pk).update(next_step_on=on, next_step=text, version=F("version") + 1)
    deal.refresh_from_db(fields=["next_step_on", "next_step", "version"])
    record(actor=actor, action="deal.changed", subject=deal, version=deal.version, changes=told)


@transaction.atomic
def finish_next_step(*, actor: Actor, customer_id: int, now: datetime) -> None:
    """The customer's next step has been done: it becomes a note of the timeline, and nothing is planned any more.

    The same step on a deal of the customer is finished with it. Without a next step nothing changes.
    """
    require(actor, "activities.log")
    customer = subject(actor, actor.tenant.day_of(now), customer_id=customer_id).customer
    if customer is None or customer.next_step_on is None:
        return
    on, text = customer.next_step_on, customer.next_step
    if text:
        done = {"kind": Activity.Kind.NOTE, "text": text, "at": now, "created_at": now, "author": actor.member}
        Activity.objects.create(customer=customer, **done)
    write_next_step(actor, Subject(customer), None, "")
    for deal in Deal.objects.filter(customer_id=customer_id, next_step_on=on, next_step=text):
        _write_on_deal(actor, deal, None, "")
