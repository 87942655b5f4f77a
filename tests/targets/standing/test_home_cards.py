"""The cards that targets put on a home page: 120,000 for 2017-Q4, 72,000 of it Rob's, 24,000 Rita's and Sam's each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest
from django.test import Client

from accounts.access.actor import Actor
from accounts.measures import Window, find_measure
from accounts.people.models import Member
from pipeline.deals.models import Deal, Stage
from pipeline.forecast.facts import open_by_category, open_by_owner
from pipeline.ledger.models import CreditLine
from pipeline.ledger.services import Fact, credit
from salesops.lib import clock
from salesops.lib.periods import FiscalCalendar
from targets.cascade.approval import approve, submit
from targets.cascade.models import TargetPlan
from targets.standing.pages import waterfall_of
from targets.standing.projection import project
from targets.standing.regions import by_region
from targets.standing.selectors import coverage, forecast, standing
from targets.standing.team import heat_map
from targets.standing.waiting import find
from tests.factories import Acme
from tests.pipeline.cast import deal
from tests.targets.books import Won, book
from tests.targets.conftest import LATE

TODAY = date(2017, 11, 15)
Q4 = FiscalCalendar().quarter_of(TODAY)


@pytest.fixture
def sold(booked: Acme, eve: Actor, erik: Actor, placed: TargetPlan) -> Acme:
    """In force; Rob has booked 36,000 and Sam 6,000; Rob has 10,000 open for December, Rita 4,000 for nobody knows."""
    submit(actor=eve, plan=placed, as_of=LATE)
    approve(actor=erik, plan=placed, as_of=LATE)
    sales = [(booked.rob, date(2017, 10, 10), 36_000_00), (booked.sam, date(2017, 11, 7), 6_000_00)]
    book(booked.operator, [Won(member, day, amount) for member, day, amount in sales])
    Stage.objects.create(name="Engaging", kind="open", position=1, probability=50)
    deal(booked, booked.rob, amount=10_000_00, expected_on=date(2017, 12, 5))
    deal(booked, booked.rita, amount=4_000_00)
    return booked


@pytest.fixture
def on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda time_zone: TODAY)


def test_a_manager_sees_the_own_teams_and_an_executive_the_company(sold: Acme, actor_for: Callable[..., Actor]) -> None:
    north = standing(actor_for(sold.max), Q4, TODAY)
    company = standing(actor_for(sold.eve), Q4, TODAY)

    assert north is not None
    assert company is not None
    assert (north.reached.target, north.reached.actual) == (96_000_00, 36_000_00)
    assert (company.reached.target, company.reached.actual) == (120_000_00, 42_000_00)
    assert company.so_far() == [(9, 36_000_00), (37, 42_000_00)]
    assert "kind=direct" in company.url


def test_a_month_asks_for_its_own_target(sold: Acme, actor_for: Callable[..., Actor]) -> None:
    november = FiscalCalendar().containing(TODAY, "month")
    found = standing(actor_for(sold.eve), november, TODAY)

    assert found is not None
    assert found.reached.actual == 6_000_00
    assert found.reached.target == 40_000_00


def test_without_an_approved_target_there_is_nothing_to_stand_against(
    placed: TargetPlan, booked: Acme, actor_for: Callable[..., Actor]
) -> None:
    assert standing(actor_for(booked.eve), Q4, TODAY) is None
    assert forecast(actor_for(booked.eve), Q4, TODAY) is None
    assert by_region(actor_for(booked.eve), Q4, TODAY) == []


def test_a_projection_carries_the_mean_on_and_widens_with_the_spread() -> None:
    steady, uneven = project([100] * 10, 10), project([0, 200] * 5, 10)

    assert steady is not None
    assert uneven is not None
    assert (steady.low, steady.middle, steady.high) == (2000, 2000, 2000)
    assert uneven.middle == 2000
    assert uneven.low < 2000 < uneven.high
    assert project([100] * 4, 10) is None, "four days say nothing"
    assert project([100] * 10, 0) is None, "nothing is left to project"
    assert project([1000, 0, 0, 0, 0], 1).low >= 1000, "what is booked is booked"  # type: ignore[union-attr]


def test_coverage_counts_open_deals_that_are_due_in_time(sold: Acme, actor_for: Callable[..., Actor]) -> None:
    found = coverage(actor_for(sold.max), Q4, TODAY, 60_000_00)

    assert (found.open, found.deals) == (10_000_00, 1)
    assert found.ratio == Fraction(1, 6)


def test_the_measures_of_a_person(sold: Acme) -> None:
    window = Window(Q4.start, Q4.end, TODAY, "America/New_York")
    everybody = [sold.rob.pk, sold.rita.pk, sold.sam.pk, sold.sue.pk]
    attainment, covered = find_measure("attainment"), find_measure("coverage")

    assert attainment is not None
    assert covered is not None
    reached = attainment.read(window, everybody)
    assert reached[sold.rob.pk].value == Fraction(1, 2)
    assert reached[sold.rita.pk].value == 0
    assert sold.sue.pk not in reached, "no quota, nothing to be a share of"
    assert covered.read(window, everybody)[sold.rob.pk].value == Fraction(10_000, 36_000)


def test_the_heat_map_has_people_for_a_manager_and_teams_for_an_executive(
    sold: Acme, actor_for: Callable[..., Actor]
) -> None:
    north, company = heat_map(actor_for(sold.max), Q4, TODAY), heat_map(actor_for(sold.eve), Q4, TODAY)

    assert north is not None
    assert company is not None
    assert [row.name for row in north.rows] == [sold.rita.full_name, sold.rob.full_name]
    assert north.total.ratio == Fraction(36, 96), "from sums, not the mean of 50 % and 0 %"
    assert [row.name for row in company.rows] == ["North", "South"]
    labels = [str(label) for label in north.columns]
    assert "Visits" not in labels, "a measure that nobody has anything of is left out"
    rob = dict(zip(labels, north.rows[1].cells, strict=True))["Coverage"]
    assert rob.value == Fraction(10, 36)
    assert rob.shade == "h5"


def test_together_and_teams_agree_with_the_other_cards(sold: Acme, actor_for: Callable[..., Actor]) -> None:
    """An overlay counts for Rob and not once more for his team; surplus and open deals of all count for all."""
    deal_id = Deal.objects.filter(owner=sold.rob, closed_on__isnull=False).values_list("pk", flat=True)[0]
    helped = Fact(
        CreditLine.Basis.BOOKED, date(2017, 11, 8), sold.rob.pk, 20_000_00, deal_id, kind=CreditLine.Kind.OVERLAY
    )
    credit(actor=sold.operator, facts=[helped])
    for member in (sold.max, sold.eve):
        actor = actor_for(member)
        found, own = heat_map(actor, Q4, TODAY), standing(actor, Q4, TODAY)
        assert found is not None
        assert own is not None
        assert found.total.ratio == own.reached.ratio
        at = [str(label) for label in found.columns].index("Coverage")
        assert found.total.cells[at].value == coverage(actor, Q4, TODAY, own.reached.gap).ratio
    company = heat_map(actor_for(sold.eve), Q4, TODAY)
    assert company is not None
    places = {place.name: place.reached.ratio for place in by_region(actor_for(sold.eve), Q4, TODAY)}
    assert {row.name: row.ratio for row in company.rows} == {name: places[name] for name in ("North", "South")}


def test_regions_come_with_their_teams(sold: Acme, actor_for: Callable[..., Actor]) -> None:
    places = by_region(actor_for(sold.eve), Q4, TODAY)

    assert [(place.name, place.is_region) for place in places] == [
        ("East", True),
        ("North", False),
        ("West", True),
        ("South", False),
    ]
    assert [place.reached.actual for place in places] == [36_000_00, 36_000_00, 6_000_00, 6_000_00]


def test_the_forecast_adds_open_deals_by_their_stages_probability(sold: Acme, actor_for: Callable[..., Actor]) -> None:
    found = forecast(actor_for(sold.max), Q4, TODAY)

    assert found is not None
    assert (found.target, found.closed, found.expected) == (96_000_00, 36_000_00, 41_000_00)
    steps = waterfall_of(found, "USD", "/deals/")
    assert next(step.tone for step in steps) == "closed"
    assert [step.tone for step in steps][-2:] == ["gap", "total"]
    assert sum(step.value for step in steps[:-1]) == steps[-1].value


def test_open_deals_by_category_and_owner(sold: Acme) -> None:
    assert [(one.deals, one.amount) for one in open_by_category(TODAY, Q4.end)] == [(1, 10_000_00)]
    assert open_by_category(TODAY, Q4.end, [sold.sam.pk]) == []
    assert open_by_owner(TODAY, Q4.end, [sold.rob.pk, sold.rita.pk]).keys() == {sold.rob.pk}


def test_submitted_targets_wait_for_somebody_else(
    booked: Acme, eve: Actor, placed: TargetPlan, actor_for: Callable[..., Actor]
) -> None:
    assert [one.action for one in find(eve, TODAY, 20)] == ["Open"], "her own draft"
    submit(actor=eve, plan=placed, as_of=LATE)

    assert find(eve, TODAY, 20) == []
    assert [one.action for one in find(actor_for(booked.erik), TODAY, 20)] == ["Review"]


@pytest.mark.parametrize("card", ["standing", "pace", "team", "forecast"])
def test_each_card_is_one_section_with_and_without_targets(
    booked: Acme, client_for: Callable[[Member], Client], on_the_day: None, card: str
) -> None:
    page = client_for(booked.max).get(f"/t/acme/home/{card}/?span=year").content.decode()

    assert page.strip().startswith("<section")
    assert f'id="panel-{card}"' in page


def test_the_cards_show_what_is_booked(sold: Acme, client_for: Callable[[Member], Client], on_the_day: None) -> None:
    max_ = client_for(sold.max)

    assert "36,000" in max_.get("/t/acme/home/standing/").content.decode()
    assert 'class="range"' in max_.get("/t/acme/home/pace/").content.decode()
    assert "Rob Rep" in max_.get("/t/acme/home/team/").content.decode()
    assert "96,000" in max_.get("/t/acme/home/forecast/").content.decode()
    assert "West" in client_for(sold.eve).get("/t/acme/home/regions/").content.decode()
