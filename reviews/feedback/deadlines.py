"""By when a customer must have an answer, and how it stands with that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.tenancy.models import Tenant
from reviews.feedback.models import FeedbackCase, ResponseTimes, State

SOON = timedelta(hours=24)


def deadline(since: datetime, hours: int, time_zone: str) -> datetime:
    """So many hours later by the clock on the company's wall: 24 hours are the same time of the next day, also on the
    two days of the year on which the clock is moved. Weekends and holidays count: the customer waits on them too."""
    return (since.astimezone(ZoneInfo(time_zone)) + timedelta(hours=hours)).astimezone(UTC)


def response_times() -> ResponseTimes:
    """The company's, or the defaults, not saved."""
    return ResponseTimes.objects.first() or ResponseTimes()


def days_between(tenant: Tenant, first: date, last: date) -> tuple[datetime, datetime]:
    """The first instant of one day and the last one of another, by the company's clock."""
    zone = ZoneInfo(tenant.time_zone)
    return datetime.combine(first, time.min, zone), datetime.combine(last, time.max, zone)


@dataclass(frozen=True, slots=True)
class Light:
    """How a case stands with its deadline: a mark and a word."""

    tone: str
    label: str | Promise


IN_TIME = Light("good", _("Answered in time"))
LATE = Light("none", _("Answered late"))
OVERDUE = Light("risk", _("Overdue"))
DUE_SOON = Light("warn", _("Due soon"))
WAITING = Light("none", _("Not due yet"))


def light(case: FeedbackCase, at: datetime) -> Light:
    if case.state != State.OPEN:
        return IN_TIME if case.answered_at is not None and case.answered_at <= case.due_at else LATE
    if case.due_at < at:
        return OVERDUE
    return DUE_SOON if case.due_at - at <= SOON else WAITING
