"""Which plan version holds for whom, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from accounts.facts import Organisation, Person
from accounts.people.models import Role
from incentives.engine import Plan, parse_plan
from incentives.plans.models import PlanAssignment, PlanVersion
from salesops.lib.periods import month_of

# Where a member has several roles, the plan of the first of these that has one.
ROLE_ORDER = (Role.MANAGER, Role.REP, Role.EXECUTIVE, Role.HR, Role.ADMIN)
_DAY = timedelta(days=1)
_Target = tuple[str, int | str]


@dataclass(frozen=True, slots=True)
class Version:
    """A plan version, read: `terms` is what the engine calculates with."""

    id: int
    plan_id: int
    number: int
    effective_from: date
    digest: str
    terms: Plan


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days, both included, on which one version holds for a member without a break.

    It rates the credits dated on these days and no others, and its components accumulate them from zero, also where
    the stretch begins in the middle of a measurement period (see `PlanVersion`).
    """

    version: Version
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class _Assigned:
    plan_id: int
    first: date
    last: date


class Holding:
    """All versions and assignments of the tenant, loaded once (two queries); answers from memory.

    A member's own assignment comes before the team's, the nearest team's before that of a team above it, a team's
    before a role's. Nobody is on a plan before being hired or after having left.

    Members' roles are not dated, so for an approved month the plan that paid it tells the role: a rep who is made a
    manager later was a rep then. `approved` has that plan by (member, first day of the month).
    """

    def __init__(self, organisation: Organisation, approved: Mapping[tuple[int, date], int]) -> None:
        self.organisation = organisation
        self._approved = approved
        self._versions = _versions()
        self._assigned: defaultdict[_Target, list[_Assigned]] = defaultdict(list)
        for row in PlanAssignment.objects.all():
            target = _target(row)
            self._assigned[target].append(_Assigned(row.plan_id, row.starts_on, row.ends_on or date.max))
        self._changes = {version.effective_from for versions in self._versions.values() for version in versions}
        for (kind, _), rows in self._assigned.items():
            if kind != "member":
                self._changes |= _edges_of(rows)
        self._changes |= {day for _, month in approved for day in _edges(month, month_of(month).end)}

    @property
    def begins(self) -> date | None:
        """The first day on which anybody is assigned to anything."""
        return min((one.first for rows in self._assigned.values() for one in rows), default=None)

    @property
    def versions(self) -> dict[int, Version]:
        return {version.id: version for versions in self._versions.values() for version in versions}

    def stretches(self, person: Person, first: date, last: date) -> list[Stretch]:
        """What holds for the person between two days, in order."""
        first, last = max(first, person.hired_on or first), min(last, person.left_on or last)
        if first > last:
            return []
        edges = sorted({first, last + _DAY, *(day for day in self._edges(person) if first < day <= last)})
        found: list[Stretch] = []
        for begins, after in pairwise(edges):
            version = self.version_on(person, begins)
            if version is None:
                continue
            if found and found[-1].version is version and found[-1].last + _DAY == begins:
                begins = found.pop().first  # noqa: PLW2901 (the same version goes on)
            found.append(Stretch(version, begins, after - _DAY))
        return found

    def version_on(self, person: Person, day: date) -> Version | None:
        """The version that holds for the person on that day."""
        for target in self._targets(person, day):
            for assigned in self._assigned.get(target, ()):
                if assigned.first <= day <= assigned.last:
                    return _latest(self._versions[assigned.plan_id], day)
        return None

    def _targets(self, person: Person, day: date) -> Iterator[_Target]:
        yield "member", person.id
        team = self.organisation.team_on(person.id, day)
        seen = set()
        while team is not None and team.id not in seen:
            seen.add(team.id)
            yield "team", team.id
            team = self.organisation.teams[team.parent_id] if team.parent_id else None
        for role in self._roles(person, day):
            yield "role", role.value

    def _roles(self, person: Person, day: date) -> list[Role]:
        """In their order: those that put the member on the plan that paid the day, else the present ones."""
        plan = self._approved.get((person.id, day.replace(day=1)))
        paid = [
            role
            for role in ROLE_ORDER
            for one in self._assigned.get(("role", role.value), ())
            if one.plan_id == plan and one.first <= day <= one.last
        ]
        return paid or [role for role in ROLE_ORDER if role in person.roles]

    def _edges(self, person: Person) -> set[date]:
        """The days on which something may change for the person."""
        own = _edges_of(self._assigned.get(("member", person.id), ()))
        return self._changes | self.organisation.moves_of(person.id) | own


def _target(row: PlanAssignment) -> _Target:
    if row.member_id:
        return "member", row.member_id
    return ("team", row.team_id) if row.team_id else ("role", row.role)


def _edges(starts_on: date | None, ends_on: date | None) -> Iterator[date]:
    if starts_on:
        yield starts_on
    if ends_on:
        yield ends_on + _DAY


def _edges_of(rows: Sequence[_Assigned]) -> set[date]:
    return {day for one in rows for day in _edges(one.first, None if one.last == date.max else one.last)}


def _versions() -> Mapping[int, Sequence[Version]]:
    found: defaultdict[int, list[Version]] = defaultdict(list)
    for row in PlanVersion.objects.order_by("plan_id", "effective_from", "number"):
        found[row.plan_id].append(
            Version(row.pk, row.plan_id, row.number, row.effective_from, row.digest, parse_plan(row.document))
        )
    return found


def _latest(versions: Sequence[Version], day: date) -> Version | None:
    return next((version for version in reversed(versions) if version.effective_from <= day), None)
