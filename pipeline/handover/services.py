"""Writing handovers: request, approve, cancel, and carry out on the day.

Whoever gives work away must answer for the giver. If they do not answer for the taker as well, somebody who does has to
approve. On its day every step of the registry runs in one transaction: all of it has moved, or nothing has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse

from accounts.access.actor import Actor
from accounts.access.policy import may, require
from accounts.audit.services import record
from accounts.notifications.services import notify
from accounts.people.models import Member, Role
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal, Stage
from pipeline.handover.kinds import DONE, PLANNED
from pipeline.handover.models import Handover
from pipeline.handover.registry import EVERYTHING, Chosen, every_step
from salesops.lib.errors import DomainError, NotVisible, gettext_noop

_FARTHEST = timedelta(days=366)
_LONGEST_REASON = 200
SELLING = (Role.REP, Role.MANAGER, Role.EXECUTIVE)
_OPEN = (Handover.State.WAITING, Handover.State.PLANNED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """From whom to whom, from which day, and what."""

    giver_id: int
    taker_id: int
    takes_effect_on: date
    chosen: Chosen = EVERYTHING
    reason: str = ""


@transaction.atomic
def request_handover(*, actor: Actor, wanted: Wanted, at: datetime) -> Handover:
    """Plan a handover; one of today that needs no approval is carried out at once.

    Refuses members outside the actor's reach, a taker who does not sell or will not be there, a day that is over, and
    customers or deals that are not the giver's.
    """
    require(actor, "handovers.manage")
    today = actor.tenant.day_of(at)
    giver, taker = _checked_giver(actor, wanted, today), _checked_taker(wanted)
    _check_day(wanted.takes_effect_on, today)
    _check_chosen(wanted)
    approved = may(actor, "handovers.manage", as_of=today, owner_id=taker.pk)
    handover = Handover(
        giver=giver,
        taker=taker,
        takes_effect_on=wanted.takes_effect_on,
        everything=wanted.chosen.is_everything,
        customer_ids=sorted(wanted.chosen.customers or ()),
        deal_ids=sorted(wanted.chosen.deals or ()),
        reason=" ".join(wanted.reason.split())[:_LONGEST_REASON],
        state=Handover.State.PLANNED if approved else Handover.State.WAITING,
        requested_by=actor.member,
        requested_at=at,
    )
    _save_new(handover)
    record(actor=actor, action="handover.requested", subject=handover, giver=giver.pk, taker=taker.pk)
    if approved:
        _begin(actor, handover, today, at)
    return handover


@transaction.atomic
def approve(*, actor: Actor, handover_id: int, version: int, at: datetime) -> Handover:
    """Yes from somebody who answers for the taker and did not ask for it; when its day has come it is carried out."""
    today = actor.tenant.day_of(at)
    handover = _locked(handover_id, version)
    if not may(actor, "handovers.manage", as_of=today, owner_id=handover.taker_id):
        raise NotVisible
    if handover.state != Handover.State.WAITING:
        raise DomainError("not_waiting", gettext_noop("This handover waits for nobody’s approval any more."))
    if actor.member is not None and actor.member.pk == handover.requested_by_id:
        message = gettext_noop("Whoever asked for a handover cannot approve it as well.")
        raise DomainError("same_person", message)
    _checked_taker_is_there(handover.taker, max(handover.takes_effect_on, today))
    handover.state, handover.decided_by = Handover.State.PLANNED, actor.member
    _save(actor, handover, "handover.approved")
    _begin(actor, handover, today, at)
    return handover


@transaction.atomic
def cancel(*, actor: Actor, handover_id: int, version: int, at: datetime) -> Handover:
    """A handover that has not been carried out will not be. For whoever answers for the giver or the taker."""
    today = actor.tenant.day_of(at)
    handover = _locked(handover_id, version)
    sides = (handover.giver_id, handover.taker_id)
    if not any(may(actor, "handovers.manage", as_of=today, owner_id=side) for side in sides):
        raise NotVisible
    if handover.state not in _OPEN:
        raise DomainError("is_over", gettext_noop("This handover is over; it can be turned round by another one."))
    handover.state, handover.decided_by = Handover.State.CANCELLED, actor.member
    _save(actor, handover, "handover.cancelled")
    return handover


@transaction.atomic
def carry_out(*, actor: Actor, handover: Handover, as_of: date, at: datetime) -> Handover:
    """Move everything that is asked for. Refuses (`has_left`) when the taker is not there any more."""
    _checked_taker_is_there(handover.taker, as_of)
    chosen, moving = _chosen(handover), _moving(handover)
    giver, taker = handover.giver_id, handover.taker_id
    handover.moved = {step.name: step.move(actor, giver, taker, as_of, chosen) for step in every_step()}
    handover.customer_ids, handover.deal_ids = moving
    handover.state, handover.done_at = Handover.State.DONE, at
    _save(actor, handover, "handover.done", moved=handover.moved)
    _tell(actor, handover, DONE, at, number=sum(handover.moved.values()))
    return handover


def due(day: date) -> list[Handover]:
    """Approved handovers whose day has come, the oldest first, locked."""
    found = Handover.objects.select_for_update(of=("self",)).filter(
        state=Handover.State.PLANNED, takes_effect_on__lte=day
    )
    return list(found.select_related("giver", "taker").order_by("takes_effect_on", "id"))


# --- Steps ------------------------------------------------------------------------------------------------------------


def _begin(actor: Actor, handover: Handover, today: date, at: datetime) -> None:
    if handover.takes_effect_on <= today:
        carry_out(actor=actor, handover=handover, as_of=today, at=at)
    else:
        _tell(actor, handover, PLANNED, at)


def _chosen(handover: Handover) -> Chosen:
    if handover.everything:
        return EVERYTHING
    return Chosen(frozenset(handover.customer_ids), frozenset(handover.deal_ids))


def _moving(handover: Handover) -> tuple[list[int], list[int]]:
    """Ids of the giver's customers and open deals that are asked for, or go along with their customer."""
    customers = Customer.objects.filter(owner_id=handover.giver_id)
    deals = Deal.objects.filter(owner_id=handover.giver_id, stage__kind=Stage.Kind.OPEN)
    if not handover.everything:
        customers = customers.filter(pk__in=handover.customer_ids)
        deals = deals.filter(Q(pk__in=handover.deal_ids) | Q(customer_id__in=handover.customer_ids))
    return (
        list(customers.order_by("id").values_list("id", flat=True)),
        list(deals.order_by("id").values_list("id", flat=True)),
    )


def _save_new(handover: Handover) -> None:
    """Two at once may both have found no other; the database lets one of them be everything."""
    try:
        with transaction.atomic():
            handover.save()
    except IntegrityError:
        message = gettext_noop("There is already a handover of everything from %(name)s; cancel it first.")
        raise DomainError("planned_already", message, "giver", name=handover.giver.full_name) from None


def _save(actor: Actor, handover: Handover, action: str, **told: object) -> None:
    handover.version += 1
    handover.save()
    record(actor=actor, action=action, subject=handover, version=handover.version, **told)


def _tell(actor: Actor, handover: Handover, kind: str, at: datetime, **more: int) -> None:
    notify(
        actor=actor,
        member_ids=[handover.giver_id, handover.taker_id],
        kind=kind,
        params={
            "giver": handover.giver.full_name,
            "taker": handover.taker.full_name,
            "day_on": handover.takes_effect_on.isoformat(),
            **more,
        },
        url=reverse("handover_detail", args=[actor.tenant.slug, handover.pk]),
        at=at,
        key=f"{handover.pk}",
    )


# --- Refusals ---------------------------------------------------------------------------------------------------------


def _locked(handover_id: int, version: int) -> Handover:
    found = Handover.objects.select_for_update(of=("self",)).select_related("giver", "taker")
    handover: Handover | None = found.filter(pk=handover_id).first()
    if handover is None:
        raise NotVisible
    if handover.version != version:
        message = gettext_noop("Somebody changed this handover meanwhile. Nothing was saved; look at it again.")
        raise DomainError("conflict", message)
    return handover


def _checked_giver(actor: Actor, wanted: Wanted, today: date) -> Member:
    giver: Member | None = Member.objects.filter(pk=wanted.giver_id).first()
    if giver is None or not may(actor, "handovers.manage", as_of=today, owner_id=giver.pk):
        message = gettext_noop("There is no such member among those whose work you may hand over.")
        raise DomainError("unknown_member", message, "giver")
    return giver


def _checked_taker(wanted: Wanted) -> Member:
    if wanted.taker_id == wanted.giver_id:
        raise DomainError("same_person", gettext_noop("Choose somebody else to take over."), "taker")
    taker: Member | None = Member.objects.filter(pk=wanted.taker_id).first()
    if taker is None or not set(taker.roles) & set(SELLING):
        raise DomainError("unknown_member", gettext_noop("No salesperson has that name."), "taker")
    _checked_taker_is_there(taker, wanted.takes_effect_on)
    return taker


def _checked_taker_is_there(taker: Member, day: date) -> None:
    gone = taker.left_on is not None and taker.left_on < day
    if gone or (taker.hired_on is not None and taker.hired_on > day):
        message = gettext_noop("%(name)s is not with the company on that day; choose somebody who is.")
        raise DomainError("has_left", message, "taker", name=taker.full_name)


def _check_day(day: date, today: date) -> None:
    if day < today:
        raise DomainError("past", gettext_noop("That day is over; choose today or a later one."), "takes_effect_on")
    if day > today + _FARTHEST:
        message = gettext_noop("Plan a handover at most a year ahead.")
        raise DomainError("too_far", message, "takes_effect_on")


def _check_chosen(wanted: Wanted) -> None:
    if wanted.chosen.is_everything:
        return
    customers, deals = wanted.chosen.customers or frozenset(), wanted.chosen.deals or frozenset()
    if not customers and not deals:
        raise DomainError("required", gettext_noop("Choose at least one customer or open deal."), "customers")
    theirs = Q(owner_id=wanted.giver_id)
    if Customer.objects.filter(theirs, pk__in=customers).count() < len(customers):
        raise DomainError("unknown_customer", gettext_noop("One of these customers is not theirs."), "customers")
    if Deal.objects.filter(theirs, pk__in=deals, stage__kind=Stage.Kind.OPEN).count() < len(deals):
        raise DomainError("unknown_deal", gettext_noop("One of these deals is not theirs, or not open."), "deals")
