"""Who is behind the pace of the quarter: 120,000 for the company, of which Rob has 72,000, Rita and Sam 24,000 each."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.access.actor import Actor
from pipeline.risks.registry import Finding, Told
from targets.cascade.approval import approve, submit
from targets.cascade.models import TargetPlan
from targets.risks import BEHIND, find_behind
from tests.factories import Acme
from tests.targets.books import Won, book
from tests.targets.conftest import LATE

pytestmark = pytest.mark.django_db
HALF = date(2017, 11, 14)  # 32 of the quarter's 65 working days have gone


@pytest.fixture
def running(eve: Actor, erik: Actor, placed: TargetPlan) -> TargetPlan:
    submit(actor=eve, plan=placed, as_of=LATE)
    approve(actor=erik, plan=placed, as_of=LATE)
    return placed


def behind(day: date = HALF, **parameters: int) -> dict[str, Finding]:
    found = find_behind(day, BEHIND.defaults() | parameters)
    return {one.evidence["name"]: one for one in found}


def test_reps_and_teams_too_far_below_the_pace_are_found_with_their_figures(running: TargetPlan, booked: Acme) -> None:
    book(booked.operator, [Won(booked.rob, date(2017, 10, 20), 30_000_00), Won(booked.rita, HALF, 12_000_00)])
    found = behind()
    assert set(found) == {"Sam Rep", "South"}, "Rob has 30 of 72 where 35 would be on pace, Rita half of hers"
    sam = found["Sam Rep"]
    assert (sam.evidence["target"], sam.evidence["actual"], sam.grave) == (24_000_00, 0, True)
    assert (sam.evidence["gone"], sam.evidence["whole"]) == (32, 65)


def test_the_owner_is_the_rep_or_the_teams_lead(running: TargetPlan, booked: Acme) -> None:
    found = behind()
    owners = {name: one.owner_id for name, one in found.items()}
    assert owners["Rob Rep"] == booked.rob.pk
    assert owners["North"] == booked.max.pk
    assert owners["South"] == booked.mia.pk


def test_below_the_graver_bound_it_is_high(running: TargetPlan, booked: Acme) -> None:
    book(booked.operator, [Won(booked.rob, date(2017, 10, 20), 25_000_00)])
    assert not behind()["Rob Rep"].grave
    assert behind(grave=75)["Rob Rep"].grave


def test_credits_after_the_day_do_not_count(running: TargetPlan, booked: Acme) -> None:
    book(booked.operator, [Won(booked.sam, date(2017, 11, 15), 24_000_00)])
    assert "Sam Rep" in behind()
    assert "Sam Rep" not in behind(date(2017, 11, 15))


def test_in_the_first_days_nobody_is_behind(running: TargetPlan, booked: Acme) -> None:
    assert behind(date(2017, 10, 12)) == {}
    assert behind(date(2017, 10, 13))


def test_without_a_target_nobody_is_behind_and_a_draft_is_no_target(
    running: TargetPlan, booked: Acme, erik: Actor
) -> None:
    assert "Sue Rep" not in behind()
    assert behind(date(2018, 2, 14)) == {}


def test_the_same_figures_are_the_same_evidence(running: TargetPlan, booked: Acme) -> None:
    assert behind() == behind()


def test_its_words_name_the_gap(running: TargetPlan, booked: Acme) -> None:
    evidence = behind()["Sam Rep"].evidence
    told = Told(evidence, HALF, "USD")
    assert BEHIND.wording.title(told) == "Sam Rep is behind pace"
    assert BEHIND.wording.detail(told) == "0.0\u00a0% of the target at a pace of 49.2\u00a0%; 24,000 to go"
    facts = {str(fact.label): str(fact.value) for fact in BEHIND.wording.facts(told, "acme")}
    assert facts["Working days left"] == "33"
