"""Reading people and teams."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings

from accounts.people.models import Access, Dated, Member, Team, TeamLead, TeamMembership, User
from accounts.tenancy.models import Tenant


def subtree(top_ids: Iterable[int]) -> frozenset[int]:
    """Ids of the given teams and all teams below them. One query; a cycle in the data ends instead of looping."""
    children: dict[int | None, list[int]] = {}
    for team_id, parent_id in Team.objects.values_list("id", "parent_id"):
        children.setdefault(parent_id, []).append(team_id)
    seen: set[int] = set()
    waiting = list(top_ids)
    while waiting:
        team_id = waiting.pop()
        if team_id not in seen:
            seen.add(team_id)
            waiting.extend(children.get(team_id, []))
    return frozenset(seen)


def people_led_by(member: Member, as_of: date) -> frozenset[int]:
    """Ids of the members of all teams that `member` leads on that day, and of the teams below them. Three queries."""
    led = TeamLead.objects.filter(Dated.on(as_of), member=member).values_list("team_id", flat=True)
    teams = subtree(led)
    return frozenset(
        TeamMembership.objects.filter(Dated.on(as_of), team_id__in=teams).values_list("member_id", flat=True)
    )


def companies_of(user_id: int | None, now: datetime) -> list[Tenant]:
    """The tenants that the user may enter at this instant, by name. One query."""
    if user_id is None:
        return []
    accesses = Access.objects.select_related("tenant").filter(user_id=user_id).order_by("tenant__name", "tenant_id")
    return [
        access.tenant for access in accesses if access.ends_on is None or access.ends_on >= access.tenant.day_of(now)
    ]


def language_of(user: User | None, tenant: Tenant) -> str:
    """The language to write to somebody in: their own, else the company's."""
    return (user.language if user else "") or tenant.language or settings.LANGUAGE_CODE
