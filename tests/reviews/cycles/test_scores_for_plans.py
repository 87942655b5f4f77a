"""A signed score multiplies what its period earns; without one nothing is payable, and a new one changes what was."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.urls import reverse

from incentives.engine import parse_plan
from incentives.plans.words import describe
from incentives.statements.models import Earning, EarningLine, Statement, StatementProblem
from reviews.cycles.selectors import final_scores
from reviews.cycles.services import reopen
from tests.incentives.cast import OCTOBER, component, document, plan_for_reps, recompute, statement
from tests.reviews.cast import NOON, TODAY, review_of, shared, signed, submitted

BANDS = [{"from": "0", "factor": "0.8"}, {"from": "80", "factor": "1"}]


def multiplied(**changes: object) -> dict[str, object]:
    """Bookings of the month at 10 %, × 0.8 below a score of 80."""
    return component(
        period="month",
        rate={"method": "flat", "rate": "0.10"},
        multiplier={"kpi": "quarterly-scorecard", "bands": BANDS},
        **changes,
    )


@pytest.fixture
def october_signed(october, rob, max_):
    """Rob's score is 69.75."""
    return signed(rob, shared(max_, submitted(rob)))


def test_only_a_signed_score_is_final(october, rob, max_):
    shared(max_, submitted(rob))
    asked = {"quarterly-scorecard"}, {"2017-10"}
    before = final_scores(*asked)
    signed(rob, review_of(rob.member))

    assert before == {}
    assert final_scores(*asked) == {(rob.member.pk, "quarterly-scorecard", "2017-10"): Fraction("69.75")}
    assert final_scores({"another-card"}, {"2017-10"}) == {}


def test_the_band_of_the_score_multiplies_the_month(october_signed, sold):
    """10 % of 1,600.00 is 160.00; a score of 69.75 lies below 80, so × 0.8: 128.00."""
    plan_for_reps(sold, document(multiplied()))
    recompute(sold)

    assert statement(sold.rob).earned == 128_00
    assert Earning.objects.get(participant=sold.rob, month=OCTOBER).score == Fraction("69.75")
    amounts = (
        EarningLine.objects.filter(participant=sold.rob, month=OCTOBER).order_by("seq").values_list("amount", flat=True)
    )
    assert list(amounts) == [72_00, 56_00]


def test_a_missing_score_stops_only_whoever_has_something_to_earn(october_signed, sold):
    """Rita has booked 900.00 and her review is not signed; Sam and Sue have booked nothing."""
    plan_for_reps(sold, document(multiplied()))
    recompute(sold)

    problem = StatementProblem.objects.get()
    assert (problem.participant, problem.code) == (sold.rita, "no_score")
    assert not Statement.objects.filter(participant=sold.rita, month=OCTOBER).exists()
    assert statement(sold.sam).payable == 0


def test_a_score_that_changes_is_computed_again_and_one_that_does_not_is_not(october_signed, sold, hana, rob, max_):
    plan_for_reps(sold, document(multiplied()))
    recompute(sold)
    review = october_signed
    nothing = recompute(sold)
    reopen(
        actor=hana, review_id=review.pk, version=review.version, state="manager", due_on=TODAY, reason="Late", at=NOON
    )
    recompute(sold)
    stopped = Statement.objects.filter(participant=sold.rob, month=OCTOBER).exists()
    signed(rob, shared(max_, review_of(rob.member)))
    recompute(sold)

    assert nothing.counts.get("statements", 0) == 0
    assert not stopped, "nothing is payable while the review is open again"
    assert statement(sold.rob).earned == 128_00


def test_a_plan_says_what_multiplies_it():
    (words,) = describe(parse_plan(document(multiplied())))

    assert words.sentences[-1] == (
        "Multiplied by the final score of the scorecard “quarterly-scorecard” for the same period: "
        "× 0.8 from 0 points, × 1 from 80 points."
    )


def test_the_statement_shows_the_factor_as_a_step(october_signed, sold, client_for):
    plan_for_reps(sold, document(multiplied()))
    recompute(sold)
    shown = (
        client_for(sold.hana).get(reverse("statement_detail", args=["acme", sold.rob.pk, "2017-10"])).content.decode()
    )

    assert "scorecard quarterly-scorecard 69.75: × 0.8" in shown
    assert "−18.00" in shown, "90.00 of the first credit become 72.00"
