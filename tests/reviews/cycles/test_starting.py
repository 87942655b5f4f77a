"""Starting a cycle: who takes part, who reviews, and which deadlines make sense."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from accounts.jobs.models import JobRun
from accounts.jobs.services import run_inline
from accounts.people.models import Member
from reviews.cycles import starting
from reviews.cycles.models import Review, ReviewCycle
from reviews.cycles.starting import START, Deadlines, change_deadlines, start_cycle
from reviews.scorecards.services import create_scorecard
from salesops.lib.errors import DomainError
from tests.factories import Acme
from tests.reviews.cast import DEADLINES, NOON, TODAY, cycle, rows, scorecard


def refusal_of(actor, card, **changes) -> tuple[str, str | None]:
    asked = {"name": "October", "period": "2017-10", "deadlines": DEADLINES, "scorecard_ids": [card.scorecard_id]}
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        start_cycle(actor=actor, at=NOON, **(asked | changes))
    return refusal.value.code, refusal.value.field


def test_every_rep_is_reviewed_by_the_lead_of_their_team(october, in_acme: Acme):
    found = {review.member: review.reviewer for review in Review.objects.select_related("member", "reviewer")}

    assert found == {
        in_acme.rob: in_acme.max,
        in_acme.rita: in_acme.max,
        in_acme.sam: in_acme.mia,
        in_acme.sue: in_acme.mia,
    }


def test_a_line_manager_comes_before_the_lead_of_the_team(in_acme: Acme):
    Member.objects.filter(pk=in_acme.rob.pk).update(line_manager=in_acme.mia)
    cycle(in_acme)

    assert Review.objects.get(member=in_acme.rob).reviewer == in_acme.mia


def test_who_leads_the_top_team_has_no_reviewer_until_hr_names_one(in_acme: Acme, hana):
    card = scorecard(in_acme, "managers", role="manager")
    start_cycle(actor=hana, name="M", period="2017-10", deadlines=DEADLINES, scorecard_ids=[card.scorecard_id], at=NOON)

    assert {review.reviewer for review in Review.objects.all()} == {None}


def test_who_is_gone_takes_no_part(in_acme: Acme):
    Member.objects.filter(pk=in_acme.rob.pk).update(left_on=date(2017, 11, 1))
    cycle(in_acme)

    assert not Review.objects.filter(member=in_acme.rob).exists()


@pytest.mark.parametrize(
    ("deadlines", "refusal"),
    [
        (replace(DEADLINES, self_due=date(2017, 11, 2)), ("past_deadline", "self_due")),
        (replace(DEADLINES, manager_due=date(2017, 11, 7)), ("unordered", "manager_due")),
        (replace(DEADLINES, sign_due=date(2017, 11, 14)), ("unordered", "sign_due")),
        (replace(DEADLINES, sign_due=date(9999, 1, 1)), ("bad_date", "sign_due")),
    ],
)
def test_a_deadline_that_makes_no_sense_is_refused(in_acme: Acme, hana, deadlines, refusal):
    assert refusal_of(hana, scorecard(in_acme), deadlines=deadlines) == refusal
    assert not ReviewCycle.objects.exists()


def test_the_manager_part_is_not_due_within_the_period(in_acme: Acme, hana):
    within = Deadlines(date(2017, 11, 8), date(2017, 11, 30), date(2017, 12, 8))

    assert refusal_of(hana, scorecard(in_acme), period="2017-11", deadlines=within) == ("within_period", "manager_due")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"period": "2017"}, ("bad_period", "period")),
        ({"period": "2018-01"}, ("future_period", "period")),
        ({"period": "October"}, ("bad_period", "period")),
        ({"name": " "}, ("required", "name")),
        ({"scorecard_ids": []}, ("unknown_scorecard", "scorecards")),
        ({"scorecard_ids": [0]}, ("unknown_scorecard", "scorecards")),
    ],
)
def test_a_cycle_that_says_nothing_is_refused(in_acme: Acme, hana, changes, refusal):
    assert refusal_of(hana, scorecard(in_acme), **changes) == refusal


def test_a_cycle_in_which_nobody_takes_part_is_refused(in_acme: Acme, hana):
    card = scorecard(in_acme, "nobody", role="")

    assert refusal_of(hana, card) == ("nobody", "scorecards")


def test_nobody_is_reviewed_twice_for_a_period_by_one_scorecard(october, in_acme: Acme):
    cycle(in_acme, name="October again")

    assert Review.objects.filter(member=in_acme.rob).count() == 1


def test_a_manager_starts_no_cycle(in_acme: Acme, max_):
    assert refusal_of(max_, scorecard(in_acme)) == ("forbidden", None)


def test_a_big_company_is_started_in_the_background(in_acme: Acme, hana, monkeypatch):
    monkeypatch.setattr(starting, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(starting, "_CHUNK", 3)
    card = scorecard(in_acme)
    made = start_cycle(
        actor=hana, name="All", period="2017-10", deadlines=DEADLINES, scorecard_ids=[card.scorecard_id], at=NOON
    )

    assert not Review.objects.exists()
    assert JobRun.objects.get(kind=START).period == str(made.pk)
    for _ in range(2):
        job = run_inline(actor=hana, kind=START, period=str(made.pk), payload={"cycle": made.pk}, as_of=NOON)

    assert Review.objects.count() == 4, "begun again, it writes nobody twice"
    assert job.counts == {"reviews": 0}


def test_hr_moves_the_deadlines_and_with_them_what_is_due(october, in_acme: Acme, hana):
    later = Deadlines(date(2017, 11, 10), date(2017, 11, 20), date(2017, 11, 30))
    change_deadlines(actor=hana, cycle_id=october.pk, version=1, deadlines=later, as_of=TODAY)

    assert set(Review.objects.values_list("due_on", flat=True)) == {date(2017, 11, 10)}
    with pytest.raises(DomainError, match="meanwhile"):
        change_deadlines(actor=hana, cycle_id=october.pk, version=1, deadlines=later, as_of=TODAY)


def test_a_deadline_that_has_passed_may_stay_and_may_not_be_moved_into_the_past(october, hana):
    day = date(2017, 11, 12)
    stays = replace(DEADLINES, manager_due=date(2017, 11, 18))
    change_deadlines(actor=hana, cycle_id=october.pk, version=1, deadlines=stays, as_of=day)

    moved = replace(stays, self_due=date(2017, 11, 9))
    with pytest.raises(DomainError, match="already passed"):
        change_deadlines(actor=hana, cycle_id=october.pk, version=2, deadlines=moved, as_of=day)


def test_a_new_member_of_a_team_with_its_own_scorecard_has_that_one(in_acme: Acme, hana):
    roles = scorecard(in_acme)
    of_team = create_scorecard(
        actor=hana, code="north", names={"en": "North"}, items=rows(in_acme), team_id=in_acme.north.pk
    )
    start_cycle(
        actor=hana,
        name="Both",
        period="2017-10",
        deadlines=DEADLINES,
        scorecard_ids=[roles.scorecard_id, of_team.scorecard_id],
        at=datetime(2017, 11, 3, 12, tzinfo=UTC),
    )

    found = {review.member: review.scorecard_id for review in Review.objects.select_related("member")}
    assert found[in_acme.rob] == of_team.scorecard_id
    assert found[in_acme.max] == of_team.scorecard_id, "who leads a team is one of it"
    assert found[in_acme.sam] == roles.scorecard_id
