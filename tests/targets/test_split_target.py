"""The command on the real data: every share recomputed here in plain Python, from the files alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Sum

from accounts.access.actor import Actor
from accounts.people.models import Member
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from salesops.lib.periods import FiscalCalendar
from salesops.lib.templatetags.numbers import percent
from targets.attainment.selectors import standings
from targets.cascade.models import TargetCell, TargetNode, TargetPlan
from targets.cascade.selectors import whole_tree
from targets.facts import quotas, version
from tests.factories import Acme
from tests.targets.books import load_real_company, read_rows

TARGET = 3_578_706


def run(tenant: str, *more: str, **changed: str) -> str:
    options = {
        "tenant": tenant,
        "metric": "bookings",
        "period": "2017-Q4",
        "amount": str(TARGET),
        "levels": "region,team,rep",
        "method": "last-period-share",
        "step": "1",
    }
    arguments = [f"--{name}={value}" for name, value in {**options, **changed}.items()]
    out = StringIO()
    call_command("split_target", *arguments, *more, stdout=out)
    return out.getvalue()


@pytest.fixture
def hardware(db: None, shared_data: Path) -> Iterator[Tenant]:
    tenant = load_real_company(shared_data / "crm-sales-opportunities")
    with tenant_scope(tenant.pk):
        yield tenant


@pytest.fixture
def files(shared_data: Path) -> Path:
    return shared_data / "crm-sales-opportunities"


def largest_remainder(total: int, weights: dict[str, int]) -> dict[str, int]:
    """Written again here: floor every share, then one more for the largest remainders, ties to the first name."""
    names = sorted(weights)
    whole = sum(weights.values())
    exact = {name: Fraction(total * weights[name], whole) if whole else Fraction(0) for name in names}
    parts = {name: int(exact[name]) for name in names}
    by_remainder = sorted(names, key=lambda name: (parts[name] - exact[name], name))
    for name in by_remainder[: total - sum(parts.values())]:
        parts[name] += 1
    return parts


def expected_shares(files: Path) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Region, team and rep targets in whole dollars: 2017-Q3's won amounts decide."""
    third_quarter: dict[str, int] = defaultdict(int)
    for row in read_rows(files / "sales_pipeline.csv"):
        if row["deal_stage"] == "Won" and "2017-07-01" <= row["close_date"] <= "2017-09-30":
            third_quarter[row["sales_agent"]] += int(row["close_value"])
    people = read_rows(files / "sales_teams.csv")
    of_team: dict[str, dict[str, int]] = defaultdict(dict)
    region_of = {}
    for row in people:
        of_team[row["manager"]][row["sales_agent"]] = third_quarter[row["sales_agent"]]
        region_of[row["manager"]] = row["regional_office"]
    of_region: dict[str, dict[str, int]] = defaultdict(dict)
    for team, reps in of_team.items():
        of_region[region_of[team]][team] = sum(reps.values())
    regions = largest_remainder(TARGET, {name: sum(teams.values()) for name, teams in of_region.items()})
    teams = {
        name: part
        for region, below in of_region.items()
        for name, part in largest_remainder(regions[region], below).items()
    }
    reps = {
        name: part for team, below in of_team.items() for name, part in largest_remainder(teams[team], below).items()
    }
    return regions, teams, reps


def placed(kind: str) -> dict[str, int]:
    nodes = TargetNode.objects.filter(kind=kind, plan__state="approved").annotate(quarter=Sum("cells__amount"))
    return {node.name: node.quarter for node in nodes}


def in_cents(dollars: dict[str, int]) -> dict[str, int]:
    return {name: amount * 100 for name, amount in dollars.items()}


def test_the_company_target_reaches_every_rep_by_last_quarters_share(hardware: Tenant, files: Path) -> None:
    said = run("hardware", "--approve")
    regions, teams, reps = expected_shares(files)
    assert placed("company") == {"Meridian Hardware": TARGET * 100}
    assert placed("region") == in_cents(regions)
    assert placed("team") == in_cents(teams)
    assert placed("member") == in_cents(reps)
    assert (len(regions), len(teams), len(reps)) == (3, 6, 35)
    assert said == "2017-Q4 bookings: 3578706.00 USD over 3 regions, 6 teams, 35 reps; version 1 approved.\n"


def test_each_month_adds_up_on_every_level_in_whole_dollars(hardware: Tenant) -> None:
    run("hardware", "--approve")
    months = [119_290_200, 119_290_200, 119_290_200]
    for kind in ("company", "region", "team", "member"):
        cells = TargetCell.objects.filter(node__kind=kind).values_list("month").annotate(Sum("amount"))
        assert [amount for _, amount in cells.order_by("month")] == months
    assert not [cell for cell in TargetCell.objects.all() if cell.amount % 100 or cell.unassigned]


def test_quotas_are_what_incentives_read(hardware: Tenant, files: Path) -> None:
    run("hardware", "--approve")
    calendar = FiscalCalendar(1)
    names = dict(Member.objects.values_list("id", "full_name"))
    quarter = quotas(metric="bookings", period=calendar.parse("2017-Q4"))
    assert {names[member]: quota for member, quota in quarter.items()} == in_cents(expected_shares(files)[2])
    months = [quotas(metric="bookings", period=calendar.parse(f"2017-{month}")) for month in (10, 11, 12)]
    assert {member: sum(month[member] for month in months) for member in quarter} == quarter
    assert quotas(metric="bookings", period=calendar.parse("2017")) == quarter
    assert quotas(metric="bookings", period=calendar.parse("2017-Q3")) == {}
    assert sum(1 for quota in quarter.values() if quota == 0) == 5


def test_attainment_of_the_real_quarter_at_every_node(hardware: Tenant, files: Path) -> None:
    """Recomputed from the file: 78.3 % for the company, and every region, team and rep."""
    run("hardware", "--approve")
    (plan,), today, actor = TargetPlan.objects.all(), date(2018, 1, 1), Actor.operator(hardware)
    found = standings(actor, plan, whole_tree(actor, today, plan), today)
    reached = {each.node.name: each.reached for each in found}
    places = {row["sales_agent"]: row for row in read_rows(files / "sales_teams.csv")}
    won: dict[str, int] = dict.fromkeys(reached, 0)
    for row in read_rows(files / "sales_pipeline.csv"):
        if row["deal_stage"] == "Won" and "2017-10-01" <= row["close_date"] <= "2017-12-31":
            place = places[row["sales_agent"]]
            for name in (row["sales_agent"], place["manager"], place["regional_office"], "Meridian Hardware"):
                won[name] += int(row["close_value"]) * 100
    assert {name: each.actual for name, each in reached.items()} == won
    company = reached["Meridian Hardware"]
    assert (company.actual, company.target, percent(company.ratio)) == (280_249_600, 357_870_600, "78.3\xa0%")


def test_running_it_again_changes_nothing(hardware: Tenant) -> None:
    run("hardware", "--approve")
    before = version()
    assert run("hardware", "--approve") == "Unchanged: version 1 of 2017-Q4 already has these targets.\n"
    assert version() == before
    assert TargetPlan.objects.count() == 1


def test_another_amount_makes_a_version_that_supersedes_the_first(hardware: Tenant) -> None:
    run("hardware", "--approve")
    before = version()
    run("hardware", "--approve", amount="3600000")
    states = TargetPlan.objects.order_by("number").values_list("number", "state")
    assert list(states) == [(1, "superseded"), (2, "approved")]
    assert version() != before
    assert sum(quotas(metric="bookings", period=FiscalCalendar(1).parse("2017-Q4")).values()) == 360_000_000


def test_without_approve_the_draft_is_made_again(hardware: Tenant) -> None:
    run("hardware")
    run("hardware", amount="3600000")
    plan = TargetPlan.objects.get()
    assert (plan.state, plan.number) == ("draft", 1)
    assert quotas(metric="bookings", period=FiscalCalendar(1).parse("2017-Q4")) == {}


def test_a_step_of_a_thousand_leaves_the_rest_with_the_first(hardware: Tenant) -> None:
    run("hardware", "--approve", step="1000")
    amounts = placed("region")
    assert sum(amounts.values()) == TARGET * 100
    assert {name: amount // 100 % 1000 for name, amount in amounts.items()} == {"Central": 706, "East": 0, "West": 0}


@pytest.mark.parametrize(
    ("levels", "kinds"),
    [
        ("team,rep", {"company", "team", "member"}),
        ("region", {"company", "region"}),
        ("region,rep", {"company", "region", "member"}),
    ],
)
def test_levels_may_be_left_out(hardware: Tenant, levels: str, kinds: set[str]) -> None:
    run("hardware", "--approve", levels=levels)
    assert set(TargetNode.objects.values_list("kind", flat=True)) == kinds
    for kind in kinds:
        assert sum(placed(kind).values()) == TARGET * 100


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"tenant": "nowhere"}, "--tenant: There is no company at “nowhere”."),
        ({"metric": "smiles"}, "--metric: “smiles” is not a metric; there is bookings."),
        ({"period": "Q4"}, "--period: “Q4” is not a period; write 2026-01, 2026-Q1 or 2026."),
        ({"period": "2017-10"}, "--period: A target is set for a quarter; write 2026-Q1, not “2017-10”."),
        ({"amount": "many"}, "--amount: “many” is not an amount."),
        ({"amount": "0"}, "--amount: A target is more than 0."),
        ({"amount": "-5"}, "--amount: A target is more than 0."),
        ({"amount": "NaN"}, "--amount: “NaN” is out of range for an amount."),
        ({"amount": "1.005"}, "--amount: “1.005” has more decimals than USD has."),
        ({"amount": "1" + "0" * 30}, f"--amount: “1{'0' * 30}” is out of range for an amount."),
        ({"step": "0"}, "--step: The step is more than 0 and at most the target."),
        ({"step": "5000000"}, "--step: The step is more than 0 and at most the target."),
        ({"levels": "rep,team"}, "--levels: “rep,team” are not levels; write some of region,team,rep, in that order."),
        ({"levels": ""}, "--levels: “” are not levels; write some of region,team,rep, in that order."),
        (
            {"method": "weights"},
            "--method: “weights” does not split whole levels at once; there are last-period-share, evenly.",
        ),
        (
            {"period": "2001-Q4"},
            "--method: All weights below Acme are zero, so there is nothing to split it by.",
        ),
    ],
)
def test_bad_input_is_one_line_that_names_the_option(
    acme: Acme, changed: dict[str, str], line: str, capsys: Any
) -> None:
    with pytest.raises(SystemExit) as left:
        run(**{"tenant": "acme", **changed})
    assert left.value.code == 2
    assert capsys.readouterr().err.strip() == line
    with tenant_scope(acme.tenant.pk):
        assert not TargetPlan.objects.exists()


def test_nobody_to_split_to_in_a_fiscal_year_that_starts_in_april(stranger: Any, capsys: Any) -> None:
    with tenant_scope(stranger.tenant.pk):
        Member.objects.filter(roles__contains=["rep"]).update(hired_on=date(2020, 1, 1))
    with pytest.raises(SystemExit):
        run("stranger", method="evenly")
    assert capsys.readouterr().err.startswith("--period: Nobody with the role Rep was in the company on 2017-01-01")
