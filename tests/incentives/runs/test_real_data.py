"""The path of the issue on the real data: every cent recomputed here from the files, by other arithmetic."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from incentives.plans.services import Target, assign, create_plan
from tests.factories import Company
from tests.incentives.cast import OCTOBER, by_attainment, document, recompute
from tests.targets.books import load_real_company, read_rows

MONTHS = ("2017-10", "2017-11", "2017-12")
Q3 = ("2017-07", "2017-08", "2017-09")
TARGET = 3_578_706


@pytest.fixture
def hardware(db: None, shared_data: Path) -> Iterator[Tenant]:
    tenant = load_real_company(shared_data / "crm-sales-opportunities")
    with tenant_scope(tenant.pk):
        yield tenant


@pytest.fixture
def exported(hardware: Tenant, tmp_path: Path) -> list[dict[str, str]]:
    """The commands of the issue, one after the other; the rows of the file."""
    split = "--metric=bookings --period=2017-Q4 --levels=region,team,rep --method=last-period-share --step=1 --approve"
    call_command("split_target", f"--tenant={hardware.slug}", f"--amount={TARGET}", *split.split())
    company = Company(hardware)
    plan = create_plan(
        actor=company.operator, name="Field Sales", effective_from=OCTOBER, document=document(by_attainment())
    ).plan
    assign(actor=company.operator, plan=plan, target=Target(role="rep"), starts_on=OCTOBER)
    recompute(company)
    path = tmp_path / "payouts.csv"
    months = ("--from=2017-10", "--to=2017-12")
    call_command("export_payouts", f"--tenant={hardware.slug}", *months, "--format=csv", f"--output={path}")
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def won_by_agent(folder: Path, months: tuple[str, ...]) -> dict[str, list[tuple[str, int]]]:
    """(date, dollars) of every deal won in these months."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in read_rows(folder / "sales_pipeline.csv"):
        if row["deal_stage"] == "Won" and row["close_date"][:7] in months:
            found[row["sales_agent"]].append((row["close_date"], int(row["close_value"])))
    return found


def divided(total: int, weights: dict[str, int]) -> dict[str, int]:
    """Largest remainder in whole dollars, names in code point order, ties to the first."""
    names = sorted(weights)
    exact = {name: Fraction(total * weights[name], sum(weights.values())) for name in names}
    parts = {name: int(exact[name]) for name in names}
    for name in sorted(names, key=lambda name: parts[name] - exact[name])[: total - sum(parts.values())]:
        parts[name] += 1
    return parts


def quotas(folder: Path) -> dict[str, int]:
    """The target split to region, team and rep by what was won in the quarter before."""
    won = {agent: sum(value for _, value in deals) for agent, deals in won_by_agent(folder, Q3).items()}
    people = read_rows(folder / "sales_teams.csv")
    regions: dict[str, int] = defaultdict(int)
    teams: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    agents: dict[str, dict[str, int]] = defaultdict(dict)
    for row in people:
        value = won.get(row["sales_agent"], 0)
        regions[row["regional_office"]] += value
        teams[row["regional_office"]][row["manager"]] += value
        agents[row["manager"]][row["sales_agent"]] = value
    found: dict[str, int] = {}
    for region, of_region in divided(TARGET, regions).items():
        for team, of_team in divided(of_region, teams[region]).items():
            found |= divided(of_team, agents[team])
    return found


def cents_to_date(dollars: int, quota: int) -> int:
    """4 % up to 80 % of the quota, 6 % up to 100 %, 10 % above; half up."""
    first, second = Fraction(8 * quota, 10), Fraction(quota)
    earned = (
        min(Fraction(dollars), first) * 4
        + max(min(Fraction(dollars), second) - first, Fraction(0)) * 6
        + max(dollars - second, Fraction(0)) * 10
    )
    return (2 * earned.numerator + earned.denominator) // (2 * earned.denominator)


def expected(folder: Path) -> dict[tuple[str, str], int]:
    """Cents by agent and month: rounded to date, less rounded to the month before."""
    won, quota = won_by_agent(folder, MONTHS), quotas(folder)
    found: dict[tuple[str, str], int] = {}
    for agent in quota:
        dollars = before = 0
        for month in MONTHS:
            dollars += sum(value for day, value in won.get(agent, ()) if day[:7] == month)
            reached = cents_to_date(dollars, quota[agent])
            found[agent, month] = reached - before
            before = reached
    return found


def test_the_whole_companys_quarter_to_the_cent(exported, shared_data):
    """Thirty agents are paid; five have neither history nor deals, so a quota and pay of 0."""
    folder = shared_data / "crm-sales-opportunities"
    won, quota = won_by_agent(folder, MONTHS), quotas(folder)
    paid = {(row["participant"], row["period"]): int(row["payable"].replace(".", "")) for row in exported}
    assert paid == expected(folder)

    quarters: dict[str, int] = defaultdict(int)
    for (agent, _), cents in paid.items():
        quarters[agent] += cents
    assert quarters == {
        agent: cents_to_date(sum(value for _, value in won.get(agent, ())), quota[agent]) for agent in quota
    }
    nothing = {agent for agent, cents in quarters.items() if cents == 0}
    assert (len(quarters), len(nothing)) == (35, 5)
    assert nothing == {agent for agent, amount in quota.items() if amount == 0}
