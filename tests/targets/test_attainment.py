"""Pace, landing and what is needed, in tables; and the night's snapshots."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from accounts.access.actor import Actor
from targets.attainment.models import TargetSnapshot
from targets.attainment.night import snapshot
from targets.attainment.pace import Attainment, Clockwork
from targets.attainment.selectors import listed, plan_of_today, plans_in_force, standings
from targets.cascade.approval import approve, submit
from targets.cascade.models import TargetPlan
from targets.cascade.selectors import whole_tree
from tests.factories import Acme
from tests.targets.books import Won, book, take_back
from tests.targets.conftest import LATE

Q4 = (date(2017, 10, 1), date(2017, 12, 31))


@pytest.fixture
def in_force(eve: Actor, erik: Actor, placed: TargetPlan) -> TargetPlan:
    submit(actor=eve, plan=placed, as_of=LATE)
    return approve(actor=erik, plan=placed, as_of=LATE)


@pytest.mark.parametrize(
    ("today", "gone", "left"),
    [
        (date(2017, 9, 30), 0, 65),  # before the quarter
        (date(2017, 10, 1), 0, 65),  # a Sunday
        (date(2017, 10, 2), 1, 64),
        (date(2017, 10, 8), 5, 60),
        (date(2017, 12, 29), 65, 0),  # the last Friday
        (date(2018, 3, 1), 65, 0),
    ],
)
def test_working_days_gone_and_left(today: date, gone: int, left: int) -> None:
    clockwork = Clockwork.of(*Q4, today)
    assert (clockwork.gone, clockwork.left) == (gone, left)


@pytest.mark.parametrize(
    ("target", "actual", "gone", "ratio", "landing", "gap", "a_day", "tone"),
    [
        (100_00, 50_00, 5, Fraction(1, 2), 100_00, 50_00, 10_00, "good"),
        (100_00, 46_00, 5, Fraction(23, 50), 92_00, 54_00, 10_80, "warn"),
        (100_00, 44_00, 5, Fraction(11, 25), 88_00, 56_00, 11_20, "risk"),
        (100_00, 120_00, 5, Fraction(6, 5), 240_00, 0, None, "good"),
        (100_00, 78_30, 10, Fraction(783, 1000), 78_30, 21_70, None, "risk"),
        (100_00, 0, 0, Fraction(0), None, 100_00, 10_00, "none"),
        (0, 30_00, 5, None, 60_00, 0, None, "none"),
    ],
)
def test_where_a_target_stands(
    target: int, actual: int, gone: int, ratio: Fraction, landing: int, gap: int, a_day: int, tone: str
) -> None:
    stands = Attainment(target, actual, Clockwork(gone, 10))
    assert (stands.ratio, stands.landing, stands.gap, stands.needed_a_day, stands.tone) == (
        ratio,
        landing,
        gap,
        a_day,
        tone,
    )


def reached(actor: Actor, plan: TargetPlan) -> dict[str, int]:
    """Every node's actual in whole dollars."""
    today = date(2017, 12, 1)
    found = standings(actor, plan, whole_tree(actor, today, plan), today)
    return {each.node.name: each.reached.actual // 100 for each in found}


def test_one_credit_line_moves_every_sum_above_it(booked: Acme, eve: Actor, in_force: TargetPlan) -> None:
    none = dict.fromkeys(reached(eve, in_force), 0)
    (deal,) = book(booked.operator, [Won(booked.rita, date(2017, 11, 3), 5_000_00)])
    assert reached(eve, in_force) == none | {"Acme": 5000, "East": 5000, "North": 5000, "Rita Rep": 5000}
    take_back(booked.operator, deal)
    assert reached(eve, in_force) == none


def test_each_sees_their_own_part(booked: Acme, in_force: TargetPlan) -> None:
    today = date(2017, 12, 1)
    seen = {}
    for name in ("eve", "hana", "max", "rob"):
        actor = Actor(booked.tenant, booked.members[name])
        tree = whole_tree(actor, today, in_force)
        seen[name] = [each.node.name for each in standings(actor, in_force, tree, today)]
        assert [plan.pk for plan in plans_in_force(actor, today)] == [in_force.pk]
        assert [each.name for each in listed(actor, [in_force], today)] == seen[name][:1]
    assert seen["max"] == ["North", "Rita Rep", "Rob Rep"]
    assert seen["rob"] == ["Rob Rep"]
    assert seen["hana"] == seen["eve"]
    assert len(seen["eve"]) == 9


def test_a_draft_is_not_shown_to_those_it_is_about(booked: Acme, placed: TargetPlan) -> None:
    for name in ("max", "rob"):
        assert plans_in_force(Actor(booked.tenant, booked.members[name]), date(2017, 12, 1)) == []


def test_the_plan_of_today() -> None:
    third, fourth = TargetPlan(starts_on=date(2017, 7, 1)), TargetPlan(starts_on=date(2017, 10, 1))
    plans = [fourth, third]
    assert plan_of_today(plans, date(2017, 11, 1)) is fourth
    assert plan_of_today(plans, date(2017, 9, 30)) is third
    assert plan_of_today(plans, date(2017, 1, 1)) is third
    assert plan_of_today([], date(2017, 1, 1)) is None


# --- The night -------------------------------------------------------------------------------------------------------


def kept(plan: TargetPlan) -> list[tuple[str, str, int]]:
    rows = TargetSnapshot.objects.filter(node__plan=plan).exclude(actual=0).order_by("date", "node_id")
    return [(str(row.date), row.node.name, row.actual // 100) for row in rows.select_related("node")]


def test_only_differences_are_kept(booked: Acme, in_force: TargetPlan) -> None:
    assert snapshot(in_force, date(2017, 11, 2)) == 9
    assert snapshot(in_force, date(2017, 11, 2)) == 0
    book(booked.operator, [Won(booked.rob, date(2017, 11, 3), 5_000_00)])
    assert snapshot(in_force, date(2017, 11, 2)) == 0
    assert snapshot(in_force, date(2017, 11, 3)) == 4
    assert kept(in_force) == [
        ("2017-11-03", "Acme", 5000),
        ("2017-11-03", "East", 5000),
        ("2017-11-03", "North", 5000),
        ("2017-11-03", "Rob Rep", 5000),
    ]


def test_a_late_correction_replaces_the_days_figure(booked: Acme, in_force: TargetPlan) -> None:
    book(booked.operator, [Won(booked.rob, date(2017, 11, 3), 5_000_00)])
    snapshot(in_force, date(2017, 11, 3))
    book(booked.operator, [Won(booked.rob, date(2017, 11, 3), 1_000_00)])
    snapshot(in_force, date(2017, 11, 3))
    assert ("2017-11-03", "Rob Rep", 6000) in kept(in_force)
    assert len(kept(in_force)) == 4
