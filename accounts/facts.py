"""What other apps may know about people, as plain values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from accounts.people.models import Member, Region, Role, Team, TeamLead, TeamMembership

_BEGINNING, _END = date.min, date.max


@dataclass(frozen=True, slots=True)
class Person:
    """`hired_on` and `left_on` are the first and last day; None means open."""

    id: int
    full_name: str
    roles: frozenset[str]
    hired_on: date | None
    left_on: date | None


@dataclass(frozen=True, slots=True)
class TeamFact:
    """`region_id` is that of the team's top team."""

    id: int
    name: str
    parent_id: int | None
    region_id: int | None


@dataclass(frozen=True, slots=True)
class _Stretch:
    starts_on: date
    ends_on: date
    value: int


class Organisation:
    """Who was where, and when: the whole company's people and teams over time, loaded once (three queries, one more
    for regions and one for leads when they are asked for).

    Made for runs over many facts; it answers from memory and does not change while one holds it. `only` limits it to
    these members, for a page about a few.
    """

    def __init__(self, only: Collection[int] | None = None) -> None:
        members, memberships = Member.objects.all(), TeamMembership.objects.all()
        if only is not None:
            members, memberships = members.filter(pk__in=only), memberships.filter(member_id__in=only)
        self.people = {
            row[0]: Person(row[0], row[1], frozenset(row[2]), row[3], row[4])
            for row in members.values_list("id", "full_name", "roles", "hired_on", "left_on")
        }
        raw = {row[0]: row for row in Team.objects.values_list("id", "name", "parent_id", "region_id")}
        self.teams = {id: TeamFact(id, row[1], row[2], raw[_top(id, raw)][3]) for id, row in raw.items()}
        self._teams_of = _stretches(memberships.values_list("member_id", "starts_on", "ends_on", "team_id"))

    @cached_property
    def regions(self) -> dict[int, str]:
        return dict(Region.objects.values_list("id", "name"))

    @cached_property
    def _leads_of(self) -> dict[int, list[_Stretch]]:
        return _stretches(TeamLead.objects.values_list("team_id", "starts_on", "ends_on", "member_id"))

    def team_on(self, member_id: int, day: date) -> TeamFact | None:
        """The team the member was in on that day."""
        team_id = _at(self._teams_of.get(member_id, ()), day)
        return self.teams[team_id] if team_id is not None else None

    def moves_of(self, member_id: int) -> set[date]:
        """The days on which the member came into a team, or was out of one."""
        stretches = self._teams_of.get(member_id, ())
        begun = {one.starts_on for one in stretches if one.starts_on != _BEGINNING}
        return begun | {one.ends_on + timedelta(days=1) for one in stretches if one.ends_on != _END}

    def lead_on(self, team_id: int, day: date) -> Person | None:
        """The team's manager on that day."""
        member_id = _at(self._leads_of.get(team_id, ()), day)
        return self.people[member_id] if member_id is not None else None

    def members_of(self, team_id: int, day: date) -> list[Person]:
        """The people of that very team (not of those below it) on that day, by name in code point order."""
        found = [self.people[member] for member, spans in self._teams_of.items() if _at(spans, day) == team_id]
        return sorted(found, key=lambda person: person.full_name)

    def with_role(self, role: Role) -> list[Person]:
        return sorted((one for one in self.people.values() if role in one.roles), key=lambda one: one.full_name)


def _top(team_id: int, raw: dict[int, tuple[int, str, int | None, int | None]]) -> int:
    """The top of the team's branch; a cycle in the data ends at the team itself instead of looping."""
    seen = {team_id}
    current = team_id
    while (parent := raw[current][2]) is not None and parent not in seen:
        seen.add(parent)
        current = parent
    return current


def _stretches(rows: object) -> dict[int, list[_Stretch]]:
    found: dict[int, list[_Stretch]] = {}
    for key, starts_on, ends_on, value in rows:  # type: ignore[attr-defined]  # a values_list of four columns
        found.setdefault(key, []).append(_Stretch(starts_on or _BEGINNING, ends_on or _END, value))
    return found


def _at(stretches: list[_Stretch] | tuple[()], day: date) -> int | None:
    return next((one.value for one in stretches if one.starts_on <= day <= one.ends_on), None)
