"""Facts of an approved month that change later: the difference is booked in the first open month, line by line."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.people.changes import leave, update_member
from accounts.people.models import Role
from accounts.people.services import add_member
from incentives.plans.services import add_version
from incentives.statements.models import Earning, EarningLine, Statement
from pipeline.deals.models import Deal
from tests.incentives.cast import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    approved,
    by_attainment,
    component,
    document,
    lines,
    plan_for_reps,
    recompute,
    statement,
    take_back,
)
from tests.targets.books import Won, book


@pytest.fixture
def locked(computed, hana, eve):
    """October is approved: Rob was paid 60.00 and Rita 12.00."""
    approved(hana, eve)
    return computed


def frozen():
    """Everything that is stored for October."""
    return [
        list(model.objects.filter(month=OCTOBER).order_by("id").values()) for model in (Statement, Earning, EarningLine)
    ]


def test_a_late_credit_of_an_approved_month_is_paid_in_the_next(locked):
    before = frozen()
    book(locked.operator, [Won(locked.rob, date(2017, 10, 25), 100_00)])
    recompute(locked)
    november = statement(locked.rob, NOVEMBER)
    assert (november.earned, november.adjusted, november.payable) == (0, 10_00, 10_00)
    [line] = lines(locked.rob, NOVEMBER)
    assert (line.note, line.date, line.amount, line.corrects) == ("correction", date(2017, 10, 25), 10_00, None)
    assert frozen() == before


def test_a_credit_that_was_taken_back_points_to_the_line_that_was_paid_for_it(locked):
    """500.00 less: the second deal falls into the first tier, so Rob has earned 28.00 instead of 60.00."""
    was_paid = lines(locked.rob)
    take_back(locked, Deal.objects.get(amount=500_00))
    recompute(locked)
    november = statement(locked.rob, NOVEMBER)
    assert (november.adjusted, november.payable, november.carried) == (-32_00, 0, -32_00)
    corrected = {line.corrects: line.amount for line in lines(locked.rob, NOVEMBER)}
    assert corrected == {was_paid[0]: -20_00, was_paid[1]: -12_00}


def test_the_quarters_later_credits_are_rated_on_what_is_true_now(locked):
    book(locked.operator, [Won(locked.rob, date(2017, 11, 3), 100_00)])
    take_back(locked, Deal.objects.get(amount=500_00))
    recompute(locked)
    november = statement(locked.rob, NOVEMBER)
    assert (november.earned, november.adjusted) == (4_00, -32_00)


def test_a_correction_is_booked_once(locked, hana, eve):
    book(locked.operator, [Won(locked.rob, date(2017, 10, 25), 100_00)])
    recompute(locked)
    assert recompute(locked).counts["statements written"] == 0
    approved(hana, eve, NOVEMBER)
    assert recompute(locked).counts["lines written"] == 0
    assert statement(locked.rob, DECEMBER).adjusted == 0


def test_a_second_change_is_measured_against_the_correction(locked, hana, eve):
    book(locked.operator, [Won(locked.rob, date(2017, 10, 25), 100_00)])
    recompute(locked)
    approved(hana, eve, NOVEMBER)
    take_back(locked, Deal.objects.get(amount=100_00))
    recompute(locked)
    december = statement(locked.rob, DECEMBER)
    assert (december.adjusted, december.carried) == (-10_00, -10_00)


def test_what_was_carried_out_of_the_approved_month_goes_on(locked, hana, eve):
    take_back(locked, Deal.objects.get(amount=500_00))
    recompute(locked)
    approved(hana, eve, NOVEMBER)
    book(locked.operator, [Won(locked.rob, date(2017, 12, 3), 1000_00)])
    recompute(locked)
    december = statement(locked.rob, DECEMBER)
    assert (december.earned, december.payable) == (12_00 + 70_00, 82_00 - 32_00)


def test_who_was_left_out_is_paid_when_the_error_is_settled(sold, hana, eve):
    version = plan_for_reps(sold, document(by_attainment()))
    recompute(sold)
    approved(hana, eve)
    fixed = document(by_attainment(quota="1000.00"))
    add_version(actor=sold.operator, plan=version.plan, effective_from=OCTOBER, document=fixed)
    recompute(sold)
    assert not Statement.objects.filter(month=OCTOBER, participant=sold.rob).exists()
    november = statement(sold.rob, NOVEMBER)
    assert (november.earned, november.adjusted) == (0, 64_00)
    assert {line.corrects for line in lines(sold.rob, NOVEMBER)} == {None}


def test_a_new_plan_version_for_an_approved_month_pays_the_difference(locked):
    plan = statement(locked.rob).plan_version.plan
    flat = document(component(rate={"method": "flat", "rate": "0.10"}))
    add_version(actor=locked.operator, plan=plan, effective_from=OCTOBER, document=flat)
    recompute(locked)
    assert [statement(member, NOVEMBER).adjusted for member in (locked.rob, locked.rita)] == [60_00, 18_00]


def test_rounding_never_drifts(in_acme, hana, eve):
    """Cents by the dozen, corrected twice: what all months pay is the quarter's rounded total."""
    plan_for_reps(in_acme, document(component(rate={"method": "flat", "rate": "0.03"})))
    deals = book(in_acme.operator, [Won(in_acme.rob, date(2017, 10, day), 10 + day) for day in range(1, 20)])
    recompute(in_acme)
    approved(hana, eve)
    take_back(in_acme, deals[3])
    book(in_acme.operator, [Won(in_acme.rob, date(2017, 11, day), 7 + day) for day in range(1, 9)])
    recompute(in_acme)
    approved(hana, eve, NOVEMBER)
    take_back(in_acme, deals[7])
    recompute(in_acme)
    rows = Statement.objects.filter(participant=in_acme.rob)
    measure = sum(10 + day for day in range(1, 20)) - 14 - 18 + sum(7 + day for day in range(1, 9))
    assert sum(row.earned + row.adjusted for row in rows) == (measure * 3 + 50) // 100
    for row in rows:
        found = lines(in_acme.rob, row.month)
        assert sum(line.amount for line in found if line.note != "correction") == row.earned
        assert sum(line.amount for line in found if line.note == "correction") == row.adjusted


def test_somebody_who_came_later_has_no_corrections(locked):
    newcomer = add_member(actor=locked.operator, full_name="Nina New", roles=[Role.REP], hired_on=NOVEMBER)
    book(locked.operator, [Won(newcomer, date(2017, 11, 9), 100_00)])
    recompute(locked)
    row = statement(newcomer, NOVEMBER)
    assert (row.earned, row.adjusted) == (4_00, 0)


def test_who_has_left_is_corrected_in_the_first_open_month(locked, hana, eve):
    leave(actor=locked.operator, member=locked.rob, last_day=date(2017, 10, 31))
    take_back(locked, Deal.objects.get(amount=500_00))
    recompute(locked)
    row = statement(locked.rob, NOVEMBER)
    assert (row.earned, row.adjusted, row.carried, row.payable) == (0, -32_00, -32_00, 0)
    assert not Statement.objects.filter(participant=locked.rob, month=DECEMBER).exists()
    assert recompute(locked).counts["statements written"] == 0
    approved(hana, eve, NOVEMBER)
    recompute(locked)
    assert not Statement.objects.filter(participant=locked.rob, month=DECEMBER).exists()
    book(locked.operator, [Won(locked.rob, date(2017, 10, 25), 1_000_00)])
    recompute(locked)
    row = statement(locked.rob, DECEMBER)
    assert (row.adjusted, row.carried, row.payable) == (82_00, 0, 50_00)


def test_who_has_left_before_being_paid_gives_it_back(locked):
    leave(actor=locked.operator, member=locked.rob, last_day=date(2017, 9, 30))
    recompute(locked)
    assert statement(locked.rob, NOVEMBER).adjusted == -60_00


def test_another_role_leaves_what_was_paid_in_the_old_one(locked):
    """Roles are not dated; who was paid as a rep for October was a rep in October."""
    update_member(actor=locked.operator, member=locked.rob, full_name=locked.rob.full_name, roles=[Role.EXECUTIVE])
    recompute(locked)
    assert not Statement.objects.filter(participant=locked.rob, month=NOVEMBER).exists()
    take_back(locked, Deal.objects.get(amount=500_00))
    book(locked.operator, [Won(locked.rob, date(2017, 11, 25), 1_000_00)])
    recompute(locked)
    assert (statement(locked.rob, NOVEMBER).earned, statement(locked.rob, NOVEMBER).adjusted) == (0, -32_00)


def test_a_correction_that_no_longer_stands_is_taken_away(locked):
    leave(actor=locked.operator, member=locked.rob, last_day=date(2017, 9, 30))
    recompute(locked)
    leave(actor=locked.operator, member=locked.rob, last_day=date(2017, 10, 31))
    recompute(locked)
    assert not Statement.objects.filter(participant=locked.rob, month=NOVEMBER).exists()
