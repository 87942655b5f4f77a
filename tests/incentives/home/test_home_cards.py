"""The cards that incentives put on a home page. Rob has earned 60.00 in October 2017, Rita 12.00."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest
from django.test import Client

from accounts.access.actor import Actor
from accounts.people.models import Member
from incentives.home.selectors import costs, my_pay, troubles
from incentives.home.waiting import find
from salesops.lib import clock
from salesops.lib.periods import FiscalCalendar
from tests.factories import Acme
from tests.incentives.cast import by_attainment, document, plan_for_reps, recompute, submitted

TODAY = date(2017, 11, 15)
Q4 = FiscalCalendar().quarter_of(TODAY)


@pytest.fixture
def on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda time_zone: TODAY)


def test_my_pay_says_what_is_reached_paid_and_next(computed: Acme) -> None:
    found = my_pay(computed.rita, Q4, TODAY)

    assert found.reached.actual == 300_00
    assert found.statement is not None
    assert found.statement.month == date(2017, 11, 1)
    assert found.tier is not None
    assert (found.tier.missing, found.tier.rate) == (700_00, "10\u00a0%")
    assert found.days_left == 46


def test_before_any_plan_there_is_nothing_to_climb(sold: Acme) -> None:
    found = my_pay(sold.rob, Q4, TODAY)

    assert found.statement is None
    assert found.tier is None


def test_costs_are_shares_of_what_was_booked(computed: Acme, eve: Actor) -> None:
    october = costs(eve, TODAY)[0]

    assert (october.earned, october.booked) == (72_00, 1_500_00)
    assert october.share == Fraction(72, 1500)


def test_who_cannot_be_paid_is_listed_by_reason(sold: Acme) -> None:
    plan_for_reps(sold, document(by_attainment()))
    recompute(sold)

    assert {(one.month.key, one.people) for one in troubles()} >= {("2017-10", 2)}


def test_a_finished_month_waits_for_hr_and_then_for_a_second_person(
    computed: Acme, hana: Actor, eve: Actor, actor_for: Callable[[Member], Actor]
) -> None:
    assert [str(one.action) for one in find(hana, TODAY, 20)] == ["Open"]
    assert find(eve, TODAY, 20) == [], "an executive does not prepare payouts"
    submitted(hana)

    assert find(hana, TODAY, 20) == [], "not for the one who has submitted it"
    assert [str(one.action) for one in find(eve, TODAY, 20)] == ["Review"]
    assert [str(one.action) for one in find(actor_for(computed.hugo), TODAY, 20)] == ["Review"]


def test_the_cards_of_each_role(computed: Acme, client_for: Callable[[Member], Client], on_the_day: None) -> None:
    assert "700 more reaches the" in client_for(computed.rita).get("/t/acme/home/my-pay/").content.decode()
    assert "October 2017" in client_for(computed.hana).get("/t/acme/home/payouts/").content.decode()
    cost = client_for(computed.eve).get("/t/acme/home/cost/").content.decode()
    assert "4.8" in cost
    assert '<table class="table tight">' in cost, "the figures are behind a toggle"


def test_a_company_without_plans_is_told_what_belongs_there(
    in_acme: Acme, client_for: Callable[[Member], Client]
) -> None:
    assert "No statement yet" in client_for(in_acme.rob).get("/t/acme/home/my-pay/").content.decode()
    assert "Nothing computed yet" in client_for(in_acme.hana).get("/t/acme/home/payouts/").content.decode()
    assert "Nothing computed yet" in client_for(in_acme.eve).get("/t/acme/home/cost/").content.decode()
