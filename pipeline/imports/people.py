"""Importing people: each manager's reps become a team that has the manager's name.

Whoever is there already, matched by full name, keeps roles and team; a manager's role is added where it is missing, a
rep without any team gets one. New people need no e-mail, and their memberships are open-ended (domain.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.access.actor import Actor
from accounts.audit.services import record
from accounts.people.models import Member, Region, Role, Team, TeamLead, TeamMembership
from accounts.people.services import sort_key
from pipeline.imports.difference import Difference, compare
from pipeline.imports.records import PersonRecord, Tallies


@dataclass(frozen=True, slots=True)
class PeoplePlan:
    """Names of regions and managers, teams as (name, region), and reps: what is new and what changes."""

    regions: Difference[str]
    managers: Difference[str]
    teams: Difference[tuple[str, str]]
    reps: Difference[PersonRecord]

    @property
    def tallies(self) -> Tallies:
        return {
            "regions": self.regions.tally,
            "teams": self.teams.tally,
            "managers": self.managers.tally,
            "reps": self.reps.tally,
        }


def plan_people(people: Sequence[PersonRecord]) -> PeoplePlan:
    """Five queries, however many people."""
    roles: dict[str, list[str]] = dict(Member.objects.values_list("full_name", "roles"))
    regions = set(Region.objects.values_list("name", flat=True))
    teams = set(Team.objects.values_list("name", flat=True))
    led = set(TeamLead.objects.values_list("team__name", flat=True))
    placed = set(TeamMembership.objects.values_list("member__full_name", flat=True))
    region_of = {person.manager: person.region for person in people}
    return PeoplePlan(
        regions=compare(dict.fromkeys(region_of.values()), lambda name: name in regions or None),
        managers=compare(region_of, lambda name: Role.MANAGER in roles[name] if name in roles else None),
        teams=compare(region_of.items(), lambda team: team[0] in led if team[0] in teams else None),
        reps=compare(people, lambda person: person.name in placed if person.name in roles else None),
    )


def write_people(actor: Actor, plan: PeoplePlan) -> None:
    """Write what the plan says, in the caller's transaction; importing is allowed by the caller."""
    Region.objects.bulk_create(Region(name=name) for name in plan.regions.created)
    _add_members(actor, plan.managers.created, Role.MANAGER)
    for member in Member.objects.filter(full_name__in=plan.managers.changed):
        member.roles = sorted({*member.roles, Role.MANAGER})
        member.save(update_fields=["roles"])
        record(actor=actor, action="member.roles_changed", subject=member, roles=member.roles)
    regions = {region.name: region for region in Region.objects.all()}
    Team.objects.bulk_create(Team(name=name, region=regions[region]) for name, region in plan.teams.created)
    _add_members(actor, [person.name for person in plan.reps.created], Role.REP)
    _place(plan)


def _add_members(actor: Actor, names: Sequence[str], role: Role) -> None:
    """Somebody who is manager and rep at once in the files has been added as the one, and gets the other role too."""
    known = {member.full_name: member for member in Member.objects.filter(full_name__in=names)}
    for member in known.values():
        member.roles = sorted({*member.roles, role})
        member.save(update_fields=["roles"])
    new = [name for name in names if name not in known]
    Member.objects.bulk_create(Member(full_name=name, sort_name=sort_key(name), roles=[role]) for name in new)
    if new:
        record(actor=actor, action="members.imported", subject=actor.tenant, names=new, roles=[role])


def _place(plan: PeoplePlan) -> None:
    members: dict[str, int] = dict(Member.objects.values_list("full_name", "id"))
    teams: dict[str, int] = dict(Team.objects.values_list("name", "id"))
    leaderless = [name for name, _ in plan.teams.created + plan.teams.changed]
    TeamLead.objects.bulk_create(TeamLead(team_id=teams[name], member_id=members[name]) for name in leaderless)
    placed = set(TeamMembership.objects.values_list("member_id", flat=True))
    TeamMembership.objects.bulk_create(
        TeamMembership(member_id=members[person.name], team_id=teams[person.manager])
        for person in plan.reps.created + plan.reps.changed
        if members[person.name] not in placed
    )
