"""The permanent cast. It is made once per test database, through the services that make real companies.

Acme is where tests happen. The stranger's company exists so that its rows can be looked for where they must never be:
everything in it carries `MARKER`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from django.db import transaction

from accounts.access.actor import Actor
from accounts.people.models import Member, Region, Role, Team
from accounts.people.services import add_member, add_region, add_team, create_tenant, put_in_charge, put_in_team
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant

PASSWORD = "correct horse battery staple"
MARKER = "XSTRANGERX"
_TEAMS = {"North": ("East", "max", ("rob", "rita")), "South": ("West", "mia", ("sam", "sue"))}
_ACME = {
    "eve": Role.EXECUTIVE,
    "erik": Role.EXECUTIVE,
    "max": Role.MANAGER,
    "mia": Role.MANAGER,
    "rob": Role.REP,
    "rita": Role.REP,
    "sam": Role.REP,
    "sue": Role.REP,
    "hana": Role.HR,
    "hugo": Role.HR,
}
_STRANGERS = {"executive": Role.EXECUTIVE, "manager": Role.MANAGER, "rep": Role.REP, "hr": Role.HR}


@dataclass
class Company:
    """A tenant with its people by first name, teams and regions by name. Read afresh for each test."""

    tenant: Tenant
    members: dict[str, Member] = field(default_factory=dict)

    @property
    def operator(self) -> Actor:
        return Actor.operator(self.tenant)

    @cached_property
    def teams(self) -> dict[str, Team]:
        with tenant_scope(self.tenant.pk), transaction.atomic():
            return {team.name: team for team in Team.objects.all()}

    @cached_property
    def regions(self) -> dict[str, Region]:
        with tenant_scope(self.tenant.pk), transaction.atomic():
            return {region.name: region for region in Region.objects.all()}


@dataclass
class Acme(Company):
    """USD, New York, fiscal year from January. Managers Max (North, East) and Mia (South, West), two reps each."""

    @property
    def ada(self) -> Member:
        """Admin."""
        return self.members["ada"]

    @property
    def eve(self) -> Member:
        """Executive."""
        return self.members["eve"]

    @property
    def erik(self) -> Member:
        """Executive: the second pair of eyes."""
        return self.members["erik"]

    @property
    def max(self) -> Member:
        """Manager of North."""
        return self.members["max"]

    @property
    def mia(self) -> Member:
        """Manager of South."""
        return self.members["mia"]

    @property
    def rob(self) -> Member:
        """Rep in North."""
        return self.members["rob"]

    @property
    def rita(self) -> Member:
        """Rep in North."""
        return self.members["rita"]

    @property
    def sam(self) -> Member:
        """Rep in South."""
        return self.members["sam"]

    @property
    def sue(self) -> Member:
        """Rep in South."""
        return self.members["sue"]

    @property
    def hana(self) -> Member:
        """HR."""
        return self.members["hana"]

    @property
    def hugo(self) -> Member:
        """HR: the second pair of eyes."""
        return self.members["hugo"]

    @property
    def north(self) -> Team:
        return self.teams["North"]

    @property
    def south(self) -> Team:
        return self.teams["South"]

    @property
    def east(self) -> Region:
        return self.regions["East"]

    @property
    def west(self) -> Region:
        return self.regions["West"]


@dataclass
class Stranger(Company):
    """Another company. One member per role."""

    @property
    def admin(self) -> Member:
        return self.members["admin"]

    @property
    def executive(self) -> Member:
        return self.members["executive"]

    @property
    def manager(self) -> Member:
        return self.members["manager"]

    @property
    def rep(self) -> Member:
        return self.members["rep"]

    @property
    def hr(self) -> Member:
        return self.members["hr"]

    @property
    def team(self) -> Team:
        return self.teams[f"Team {MARKER}"]


def make_cast() -> None:
    """Make both companies, unless they are there."""
    if not Tenant.objects.filter(slug="acme").exists():
        _make_acme()
        _make_stranger()


def load_acme() -> Acme:
    return Acme(*_company("acme"))


def load_stranger() -> Stranger:
    return Stranger(*_company("stranger"))


def _company(slug: str) -> tuple[Tenant, dict[str, Member]]:
    tenant = Tenant.objects.get(slug=slug)
    with tenant_scope(tenant.pk), transaction.atomic():
        members = Member.objects.select_related("user").exclude(user=None)
        return tenant, {member.user.email.partition("@")[0]: member for member in members}


def _make_acme() -> None:
    tenant = create_tenant(
        slug="acme",
        name="Acme",
        currency="USD",
        time_zone="America/New_York",
        fiscal_year_start=1,
        admin_email="ada@acme.test",
        admin_password=PASSWORD,
        admin_name="Ada Admin",
        is_guarded=False,
    )
    surnames = {Role.EXECUTIVE: "Executive", Role.MANAGER: "Manager", Role.REP: "Rep", Role.HR: "Person"}
    actor = Actor.operator(tenant)
    with tenant_scope(tenant.pk):
        people = {
            name: add_member(
                actor=actor,
                full_name=f"{name.title()} {surnames[role]}",
                roles=[role],
                email=f"{name}@acme.test",
                password=PASSWORD,
            )
            for name, role in _ACME.items()
        }
        for team_name, (region, manager, reps) in _TEAMS.items():
            team = add_team(actor=actor, name=team_name, region=add_region(actor=actor, name=region))
            put_in_charge(actor=actor, member=people[manager], team=team)
            for name in (manager, *reps):
                put_in_team(actor=actor, member=people[name], team=team)


def _make_stranger() -> None:
    tenant = create_tenant(
        slug="stranger",
        name=f"Stranger {MARKER}",
        currency="EUR",
        time_zone="Europe/Berlin",
        fiscal_year_start=4,
        admin_email="admin@stranger.test",
        admin_password=PASSWORD,
        admin_name=f"Admin {MARKER}",
        is_guarded=False,
    )
    actor = Actor.operator(tenant)
    with tenant_scope(tenant.pk):
        people = {
            name: add_member(
                actor=actor,
                full_name=f"{name.title()} {MARKER}",
                roles=[role],
                email=f"{name}@stranger.test",
                password=PASSWORD,
            )
            for name, role in _STRANGERS.items()
        }
        team = add_team(actor=actor, name=f"Team {MARKER}", region=add_region(actor=actor, name=f"Region {MARKER}"))
        put_in_charge(actor=actor, member=people["manager"], team=team)
        for name in ("manager", "rep"):
            put_in_team(actor=actor, member=people[name], team=team)
