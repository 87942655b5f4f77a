"""The directory: who is in the company, in which team, under whom; today and before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Prefetch, Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import has, require
from accounts.audit.models import AuditEntry
from accounts.people.models import Dated, Member, Region, Role, Team, TeamLead, TeamMembership
from accounts.people.selectors import subtree
from salesops.lib.errors import DomainError, NotVisible, gettext_noop

ORDER = ("sort_name", "id")
_SHOWN = 50  # as many as on a page of the members' list
_LATEST_FIRST = (F("starts_on").desc(nulls_last=True), "-id")


def members(actor: Actor, as_of: date) -> QuerySet[Member]:
    """Everybody of the company, with the team of that day as `current` (a list of one or none) and the user."""
    require(actor, "people.view")
    current = TeamMembership.objects.filter(Dated.on(as_of)).select_related("team")
    everybody: QuerySet[Member] = Member.objects.select_related("user", "line_manager").prefetch_related(
        Prefetch("memberships", queryset=current, to_attr="current")
    )
    return everybody


def narrowed(
    queryset: QuerySet[Member], as_of: date, *, search: str = "", role: str = "", team: str = "", state: str = ""
) -> QuerySet[Member]:
    """The members whose name, number or e-mail contains `search`, with the role, in the team or one below it. `state`:
    here (the default), left or all. What a filter does not know is no filter."""
    if search := search.replace("\0", ""):
        queryset = queryset.filter(
            Q(full_name__icontains=search)
            | Q(sort_name__icontains=search)
            | Q(employee_number__icontains=search)
            | Q(user__email__icontains=search)
        )
    if role in Role.values:
        queryset = queryset.filter(roles__contains=[role])
    if team.isascii() and team.isdigit():
        queryset = queryset.filter(pk__in=_people_in(int(team), as_of))
    if state == "all":
        return queryset
    here = Q(left_on__isnull=True) | Q(left_on__gte=as_of)
    return queryset.exclude(here) if state == "left" else queryset.filter(here)


def _people_in(team_id: int, as_of: date) -> list[int]:
    """Looked up on their own: as a subquery of the search it was planned as a loop over both (4 s at 3,000 people)."""
    inside = TeamMembership.objects.filter(Dated.on(as_of), team_id__in=subtree([team_id]))
    return list(inside.values_list("member_id", flat=True))


def member_of(actor: Actor, member_id: int, as_of: date) -> Member:
    """One member, or NotVisible."""
    member = members(actor, as_of).filter(pk=member_id).first()
    if member is None:
        raise NotVisible
    return member


@dataclass(frozen=True, slots=True)
class RoleChange:
    """From that instant on the member had these roles."""

    at: datetime
    roles: list[str]


@dataclass(frozen=True, slots=True)
class Career:
    """Where a member has been, what they have led and which roles they had, the latest first."""

    memberships: list[TeamMembership]
    led: list[TeamLead]
    roles: list[RoleChange]


def career_of(actor: Actor, member: Member) -> Career:
    require(actor, "people.view")
    return Career(
        list(TeamMembership.objects.filter(member=member).select_related("team").order_by(*_LATEST_FIRST)),
        list(TeamLead.objects.filter(member=member).select_related("team").order_by(*_LATEST_FIRST)),
        _role_changes(actor, member),
    )


def _role_changes(actor: Actor, member: Member) -> list[RoleChange]:
    """From the audit trail, for those who may read it; only entries in which the roles became others."""
    if not has(actor, "audit.view"):
        return []
    entries = AuditEntry.objects.filter(
        subject=f"{member._meta.label_lower}:{member.pk}", action__in=("member.added", "member.changed")
    )
    changes: list[RoleChange] = []
    for at, data in entries.order_by("-at", "-id").values_list("at", "data"):
        if data["roles"] != data.get("before", {}).get("roles"):
            changes.append(RoleChange(at, data["roles"]))
    return changes


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team in the tree: how deep it hangs, who leads it on the day, how many are in it."""

    team: Team
    level: int
    region: str
    lead: Member | None
    people: int


def team_tree(actor: Actor, as_of: date) -> list[TeamRow]:
    """Every team below its parent, siblings by name. Three queries whatever their number. Teams that a cycle keeps
    from hanging below any top are shown at the end, so that they can be put right."""
    require(actor, "people.view")
    children: dict[int | None, list[Team]] = {}
    every = list(teams(actor).select_related("region"))
    for team in every:
        children.setdefault(team.parent_id, []).append(team)
    leads = {lead.team_id: lead.member for lead in TeamLead.objects.filter(Dated.on(as_of)).select_related("member")}
    people = Counter(TeamMembership.objects.filter(Dated.on(as_of)).values_list("team_id", flat=True))
    rows: list[TeamRow] = []
    waiting = [(team, 1, "") for team in reversed(children.get(None, []))]
    while waiting:
        team, level, region = waiting.pop()
        region = team.region.name if team.region else region
        rows.append(TeamRow(team, level, region, leads.get(team.pk), people[team.pk]))
        waiting.extend((child, level + 1, region) for child in reversed(children.get(team.pk, [])))
    shown = {row.team.pk for row in rows}
    rows.extend(TeamRow(team, 1, "", leads.get(team.pk), people[team.pk]) for team in every if team.pk not in shown)
    return rows


@dataclass(frozen=True, slots=True)
class TeamPage:
    """A team with who leads or led it and who is in it: the first of those by name, and the latest others."""

    team: Team
    people: int
    now: list[TeamMembership]
    other: list[TeamMembership]
    lead: TeamLead | None
    leads: list[TeamLead]
    below: list[Team]


def team_page(actor: Actor, team_id: int, as_of: date) -> TeamPage:
    """One team, or NotVisible. Seven queries; of a big team the members' list shows the rest."""
    team = team_of(actor, team_id)
    every = TeamMembership.objects.filter(team=team).select_related("member")
    now = every.filter(Dated.on(as_of)).order_by("member__sort_name", "member_id")
    leads = list(TeamLead.objects.filter(team=team).select_related("member").order_by(*_LATEST_FIRST))
    return TeamPage(
        team,
        now.count(),
        list(now[:_SHOWN]),
        list(every.exclude(Dated.on(as_of)).order_by(*_LATEST_FIRST)[:_SHOWN]),
        next((lead for lead in leads if lead.holds_on(as_of)), None),
        leads,
        list(Team.objects.filter(parent=team).order_by("name")),
    )


def team_of(actor: Actor, team_id: int) -> Team:
    """One team, or NotVisible."""
    require(actor, "people.view")
    team: Team | None = Team.objects.select_related("region", "parent").filter(pk=team_id).first()
    if team is None:
        raise NotVisible
    return team


def teams(actor: Actor) -> QuerySet[Team]:
    require(actor, "people.view")
    every: QuerySet[Team] = Team.objects.order_by("name")
    return every


def regions(actor: Actor) -> QuerySet[Region]:
    require(actor, "people.view")
    everywhere: QuerySet[Region] = Region.objects.order_by("name")
    return everywhere


def likely_leads(actor: Actor, as_of: date) -> Iterable[str]:
    """Names to suggest where a manager is typed; anybody else may be typed as well."""
    require(actor, "people.view")
    leading = Member.objects.filter(roles__overlap=[Role.MANAGER, Role.EXECUTIVE])
    return narrowed(leading, as_of).order_by(*ORDER).values_list("full_name", flat=True)


def present_member_named(actor: Actor, full_name: str, as_of: date, field: str = "member") -> Member:
    """The member of that name who is here on that day, or a refusal beside the field."""
    require(actor, "people.view")
    member = narrowed(Member.objects.filter(full_name=" ".join(full_name.split())), as_of).first()
    if member is None:
        message = gettext_noop("Nobody here is named “%(name)s”; write the full name.")
        raise DomainError("unknown_member", message, field, name=full_name)
    return member
