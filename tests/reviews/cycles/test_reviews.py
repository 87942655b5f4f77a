"""A review from the self part to the signature: whose turn it is, what is frozen, and a score that adds up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.audit.models import AuditEntry
from reviews.cycles.actuals import frozen, overall
from reviews.cycles.models import Review, ReviewScore
from reviews.cycles.selectors import get_review, items_of, scores_of, sees_manager_part
from reviews.cycles.services import (
    Entry,
    ManagerPart,
    SelfPart,
    change_reviewer,
    close_unsigned,
    reopen,
    save_manager,
    save_self,
    share,
    sign,
    submit_self,
)
from reviews.cycles.starting import Deadlines, start_cycle
from reviews.scorecards.services import create_scorecard
from reviews.scorecards.values import ItemValues, KpiValues
from salesops.lib.errors import DomainError, NotVisible
from targets.cascade.models import TargetNode, TargetPlan
from targets.cascade.services import set_target, split_below
from tests.factories import Acme
from tests.reviews.cast import DEADLINES, NOON, TODAY, cycle, entries, kpi, review_of, shared, signed, submitted
from tests.targets.books import Won, book

LATER = datetime(2017, 11, 9, 17, tzinfo=UTC)  # the day after the self parts were due
MUCH_LATER = datetime(2017, 11, 30, 17, tzinfo=UTC)


def refused(call: object) -> DomainError:
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        call()  # type: ignore[operator]
    return refusal.value


def test_a_review_goes_from_the_self_part_to_the_signature(october, rob, max_):
    review = signed(rob, shared(max_, submitted(rob)))

    assert (review.state, review.agreement, review.due_on) == ("done", "agree", None)
    actions = AuditEntry.objects.filter(action__startswith="review.").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["review.self_submitted", "review.shared", "review.signed"]


def test_the_score_is_weight_times_points_added_up_and_rounded_once(october, in_acme: Acme, rob, max_):
    """Bookings 1,600 of 1,000 to 2,000: 60 points; spirit 4 of 1 to 5: 75; no complaint: 100."""
    review = shared(max_, submitted(rob))
    items, scores = items_of(review), scores_of(review)

    found = overall(in_acme.tenant, items, frozen(scores), scores)

    assert [one.points for one in found.results] == [60, 75, 100]
    assert [one.product for one in found.results] == [36, Decimal("18.75"), 15]
    assert (found.total, found.weight) == (Decimal("69.75"), 100)
    assert review.score == found.score == Decimal("69.75")


def test_who_did_nothing_of_what_adds_up_has_none_of_it(october, sam, mia):
    """Sam has booked nothing: 0 points, not a weight less."""
    review = shared(mia, submitted(sam))

    assert review.score == Decimal("33.75")
    assert scores_of(review)[items_of(review)[0].pk].reading["amount"] == "0"


def test_a_ratio_of_nothing_is_left_out_and_the_rest_stands_for_the_whole(sold, hana, rob, max_):
    """Rob has closed no deal, so there is no win rate: 30 of 100 are measured, spirit 4 of 1 to 5: 22.5 × 100 ÷ 30."""
    won = kpi(sold, "won", KpiValues({"en": "Win rate"}, "ratio", "win_rate"))
    spirit = kpi(sold, "team-spirit", KpiValues({"en": "Team spirit"}, "score"))
    items = [
        ItemValues(won.pk, "results", Decimal(70), floor=Decimal(30), target=Decimal(60)),
        ItemValues(spirit.pk, "teamwork", Decimal(30), floor=Decimal(1), target=Decimal(5), cap=Decimal(100)),
    ]
    card = create_scorecard(actor=hana, code="w", names={"en": "W"}, items=items, role="rep")
    start_cycle(actor=hana, name="W", period="2017-09", deadlines=DEADLINES, scorecard_ids=[card.scorecard_id], at=NOON)
    review = shared(max_, submitted(rob))
    scores = scores_of(review)
    found = overall(sold.tenant, items_of(review), frozen(scores), scores)

    assert found.results[0].points is None
    assert (found.weight, found.total, review.score) == (30, Decimal("22.5"), 75)


def test_actuals_are_frozen_with_their_evidence_when_the_review_is_shared(october, in_acme: Acme, rob, max_):
    review = shared(max_, submitted(rob))
    book(in_acme.operator, [Won(in_acme.rob, date(2017, 10, 31), 500_000_00)])

    reading = ReviewScore.objects.get(review=review, item=items_of(review)[0]).reading

    assert (reading["amount"], reading["of"], reading["as_of"]) == ("160000", "1", "2017-10-31")
    assert frozen(scores_of(review))[items_of(review)[0].pk].amount == 160_000


def test_the_database_refuses_to_change_the_numbers_of_a_shared_review(october, rob, max_):
    review = shared(max_, submitted(rob))

    with pytest.raises(IntegrityError, match="is shared; its scores cannot be changed"):
        ReviewScore.objects.filter(review=review).update(manager_value=5)


def test_the_database_refuses_to_change_a_finished_review(october, rob, max_):
    review = signed(rob, shared(max_, submitted(rob)))

    with pytest.raises(IntegrityError, match="it can only be reopened"):
        Review.objects.filter(pk=review.pk).update(score=100)


# --- Whose turn ------------------------------------------------------------------------------------------------------


def test_nobody_reviews_themselves(october, in_acme: Acme, rob, hana):
    review = submitted(rob)
    part = ManagerPart("Splendid.", entries=entries(review))

    own = refused(lambda: share(actor=rob, review_id=review.pk, version=review.version, part=part, at=NOON))
    named = refused(
        lambda: change_reviewer(
            actor=hana, review_id=review.pk, version=review.version, reviewer_id=in_acme.rob.pk, as_of=TODAY
        )
    )

    assert own.code == named.code == "own_review"
    with pytest.raises(IntegrityError, match="review_not_by_oneself"):
        Review.objects.filter(pk=review.pk).update(reviewer=in_acme.rob)


def test_the_reviewer_does_not_write_the_self_part(october, in_acme: Acme, max_):
    review = review_of(in_acme.rob)

    error = refused(lambda: submit_self(actor=max_, review_id=review.pk, version=1, part=SelfPart("As him"), at=NOON))

    assert error.code == "not_yours"


def test_an_executive_sees_a_review_and_does_not_write_it(october, in_acme: Acme, rob, actor_for):
    review = submitted(rob)
    part = ManagerPart("From above", entries=entries(review))

    error = refused(
        lambda: share(actor=actor_for(in_acme.eve), review_id=review.pk, version=review.version, part=part, at=NOON)
    )

    assert error.code == "not_reviewer"


def test_a_review_does_not_exist_for_the_other_team(october, in_acme: Acme, sam, mia):
    review = review_of(in_acme.rob)

    for actor in (sam, mia):
        with pytest.raises(NotVisible):
            get_review(actor, review.pk, TODAY)
        with pytest.raises(NotVisible):
            save_self(actor=actor, review_id=review.pk, version=1, part=SelfPart(), at=NOON)


def test_the_manager_part_is_hidden_from_the_person_until_it_is_shared(october, rob, max_):
    review = submitted(rob)
    save_manager(actor=max_, review_id=review.pk, version=review.version, part=ManagerPart("Between us"), at=NOON)
    seen = get_review(rob, review.pk, TODAY)

    assert not sees_manager_part(rob, seen)
    assert sees_manager_part(max_, seen)
    assert sees_manager_part(rob, shared(max_, review_of(rob.member)))


def test_the_reviewer_waits_for_the_self_part_until_it_is_overdue(october, in_acme: Acme, max_):
    review = review_of(in_acme.rob)
    part = ManagerPart("He was away.", entries=entries(review))

    early = refused(lambda: share(actor=max_, review_id=review.pk, version=1, part=part, at=NOON))
    done = share(actor=max_, review_id=review.pk, version=1, part=part, at=LATER)

    assert early.code == "wrong_state"
    assert done.state == "sign"


def test_the_manager_part_waits_for_the_end_of_the_period(in_acme: Acme, rob, max_):
    october = datetime(2017, 10, 20, 17, tzinfo=UTC)
    cycle(in_acme, at=october)
    review = submitted(rob, at=october)
    part = ManagerPart("Early", entries=entries(review))

    error = refused(lambda: share(actor=max_, review_id=review.pk, version=review.version, part=part, at=october))

    assert error.code == "period_not_over"


# --- What is written -------------------------------------------------------------------------------------------------


def test_what_is_entered_by_hand_needs_a_value(october, rob):
    review = review_of(rob.member)

    error = refused(lambda: submit_self(actor=rob, review_id=review.pk, version=1, part=SelfPart(), at=NOON))

    assert [each.code for each in error.errors] == ["required", "required"]  # type: ignore[attr-defined]


def test_what_is_measured_is_not_entered(october, rob):
    review = review_of(rob.member)
    part = SelfPart(entries={items_of(review)[0].pk: Entry(Decimal(9_000_000))})

    error = refused(lambda: save_self(actor=rob, review_id=review.pk, version=1, part=part, at=NOON))

    assert error.code == "measured"


def test_who_does_not_agree_says_why(october, rob, max_):
    review = shared(max_, submitted(rob))
    signing = {"actor": rob, "review_id": review.pk, "version": review.version, "agreement": "disagree", "at": NOON}

    assert refused(lambda: sign(**signing, comment=" ")).field == "comment"
    assert sign(**signing, comment="The big deal is missing.").agreement == "disagree"


def test_two_windows_and_the_second_is_told(october, rob):
    review = review_of(rob.member)
    save_self(actor=rob, review_id=review.pk, version=1, part=SelfPart("First"), at=NOON)

    error = refused(lambda: save_self(actor=rob, review_id=review.pk, version=1, part=SelfPart("Second"), at=NOON))

    assert error.code == "conflict"
    assert review_of(rob.member).self_comment == "First"


# --- HR --------------------------------------------------------------------------------------------------------------


def test_hr_reopens_with_a_reason_and_the_score_is_gone(october, rob, max_, hana):
    review = signed(rob, shared(max_, submitted(rob)))
    due = TODAY + timedelta(days=5)
    again = {"actor": hana, "review_id": review.pk, "version": review.version, "state": "manager", "at": NOON}

    assert refused(lambda: reopen(**again, due_on=due, reason="  ")).field == "reason"
    assert refused(lambda: reopen(**again, due_on=date(2017, 11, 1), reason="Late deal")).code == "past_deadline"
    reopened = reopen(**again, due_on=due, reason="Late deal")

    assert (reopened.state, reopened.score, reopened.agreement, reopened.due_on) == ("manager", None, "", due)
    assert frozen(scores_of(reopened)) == {}
    assert AuditEntry.objects.get(action="review.reopened").data["was"]["score"] == "69.75"


def test_a_manager_does_not_reopen(october, rob, max_):
    review = shared(max_, submitted(rob))

    error = refused(
        lambda: reopen(
            actor=max_,
            review_id=review.pk,
            version=review.version,
            state="manager",
            due_on=TODAY,
            reason="Mine",
            at=NOON,
        )
    )

    assert error.code == "forbidden"


def test_hr_closes_what_nobody_signs_after_its_deadline(october, rob, max_, hana):
    review = shared(max_, submitted(rob))
    closing = {"actor": hana, "review_id": review.pk, "version": review.version, "reason": "On leave"}

    assert refused(lambda: close_unsigned(**closing, at=NOON)).code == "not_overdue"
    assert close_unsigned(**closing, at=MUCH_LATER).agreement == "unsigned"


# --- Whom an item counts ---------------------------------------------------------------------------------------------


def test_a_manager_is_measured_by_the_sums_of_the_people_they_lead(sold, hana, max_, actor_for):
    """North has booked 1,600 and 900; Max himself nothing."""
    bookings = kpi(sold, "bookings", KpiValues({"en": "Bookings"}, "money", "bookings"))
    item = ItemValues(bookings.pk, "results", Decimal(100), of="team", floor=Decimal(0), target=Decimal(5000))
    card = create_scorecard(actor=hana, code="m", names={"en": "M"}, items=[item], role="manager")
    start_cycle(actor=hana, name="M", period="2017-10", deadlines=DEADLINES, scorecard_ids=[card.scorecard_id], at=NOON)
    review = review_of(max_.member)
    change_reviewer(actor=hana, review_id=review.pk, version=1, reviewer_id=sold.eve.pk, as_of=TODAY)

    scored = shared(actor_for(sold.eve), submitted(max_))

    assert scored.score == Decimal(50)
    assert scores_of(scored)[items_of(scored)[0].pk].reading["amount"] == "250000"


def test_the_quota_is_the_persons_own(sold, hana, rob, max_):
    """The company's 6,400.00 of the quarter are split evenly over four reps; Rob has booked all of his 1,600.00."""
    plan = set_target(actor=sold.operator, metric="bookings", period="2017-Q4", amount=640_000, step=100)
    root = TargetNode.objects.get(plan=plan, parent=None)
    split_below(actor=sold.operator, node=root, method="evenly")
    TargetPlan.objects.filter(pk=plan.pk).update(state="approved")
    bookings = kpi(sold, "bookings", KpiValues({"en": "Bookings"}, "money", "bookings"))
    item = ItemValues(bookings.pk, "results", Decimal(100), against="quota", floor=Decimal(0), cap=Decimal(120))
    card = create_scorecard(actor=hana, code="q", names={"en": "Q"}, items=[item], role="rep")
    january = datetime(2018, 1, 5, 17, tzinfo=UTC)
    start_cycle(
        actor=hana,
        name="Q",
        period="2017-Q4",
        deadlines=Deadlines(date(2018, 1, 8), date(2018, 1, 15), date(2018, 1, 22)),
        scorecard_ids=[card.scorecard_id],
        at=january,
    )
    review = shared(max_, submitted(rob, january), january)

    assert scores_of(review)[items_of(review)[0].pk].reading["quota"] == "160000"
    assert review.score == 100
