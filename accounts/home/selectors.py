"""What the head of a home page says: whose teams, and how fresh the figures are."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max

from accounts.access.actor import Actor
from accounts.jobs.models import JobRun
from accounts.people.models import Dated, TeamLead


def teams_led(actor: Actor, as_of: date) -> list[str]:
    """The names of the teams that the actor leads on that day."""
    led = TeamLead.objects.filter(Dated.on(as_of), member=actor.member).order_by("team__name")
    return list(led.values_list("team__name", flat=True))


def last_night_ended() -> datetime | None:
    """When the newest night was through with its steps; None before the first."""
    ended = JobRun.objects.filter(sequence__isnull=False, finished_at__isnull=False)
    return ended.aggregate(last=Max("finished_at"))["last"]  # type: ignore[no-any-return]
