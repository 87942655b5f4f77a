"""The run: what it writes, and that it writes nothing where nothing has changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.jobs.services import run_inline
from accounts.people.services import put_in_team
from accounts.tenancy.context import tenant_scope
from incentives.payouts.models import PayoutBatch
from incentives.plans.models import PlanAssignment
from incentives.plans.services import Target, add_version, assign, create_plan, end_assignment
from incentives.runs import jobs
from incentives.runs.jobs import RECOMPUTE
from incentives.runs.writing import Moved
from incentives.statements.models import Earning, EarningLine, Statement, StatementProblem
from pipeline.ledger.models import CreditLine
from pipeline.ledger.services import Fact, credit
from tests.incentives.cast import (
    DECEMBER,
    NOON,
    NOVEMBER,
    OCTOBER,
    by_attainment,
    component,
    document,
    lines,
    plan_for_reps,
    recompute,
    statement,
    submitted,
    take_back,
)
from tests.targets.books import Won, book


def test_every_rep_has_a_statement_for_every_month_of_the_plan(computed):
    assert Statement.objects.count() == 4 * 3
    assert {row.payable for row in Statement.objects.filter(participant=computed.sue)} == {0}


def test_october_pays_each_slice_at_its_rate(computed):
    rob = statement(computed.rob)
    assert (rob.earned, rob.payable, rob.team, rob.currency) == (60_00, 60_00, computed.north, "USD")
    first, second = lines(computed.rob)
    assert (first.amount, first.slices) == (20_00, [[0, "50000"]])
    assert (second.amount, second.slices) == (40_00, [[0, "50000"], [1, "20000"]])
    assert (second.base, second.exact) == (Decimal(70_000), Decimal(4_000))


def test_a_component_shows_its_measure_to_the_months_end(computed):
    book(computed.operator, [Won(computed.rob, date(2017, 11, 3), 100_00)])
    recompute(computed)
    earnings = Earning.objects.filter(participant=computed.rob).order_by("month")
    assert [(row.period, row.measure, row.earned) for row in earnings] == [
        ("2017-Q4", 120_000, 60_00),
        ("2017-Q4", 130_000, 10_00),
        ("2017-Q4", 130_000, 0),
    ]


def test_months_add_up_to_the_rounded_quarter_and_lines_to_their_month(in_acme):
    """4 % of 0.11, 0.12 and 0.12 are 0.0044, 0.0048 and 0.0048: a cent for the quarter, paid when it is reached."""
    days = (date(2017, 10, 5), date(2017, 11, 5), date(2017, 12, 5))
    book(in_acme.operator, [Won(in_acme.rob, day, cents) for day, cents in zip(days, (11, 12, 12), strict=True)])
    plan_for_reps(in_acme)
    recompute(in_acme)
    assert [statement(in_acme.rob, month).earned for month in (OCTOBER, NOVEMBER, DECEMBER)] == [0, 1, 0]
    assert [line.amount for month in (OCTOBER, NOVEMBER, DECEMBER) for line in lines(in_acme.rob, month)] == [0, 1, 0]


def test_recomputing_with_nothing_changed_writes_nothing(computed):
    before = list(EarningLine.objects.values_list("id", flat=True))
    with CaptureQueriesContext(connection) as asked:
        job = recompute(computed)
    written = [
        query["sql"]
        for query in asked
        if query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) and "incentives_" in query["sql"]
    ]
    assert written == []
    assert (job.counts["unchanged"], job.counts["statements written"], job.counts["lines written"]) == (4, 0, 0)
    assert list(EarningLine.objects.values_list("id", flat=True)) == before


def test_a_new_credit_rewrites_only_its_participant(computed):
    rita = statement(computed.rita).computed_at, [line.pk for line in lines(computed.rita)]
    book(computed.operator, [Won(computed.rob, date(2017, 10, 25), 100_00)])
    job = recompute(computed)
    assert job.counts["unchanged"] == 3
    assert statement(computed.rob).earned == 70_00
    assert (statement(computed.rita).computed_at, [line.pk for line in lines(computed.rita)]) == rita


def test_a_new_month_leaves_the_drafts_of_the_earlier_ones_alone(sold):
    plan_for_reps(sold)
    recompute(sold, "2017-11-01")
    assert set(Statement.objects.values_list("month", flat=True)) == {OCTOBER}
    october = list(EarningLine.objects.values_list("id", flat=True))
    recompute(sold, "2017-11-15")
    assert set(Statement.objects.values_list("month", flat=True)) == {OCTOBER, NOVEMBER}
    assert list(EarningLine.objects.filter(month=OCTOBER).values_list("id", flat=True)) == october


def test_an_earlier_night_leaves_later_months_alone(computed):
    recompute(computed, "2017-11-01")
    assert Statement.objects.filter(month=DECEMBER).count() == 4


@pytest.mark.parametrize("night", ["2017-11-15", "2017-12-02", "2018-01-01"])
def test_an_old_night_done_late_keeps_what_later_ones_computed(computed, night):
    """Rob's credit of 25 November is after the late night's last day; it stays in the draft that already counts it."""
    book(computed.operator, [Won(computed.rob, date(2017, 11, 25), 100_00)])
    recompute(computed)
    job = recompute(computed, night)
    assert statement(computed.rob, NOVEMBER).earned == 10_00
    assert Earning.objects.get(participant=computed.rob, month=NOVEMBER).measure == 130_000
    said = ["Computed up to 2017-12-31, as far as a later run had gone already."]
    assert list(job.warnings) == ([] if night == "2018-01-01" else said)


def test_an_old_night_done_late_computes_what_has_changed_since(computed):
    book(computed.operator, [Won(computed.rob, date(2017, 10, 25), 100_00)])
    assert recompute(computed, "2017-11-15").counts["statements written"] > 0
    assert statement(computed.rob).earned == 70_00


def test_a_night_goes_as_far_as_hr_had_it_computed(sold, hana):
    plan_for_reps(sold)
    book(sold.operator, [Won(sold.rob, date(2017, 11, 15), 100_00)])
    payload = {"up_to": "2017-11-15"}
    run_inline(actor=hana, kind=RECOMPUTE, period="2017-11-15", payload=payload, as_of=NOON)
    recompute(sold, "2017-11-15")  # up to the 14th, and late
    assert statement(sold.rob, NOVEMBER).earned == 10_00


def test_a_run_stops_when_one_to_a_later_day_begins_meanwhile(sold, monkeypatch):
    plan_for_reps(sold)
    days = iter([None, date(2018, 1, 1)])
    monkeypatch.setattr(jobs, "_reached", lambda: next(days))
    with pytest.raises(Moved):
        recompute(sold)
    assert not Statement.objects.exists()


def test_a_credit_that_was_taken_back_pays_nothing(computed):
    [deal] = book(computed.operator, [Won(computed.rob, date(2017, 10, 25), 100_00)])
    take_back(computed, deal)
    assert recompute(computed).counts["statements written"] == 0


def test_a_move_to_another_team_changes_the_statement_of_that_month_only(computed):
    put_in_team(actor=computed.operator, member=computed.rob, team=computed.south, starts_on=NOVEMBER)
    recompute(computed)
    assert [statement(computed.rob, month).team for month in (OCTOBER, NOVEMBER)] == [computed.north, computed.south]


def test_a_change_of_plan_in_mid_quarter_measures_each_part_by_itself(sold):
    book(sold.operator, [Won(sold.rob, date(2017, 11, 3), 500_00)])
    plan_for_reps(sold)
    flat = document(component(rate={"method": "flat", "rate": "0.01"}))
    own = create_plan(actor=sold.operator, name="Own", effective_from=OCTOBER, document=flat)
    assign(actor=sold.operator, plan=own.plan, target=Target(member=sold.rob), starts_on=NOVEMBER)
    recompute(sold)
    assert [statement(sold.rob, month).earned for month in (OCTOBER, NOVEMBER)] == [60_00, 5_00]


def test_a_new_version_for_the_same_day_rewrites_the_open_months(computed):
    plan = PlanAssignment.objects.get().plan
    flat = document(component(rate={"method": "flat", "rate": "0.01"}))
    add_version(actor=computed.operator, plan=plan, effective_from=OCTOBER, document=flat)
    recompute(computed)
    assert (statement(computed.rob).earned, statement(computed.rob).plan_version.number) == (12_00, 2)


def test_drafts_of_those_who_are_no_longer_on_a_plan_are_taken_away(computed):
    end_assignment(actor=computed.operator, assignment_id=PlanAssignment.objects.get().pk, ends_on=date(2017, 10, 31))
    recompute(computed)
    assert set(Statement.objects.values_list("month", flat=True)) == {OCTOBER}


def test_no_quota_stops_only_those_who_have_credits(sold):
    plan_for_reps(sold, document(by_attainment()))
    job = recompute(sold)
    problems = StatementProblem.objects.values_list("participant__full_name", "month", "code")
    assert set(problems) == {
        (name, month, "no_quota") for name in ("Rob Rep", "Rita Rep") for month in (OCTOBER, NOVEMBER, DECEMBER)
    }
    assert set(Statement.objects.values_list("participant", flat=True)) == {sold.sam.pk, sold.sue.pk}
    assert job.counts["errors"] == 6
    assert any("Rita Rep, 2017-10, bookings: There is no quota" in warning for warning in job.warnings)


def test_a_problem_in_one_quarter_leaves_the_others_standing(sold):
    book(sold.operator, [Won(sold.rob, date(2018, 1, 5), 100_00)])
    plan_for_reps(sold, document(by_attainment(quota={"2017-Q4": "1000.00"})))
    recompute(sold, "2018-02-01")
    assert statement(sold.rob).payable > 0
    assert set(StatementProblem.objects.values_list("month", flat=True)) == {date(2018, 1, 1)}


def test_a_settled_problem_goes_away(sold):
    version = plan_for_reps(sold, document(by_attainment()))
    recompute(sold)
    fixed = document(by_attainment(quota="1000.00"))
    add_version(actor=sold.operator, plan=version.plan, effective_from=OCTOBER, document=fixed)
    recompute(sold)
    assert not StatementProblem.objects.exists()
    assert statement(sold.rob).earned == 32_00 + 12_00 + 20_00


def test_a_changed_statement_in_review_makes_the_payout_a_draft_again(computed, hana):
    submitted(hana)
    book(computed.operator, [Won(computed.rob, date(2017, 10, 25), 100_00)])
    recompute(computed)
    assert PayoutBatch.objects.get().state == "draft"


def test_a_change_of_another_month_leaves_the_review_alone(computed, hana):
    submitted(hana)
    book(computed.operator, [Won(computed.rob, date(2017, 11, 25), 100_00)])
    recompute(computed)
    assert PayoutBatch.objects.get().state == "in_review"


def test_a_negative_month_is_carried_to_the_next(in_acme):
    """A retroactive table that falls back: November takes back what the lower tier no longer pays."""
    tiers = [{"from": "0", "rate": "0.01"}, {"from": "1000", "rate": "0.10"}]
    plan_for_reps(in_acme, document(component(rate={"method": "retroactive", "by": "amount", "tiers": tiers})))
    [deal] = book(in_acme.operator, [Won(in_acme.rob, date(2017, 10, 5), 1000_00)])
    less = Fact(CreditLine.Basis.BOOKED, date(2017, 11, 5), in_acme.rob.pk, -100_00, deal.pk)
    credit(actor=in_acme.operator, facts=[less])
    recompute(in_acme)
    november = statement(in_acme.rob, NOVEMBER)
    assert (november.earned, november.payable, november.carried) == (-91_00, 0, -91_00)
    assert statement(in_acme.rob, DECEMBER).carried == -91_00


def test_nothing_of_a_stranger_is_computed(computed, stranger):
    with tenant_scope(stranger.tenant.pk):
        assert not Statement.objects.exists()


@pytest.mark.parametrize("night", ["2017-10-01", "2017-09-01"])
def test_before_the_plan_begins_there_is_nothing_to_compute(sold, night):
    plan_for_reps(sold)
    assert recompute(sold, night).counts["people"] == 0
