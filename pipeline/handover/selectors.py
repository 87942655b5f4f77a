"""Reading handovers, and what there is to hand over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from accounts.access.actor import Actor
from accounts.access.policy import may, visible_members
from accounts.people.models import Member
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal, Stage
from pipeline.handover.models import Handover
from pipeline.handover.registry import every_step
from pipeline.handover.services import SELLING
from pipeline.scope import members_within
from salesops.lib.errors import NotVisible

NEWEST = ("-takes_effect_on", "-id")
SHOWN = 200  # customers or deals in one list; a handover of more than that is one of everything
_WITH = ("giver", "taker", "requested_by", "decided_by")
_OPEN = (Handover.State.WAITING, Handover.State.PLANNED)


def find_handovers(actor: Actor, as_of: date, member_id: int | None = None) -> QuerySet[Handover]:
    """Those in which somebody of the actor's gives or takes; page them by `NEWEST`."""
    found: QuerySet[Handover] = Handover.objects.prefetch_related(*_WITH)
    members = visible_members(actor, "handovers.view", as_of)
    if members is not None:
        found = found.filter(Q(giver_id__in=members) | Q(taker_id__in=members))
    if member_id is not None:
        found = found.filter(Q(giver_id=member_id) | Q(taker_id=member_id))
    return found


def get_handover(actor: Actor, as_of: date, handover_id: int) -> Handover:
    found = _with_names(find_handovers(actor, as_of)).filter(pk=handover_id).first()
    if found is None:
        raise NotVisible
    return found


def latest_of(actor: Actor, as_of: date, member: Member, limit: int) -> list[Handover]:
    """Handovers in which the member gives or takes."""
    return list(_with_names(find_handovers(actor, as_of, member.pk)).order_by(*NEWEST)[:limit])


def _with_names(handovers: QuerySet[Handover]) -> QuerySet[Handover]:
    """The people joined: for one row or a few, where a list fetches them apart."""
    return handovers.prefetch_related(None).select_related(*_WITH)


def answers_for(actor: Actor, member: Member, as_of: date) -> bool:
    """Whether the actor may hand over what the member looks after."""
    sells = bool(set(member.roles) & set(SELLING))
    return sells and may(actor, "handovers.manage", as_of=as_of, owner_id=member.pk)


def may_cancel(actor: Actor, handover: Handover, as_of: date) -> bool:
    sides = (handover.giver_id, handover.taker_id)
    answers = any(may(actor, "handovers.manage", as_of=as_of, owner_id=side) for side in sides)
    return answers and handover.state in _OPEN


def may_approve(actor: Actor, handover: Handover, as_of: date) -> bool:
    asked = actor.member is not None and actor.member.pk == handover.requested_by_id
    answers = may(actor, "handovers.manage", as_of=as_of, owner_id=handover.taker_id)
    return answers and not asked and handover.state == Handover.State.WAITING


def givers(actor: Actor, as_of: date) -> QuerySet[Member]:
    """Whose work the actor may give away, those who have left among them."""
    return members_within(actor, "handovers.manage", as_of).filter(roles__overlap=list(SELLING))


def takers(as_of: date) -> QuerySet[Member]:
    """Who sells and is here."""
    here = Q(left_on__isnull=True) | Q(left_on__gte=as_of)
    found: QuerySet[Member] = Member.objects.filter(here, roles__overlap=list(SELLING))
    return found.order_by("sort_name", "id")


@dataclass(frozen=True, slots=True)
class Count:
    label: str | Promise
    number: int


def counts(actor: Actor, giver: Member, as_of: date) -> list[Count]:
    """How much of each kind a handover of everything would move. One query each."""
    return [Count(step.label, step.count(actor, giver.pk, as_of)) for step in every_step()]


def counts_of(actor: Actor, handover: Handover, as_of: date) -> list[Count]:
    """What was moved, or would be today; of chosen customers and deals the lists say it."""
    if handover.state == Handover.State.DONE:
        return counted(handover)
    return counts(actor, handover.giver, as_of) if handover.everything else []


def counted(handover: Handover) -> list[Count]:
    """What was moved, kind by kind; a kind whose code has gone is left out."""
    return [Count(step.label, handover.moved[step.name]) for step in every_step() if step.name in handover.moved]


def customers_of(giver: Member) -> list[Customer]:
    return list(Customer.objects.filter(owner=giver).order_by("sort_name", "id")[:SHOWN])


def deals_of(giver: Member) -> list[Deal]:
    theirs = Deal.objects.filter(owner=giver, stage__kind=Stage.Kind.OPEN).select_related("customer", "product")
    return list(theirs.order_by("reference")[:SHOWN])


def named_customers(ids: Sequence[int]) -> list[Customer]:
    return list(Customer.objects.filter(pk__in=ids[:SHOWN]).order_by("sort_name", "id"))


def named_deals(ids: Sequence[int]) -> list[Deal]:
    return list(Deal.objects.filter(pk__in=ids[:SHOWN]).select_related("customer").order_by("reference"))


def waiting_for(actor: Actor, member: Member, as_of: date, limit: int) -> list[Handover]:
    """What waits for the actor's yes, the first to take effect first, then what the actor will take over."""
    waiting = Q(state=Handover.State.WAITING) & ~Q(requested_by=member)
    members = visible_members(actor, "handovers.manage", as_of)
    if members is not None:
        waiting &= Q(taker_id__in=members)
    coming = Q(taker=member, state=Handover.State.PLANNED)
    found = Handover.objects.filter(waiting | coming).select_related("giver", "taker", "requested_by")
    return list(found.order_by("-state", "takes_effect_on", "id")[:limit])
