"""Reading people and teams."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db import connection

from accounts.people.models import Access, Member, Team, User
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
    """Ids of the members of all teams that `member` leads on that day, and of the teams below them. One query, as every
    page of a manager begins with it; a cycle in the data ends instead of looping."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE_LED, {"member": member.pk, "day": as_of})
        return frozenset(row[0] for row in cursor.fetchall())


# Row-level security leaves it no other company's rows; the tenant is named for the planner, as everywhere.
_PEOPLE_LED = """
    WITH RECURSIVE here AS (SELECT current_setting('app.tenant_id')::bigint AS tenant_id), led AS (
        SELECT team_id FROM accounts_teamlead NATURAL JOIN here
        WHERE member_id = %(member)s AND daterange(starts_on, ends_on, '[]') @> %(day)s::date
        UNION
        SELECT team.id FROM accounts_team AS team NATURAL JOIN here JOIN led ON team.parent_id = led.team_id
    )
    SELECT member_id FROM accounts_teammembership NATURAL JOIN here JOIN led USING (team_id)
    WHERE daterange(starts_on, ends_on, '[]') @> %(day)s::date
"""


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
