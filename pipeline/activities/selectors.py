"""Reading activities: whoever sees the customer or the deal sees what was done for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import visible_members
from pipeline.activities.models import Activity
from pipeline.customers.selectors import visible_customers
from pipeline.deals.reach import visible_deals
from salesops.lib.errors import NotVisible

NEWEST = ("-at", "-id")


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """What a list of activities is narrowed to; None and "" leave a filter out. Both days are included."""

    customer_id: int | None = None
    deal_id: int | None = None
    author_id: int | None = None
    kind: str = ""
    first: date | None = None
    last: date | None = None


def visible_activities(actor: Actor, as_of: date) -> QuerySet[Activity]:
    """Activities on the customers and deals that the actor sees, and the actor's own."""
    activities: QuerySet[Activity] = Activity.objects.all()
    if visible_members(actor, "customers.view", as_of) is None:
        return activities
    seen = Q(customer__in=visible_customers(actor, as_of)) | Q(deal__in=visible_deals(actor, as_of))
    return activities.filter(seen | Q(author=actor.member) if actor.member else seen)


def find_activities(actor: Actor, as_of: date, wanted: ActivityFilter) -> QuerySet[Activity]:
    """For the list; page it in the order `NEWEST`."""
    found = visible_activities(actor, as_of)
    for column in ("customer_id", "deal_id", "author_id"):
        if (id := getattr(wanted, column)) is not None:
            found = found.filter(**{column: id})
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    zone = ZoneInfo(actor.tenant.time_zone)
    if wanted.first is not None:
        found = found.filter(at__gte=midnight(wanted.first, zone))
    if wanted.last is not None:
        found = found.filter(at__lt=midnight(wanted.last + timedelta(days=1), zone))
    return found


def get_activity(actor: Actor, as_of: date, activity_id: int) -> Activity:
    found = (
        visible_activities(actor, as_of).select_related("customer", "deal", "contact").filter(pk=activity_id).first()
    )
    if found is None:
        raise NotVisible
    return found


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which the day begins there."""
    return datetime.combine(day, time.min, tzinfo=zone)
