"""What activities and tasks give to the timeline, the home page and the measures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from fractions import Fraction
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.panels import Panel
from accounts.measures import Measure, Reading, Window
from pipeline.activities.models import Activity
from pipeline.activities.selectors import NEWEST
from pipeline.timeline.registry import Cursor, TimelineEntry, TimelineSource

_NAME = "activities"
_ICONS = {"note": "note", "call": "phone", "message": "mail", "meeting": "users"}


def _entries(actor: Actor, as_of: date, customer_id: int, before: Cursor | None, size: int) -> list[TimelineEntry]:
    found = Activity.objects.filter(customer_id=customer_id).select_related("author", "contact", "deal")
    if before is not None:
        found = found.filter(before.earlier(_NAME))
    return [_entry(actor, as_of, activity) for activity in found.order_by(*NEWEST)[:size]]


def _entry(actor: Actor, as_of: date, activity: Activity) -> TimelineEntry:
    """One's own of today can be put right from here; later than that the service decides by the hour."""
    is_own = actor.member is not None and activity.author_id == actor.member.pk
    may_change = is_own and actor.tenant.day_of(activity.created_at) == as_of
    return TimelineEntry(
        at=activity.at,
        kind=_NAME,
        key=activity.pk,
        icon=_ICONS[activity.kind],
        title=activity.get_kind_display(),
        subject=activity.contact.name if activity.contact else "",
        detail=activity.text,
        actor_name=activity.author.full_name if activity.author else "",
        badge=(activity.deal.title or activity.deal.reference, "") if activity.deal else None,
        next_step=_agreed(activity),
        edit_url=reverse("activity_edit", args=[actor.tenant.slug, activity.pk]) if may_change else "",
    )


def _agreed(activity: Activity) -> str:
    """What was said to come next, and by when."""
    if activity.next_step_on is None:
        return ""
    day = date_format(activity.next_step_on, "SHORT_DATE_FORMAT")
    if not activity.next_step:
        return gettext("follow up by %(day)s") % {"day": day}
    return gettext("%(step)s, by %(day)s") % {"step": activity.next_step, "day": day}


def _read(window: Window, members: Collection[int]) -> Mapping[int, Reading]:
    """How many activities each has logged about the days of the window, notes among them."""
    first, end = window.instants()
    found = Activity.objects.filter(author_id__in=members, at__gte=first, at__lt=end)
    counted = found.order_by().values_list("author_id").annotate(number=Count("id"))
    return {member: Reading(Fraction(number)) for member, number in counted}


def _explain(slug: str, window: Window, member_id: int) -> str:
    query = urlencode({"member": member_id, "first": window.first, "last": window.until})
    return f"{reverse('activity_list', args=[slug])}?{query}"


TIMELINE = TimelineSource(_NAME, _("Activities"), "note", "customers.view", _entries, order=10)
ON_DEAL = Panel("activities", _("Activities"), "deal_activities", "deals.view", order=20)
MEASURE = Measure("activities", _("Activities"), "count", _read, _explain, order=70)
