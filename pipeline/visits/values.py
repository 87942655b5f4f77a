"""What is said about a visit: the plan, the arrival, the report. Checked here as far as it needs no other record."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.tenancy.models import Tenant
from pipeline.visits.models import Visit
from pipeline.visits.place import Place
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.periods import check_day

OLDEST = timedelta(days=30)  # longer, nobody remembers how it went; a phone kept off the net that long is lost
AHEAD = timedelta(minutes=5)  # how far a phone's clock may run before the server's
FARTHEST = timedelta(days=730)
_LONGEST = {"purpose": 160, "note": 4000, "next_step": 200}

LABELS: dict[str, str | Promise] = {
    "owner_id": _("owner"),
    "customer_id": _("customer"),
    "deal_id": _("deal"),
    "contact_id": _("contact"),
    "purpose": _("purpose"),
    "planned_for": _("time"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Who means to be where, when and what for. `planned_for` None: it was not planned, it took place."""

    owner_id: int
    customer_id: int
    planned_for: datetime | None
    purpose: str = ""
    deal_id: int | None = None
    contact_id: int | None = None

    @classmethod
    def of(cls, visit: Visit) -> Plan:
        return cls(**{field.name: getattr(visit, field.name) for field in fields(cls)})

    def changes_of(self, visit: Visit) -> dict[str, Any]:
        wanted = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in wanted.items() if getattr(visit, name) != value}

    def check(self, tenant: Tenant, at: datetime) -> None:
        """Refuse a day that is over or years away."""
        _check_length("purpose", self.purpose)
        if self.planned_for is None:
            return
        if tenant.day_of(self.planned_for) < tenant.day_of(at):
            message = gettext_noop("That day is over; plan the visit for today or later.")
            raise DomainError("past", message, "planned_for")
        if self.planned_for > at + FARTHEST:
            raise DomainError("too_far", gettext_noop("Plan a visit at most two years ahead."), "planned_for")


@dataclass(frozen=True, slots=True)
class Arrival:
    """At the door: when, by the phone's clock, and where."""

    captured_at: datetime
    place: Place

    def check(self, at: datetime) -> None:
        """Refuse what has not happened yet, or too long ago to be believed."""
        self.place.check()
        if self.captured_at > at + AHEAD:
            message = gettext_noop("The check-in lies in the future; look at the phone's clock.")
            raise DomainError("future", message, "captured_at")
        if self.captured_at < at - OLDEST:
            message = gettext_noop("The check-in is more than %(days)s days old; it cannot be recorded any more.")
            raise DomainError("too_old", message, "captured_at", days=OLDEST.days)


@dataclass(frozen=True, slots=True)
class Report:
    """How it went. `checked_out_at` is by the phone's clock; `next_step` needs its day."""

    outcome: str
    checked_out_at: datetime
    note: str = ""
    next_step_on: date | None = None
    next_step: str = ""

    def check(self, arrived: date, captured_at: datetime, at: datetime) -> None:
        """Refuse what does not follow from a visit on the day `arrived`."""
        if self.outcome not in Visit.Outcome.values:
            raise DomainError("required", gettext_noop("Say how it went."), "outcome")
        for name in ("note", "next_step"):
            _check_length(name, getattr(self, name))
        if not captured_at <= self.checked_out_at <= at + AHEAD:
            message = gettext_noop("The check-out lies before the check-in or in the future.")
            raise DomainError("bad_time", message, "checked_out_at")
        if self.next_step and self.next_step_on is None:
            raise DomainError("required", gettext_noop("Give the next step a day."), "next_step_on")
        if self.next_step_on is not None and self.next_step_on < arrived:
            message = gettext_noop("The next step cannot lie before the visit.")
            raise DomainError("past", message, "next_step_on")
        check_day(self.next_step_on, "next_step_on")

    def is_of(self, visit: Visit) -> bool:
        """Whether the visit already says exactly this."""
        return all(getattr(visit, field.name) == getattr(self, field.name) for field in fields(self))


def _check_length(name: str, text: str) -> None:
    if len(text) > _LONGEST[name]:
        raise DomainError("too_long", gettext_noop("At most %(most)s characters."), name, most=_LONGEST[name])
