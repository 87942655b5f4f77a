"""Who is in a plan's tree: the organisation on the period's first day, down to the reps who were in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from accounts.facts import Organisation, Person, TeamFact
from accounts.people.models import Role
from salesops.lib.errors import DomainError, gettext_noop
from targets.cascade.models import TargetNode

LEVELS = ("region", "team", "rep")
_KIND = TargetNode.Kind


@dataclass(frozen=True, slots=True)
class Branch:
    """A node to be made, with its children in the order of their names."""

    kind: TargetNode.Kind
    name: str
    region_id: int | None = None
    team_id: int | None = None
    member_id: int | None = None
    owner_id: int | None = None
    children: tuple[Branch, ...] = ()

    @property
    def reps(self) -> int:
        """Members below it."""
        return sum(1 if child.kind == _KIND.MEMBER else child.reps for child in self.children)


def parse_levels(text: str) -> tuple[str, ...]:
    """`"region,team,rep"` or any part of it in that order; refuses unknown, repeated and reordered levels."""
    levels = tuple(part.strip() for part in text.split(","))
    if not levels or levels != tuple(level for level in LEVELS if level in levels):
        message = gettext_noop("“%(levels)s” are not levels; write some of %(known)s, in that order.")
        raise DomainError("bad_levels", message, "levels", levels=text, known=",".join(LEVELS))
    return levels


def company_tree(name: str, organisation: Organisation, day: date, levels: Sequence[str]) -> Branch:
    """The company's tree. Regions and teams without a rep are left out: a target placed there would be nobody's.

    A team below another one is a child of it, beside that one's own reps. Reps without a team, and teams without a
    region, stand at the first level.
    """
    grower = _Grower(organisation, day, levels)
    if not grower.reps:
        message = gettext_noop(
            "Nobody with the role Rep was in the company on %(day)s, so there is no one to split to."
        )
        raise DomainError("no_reps", message, "period", day=day.isoformat())
    return Branch(_KIND.COMPANY, name, children=grower.first_level())


class _Grower:
    def __init__(self, organisation: Organisation, day: date, levels: Sequence[str]) -> None:
        self.organisation = organisation
        self.day = day
        self.levels = levels
        self.reps = [person for person in organisation.with_role(Role.REP) if _was_here(person, day)]
        self.reps_of: dict[int | None, list[Person]] = {}
        for rep in self.reps:
            team = organisation.team_on(rep.id, day)
            self.reps_of.setdefault(team.id if team else None, []).append(rep)
        self.below: dict[int | None, list[TeamFact]] = {}
        for team in organisation.teams.values():
            self.below.setdefault(team.parent_id, []).append(team)

    def first_level(self) -> tuple[Branch, ...]:
        tops = self.below.get(None, [])
        loners = self._leaves(self.reps_of.get(None, []), None)
        if "region" not in self.levels:
            return _by_name([*self._teams(tops), *loners])
        stray = [team for team in tops if team.region_id is None]
        return _by_name([*self._regions(tops), *self._teams(stray), *loners])

    def _regions(self, tops: list[TeamFact]) -> Iterable[Branch]:
        for region_id, name in self.organisation.regions.items():
            teams = [team for team in tops if team.region_id == region_id]
            if any(self._has_reps(team) for team in teams):
                yield Branch(_KIND.REGION, name, region_id=region_id, children=_by_name(self._teams(teams)))

    def _teams(self, teams: Iterable[TeamFact]) -> list[Branch]:
        """A branch per team with reps; without the level `team`, its reps themselves."""
        found: list[Branch] = []
        for team in teams:
            if self._has_reps(team):
                inside = [*self._teams(self.below.get(team.id, [])), *self._leaves(self.reps_of.get(team.id, []), team)]
                found.extend([self._team(team, inside)] if "team" in self.levels else inside)
        return found

    def _team(self, team: TeamFact, inside: list[Branch]) -> Branch:
        lead = self.organisation.lead_on(team.id, self.day)
        owner_id = lead.id if lead else None
        return Branch(_KIND.TEAM, team.name, team_id=team.id, owner_id=owner_id, children=_by_name(inside))

    def _leaves(self, reps: list[Person], team: TeamFact | None) -> list[Branch]:
        if "rep" not in self.levels:
            return []
        team_id = team.id if team else None
        return [Branch(_KIND.MEMBER, rep.full_name, None, team_id, rep.id, rep.id) for rep in reps]

    def _has_reps(self, team: TeamFact) -> bool:
        return team.id in self.reps_of or any(self._has_reps(each) for each in self.below.get(team.id, []))


def _was_here(person: Person, day: date) -> bool:
    return (person.hired_on is None or person.hired_on <= day) and (person.left_on is None or person.left_on >= day)


def _by_name(branches: Iterable[Branch]) -> tuple[Branch, ...]:
    return tuple(sorted(branches, key=lambda branch: branch.name))
