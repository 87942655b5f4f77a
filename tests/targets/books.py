"""Credit lines for tests of targets: a won deal each, booked straight into the ledger."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

from accounts.access.actor import Actor
from accounts.people.models import Member, Role
from accounts.people.services import add_member, add_region, add_team, create_tenant, put_in_charge, put_in_team
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from pipeline.deals.models import Deal, Stage
from pipeline.ledger.models import CreditLine
from pipeline.ledger.services import Fact, credit, reverse

_numbers = count(1)


@dataclass(frozen=True)
class Won:
    """A deal that `member` won on that day; `amount` in minor units."""

    member: Member
    day: date
    amount: int


def book(actor: Actor, sales: Iterable[Won]) -> list[Deal]:
    """Make the deals and credit them. Call it inside the actor's tenant."""
    stage, _ = Stage.objects.get_or_create(kind="won", defaults={"name": "Won", "position": 90, "probability": 100})
    sales = list(sales)
    deals = Deal.objects.bulk_create(
        Deal(
            reference=f"D{next(_numbers)}",
            owner=sale.member,
            stage=stage,
            amount=sale.amount,
            closed_on=sale.day,
            stage_since=sale.day,
        )
        for sale in sales
    )
    facts = [
        Fact(CreditLine.Basis.BOOKED, sale.day, sale.member.pk, sale.amount, deal.pk)
        for sale, deal in zip(sales, deals, strict=True)
    ]
    credit(actor=actor, facts=facts)
    return deals


def take_back(actor: Actor, deal: Deal) -> None:
    reverse(actor=actor, lines=list(CreditLine.objects.filter(deal=deal)))


def load_real_company(folder: Path, slug: str = "hardware") -> Tenant:
    """The company of `crm-sales-opportunities`: its people, and its 4,238 won deals in the ledger."""
    tenant = create_tenant(
        slug=slug,
        name="Meridian Hardware",
        currency="USD",
        time_zone="America/New_York",
        fiscal_year_start=1,
        admin_email="admin@hardware.test",
        admin_password="correct horse battery staple",
        admin_name="Admin",
    )
    actor = Actor.operator(tenant)
    with tenant_scope(tenant.pk):
        people = _people(actor, folder / "sales_teams.csv")
        book(actor, _won(folder / "sales_pipeline.csv", people))
    return tenant


def read_rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def _people(actor: Actor, path: Path) -> dict[str, Member]:
    people: dict[str, Member] = {}
    teams = {}
    for row in read_rows(path):
        manager = row["manager"]
        if manager not in teams:
            people[manager] = add_member(actor=actor, full_name=manager, roles=[Role.MANAGER])
            region = add_region(actor=actor, name=row["regional_office"])
            teams[manager] = add_team(actor=actor, name=manager, region=region)
            put_in_charge(actor=actor, member=people[manager], team=teams[manager])
        people[row["sales_agent"]] = add_member(actor=actor, full_name=row["sales_agent"], roles=[Role.REP])
        put_in_team(actor=actor, member=people[row["sales_agent"]], team=teams[manager])
    return people


def _won(path: Path, people: dict[str, Member]) -> list[Won]:
    return [
        Won(people[row["sales_agent"]], date.fromisoformat(row["close_date"]), int(row["close_value"]) * 100)
        for row in read_rows(path)
        if row["deal_stage"] == "Won"
    ]
