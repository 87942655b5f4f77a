"""What visits give to other rooms' pages: panels, the timeline, what waits, and the measure of verified visits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from fractions import Fraction

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.actor import Actor
from accounts.access.navigation import Entry, Tab
from accounts.access.panels import Panel
from accounts.access.policy import may
from accounts.home.waiting import Waiting, WaitingSource
from accounts.measures import Measure, Reading, Window
from accounts.people.models import Role
from pipeline.timeline.registry import Cursor, TimelineEntry, TimelineSource
from pipeline.visits import pages, selectors
from pipeline.visits.models import Visit

ENTRIES = (
    Entry("pipeline", 15, gettext_lazy("Visits"), "visit_list", "map-pin", "visits.view"),
    Entry(
        "pipeline",
        16,
        gettext_lazy("Log a visit"),
        "visit_log",
        "map-pin-plus",
        "visits.edit",
        {Role.REP: Tab(3, raised=True)},
    ),
)
HOME_PANEL = Panel("visits_today", gettext_lazy("Today"), "visits_today_panel", "visits.edit", 15, "main", (Role.REP,))
CUSTOMER_PANEL = Panel("customer_visits", gettext_lazy("Visits"), "customer_visits_panel", "visits.view", 40)
DEAL_PANEL = Panel("deal_visits", gettext_lazy("Visits"), "deal_visits_panel", "visits.view", 40)

_TONES = {
    Visit.Verification.VERIFIED: "good",
    Visit.Verification.OUT_OF_RADIUS: "warn",
    Visit.Verification.UNVERIFIED: "none",
}


# --- The timeline of a customer ---------------------------------------------------------------------------------------


def _entries(actor: Actor, as_of: date, customer_id: int, before: Cursor | None, size: int) -> Sequence[TimelineEntry]:
    """Visits that took place. Whoever sees the customer sees that somebody was there."""
    there = Visit.objects.filter(customer_id=customer_id, state__in=[Visit.State.CHECKED_IN, Visit.State.DONE])
    if before is not None:
        there = there.filter(before.earlier("visit"))
    found = there.select_related("owner").order_by(*selectors.NEWEST)[:size]
    return [_entry(actor, as_of, visit) for visit in found]


def _entry(actor: Actor, as_of: date, visit: Visit) -> TimelineEntry:
    """Everybody who sees the customer reads what was said; only who sees the visitor's work opens it."""
    opens = may(actor, "visits.view", as_of=as_of, owner_id=visit.owner_id)
    step = visit.next_step
    if visit.next_step_on is not None:
        step = f"{date_format(visit.next_step_on, 'SHORT_DATE_FORMAT')} {step}".strip()
    return TimelineEntry(
        at=visit.at,
        kind="visit",
        key=visit.pk,
        icon="map-pin",
        title=_("Visit"),
        subject=visit.get_outcome_display() or visit.get_state_display(),
        detail=visit.note or visit.purpose,
        url=reverse("visit_detail", args=[actor.tenant.slug, visit.pk]) if opens else "",
        actor_name=visit.owner.full_name,
        badge=(visit.get_verification_display(), _TONES[Visit.Verification(visit.verification)]),
        next_step=step,
    )


TIMELINE = TimelineSource("visit", gettext_lazy("Visits"), "map-pin", "visits.view", _entries, 20)


# --- What waits -------------------------------------------------------------------------------------------------------


def _left_open(actor: Actor, as_of: date, limit: int) -> Sequence[Waiting]:
    if actor.member is None:
        return []
    return [
        Waiting(
            title=_("%(customer)s: the planned visit is still open") % {"customer": visit.customer.name},
            detail=_("Planned for %(day)s. Say how it went, move it or cancel it.")
            % {"day": date_format(timezone.localtime(visit.at), "SHORT_DATE_FORMAT")},
            url=reverse("visit_detail", args=[actor.tenant.slug, visit.pk]),
            urgency="warn",
            since=timezone.localtime(visit.at).date(),
        )
        for visit in selectors.left_open(actor, actor.member, as_of, limit)
    ]


WAITING = WaitingSource("visits_left_open", "visits.edit", _left_open, (Role.REP,))


# --- The measure ------------------------------------------------------------------------------------------------------


def _read(window: Window, members: Collection[int]) -> Mapping[int, Reading]:
    """Visits made in the window whose place was verified. One query."""
    begins, ends = window.instants()
    made = Visit.objects.filter(
        owner_id__in=members,
        at__gte=begins,
        at__lt=ends,
        state=Visit.State.DONE,
        verification=Visit.Verification.VERIFIED,
    )
    counted = made.order_by().values("owner_id").annotate(number=Count("id"))
    return {row["owner_id"]: Reading(Fraction(row["number"])) for row in counted}


def _explain(tenant_slug: str, window: Window, member: int) -> str:
    return pages.address(
        tenant_slug,
        first=window.first,
        last=window.until,
        member=member,
        state=Visit.State.DONE,
        verification=Visit.Verification.VERIFIED,
    )


MEASURE = Measure("visits", gettext_lazy("Verified visits"), "count", _read, _explain, order=60)
