"""Which plan holds for whom, and when."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.facts import Organisation
from accounts.people.models import Role
from accounts.people.services import add_member, add_team, put_in_team
from incentives.plans.holding import Holding
from incentives.plans.services import Target, add_version, assign, create_plan
from tests.incentives.cast import DECEMBER, NOVEMBER, OCTOBER, component, document

END = date(2017, 12, 31)


@pytest.fixture
def plans(in_acme):
    actor = in_acme.operator
    return {
        name: create_plan(actor=actor, name=name, effective_from=OCTOBER, document=document()).plan
        for name in ("role", "team", "below", "own")
    }


def holding(member):
    """(first, last, plan) of each stretch of the last quarter of 2017."""
    held = Holding(Organisation(), {})
    names = {version.id: version.plan_id for version in held.versions.values()}
    stretches = held.stretches(held.organisation.people[member.pk], OCTOBER, END)
    return [(one.first, one.last, names[one.version.id]) for one in stretches]


def test_a_members_own_plan_comes_before_the_teams_and_that_before_the_roles(in_acme, plans):
    actor = in_acme.operator
    assign(actor=actor, plan=plans["role"], target=Target(role="rep"), starts_on=OCTOBER)
    assign(actor=actor, plan=plans["team"], target=Target(team=in_acme.north), starts_on=NOVEMBER)
    assign(actor=actor, plan=plans["own"], target=Target(member=in_acme.rob), starts_on=DECEMBER)
    assert holding(in_acme.rob) == [
        (OCTOBER, date(2017, 10, 31), plans["role"].pk),
        (NOVEMBER, date(2017, 11, 30), plans["team"].pk),
        (DECEMBER, END, plans["own"].pk),
    ]
    assert holding(in_acme.sam) == [(OCTOBER, END, plans["role"].pk)]


def test_the_nearest_team_comes_first(in_acme, plans):
    actor = in_acme.operator
    squad = add_team(actor=actor, name="Squad", parent=in_acme.north)
    put_in_team(actor=actor, member=in_acme.rob, team=squad, starts_on=NOVEMBER)
    assign(actor=actor, plan=plans["team"], target=Target(team=in_acme.north), starts_on=OCTOBER)
    assign(actor=actor, plan=plans["below"], target=Target(team=squad), starts_on=DECEMBER)
    assert [plan for _, _, plan in holding(in_acme.rob)] == [plans["team"].pk, plans["below"].pk]
    assert holding(in_acme.rob)[0][1] == date(2017, 11, 30)


def test_a_new_version_takes_over_on_its_first_day(in_acme, plans):
    actor = in_acme.operator
    assign(actor=actor, plan=plans["role"], target=Target(role="rep"), starts_on=OCTOBER)
    changed = document(component(period="month"))
    add_version(actor=actor, plan=plans["role"], effective_from=DECEMBER, document=changed)
    assert [(first, last) for first, last, _ in holding(in_acme.rob)] == [
        (OCTOBER, date(2017, 11, 30)),
        (DECEMBER, END),
    ]


def test_nobody_is_on_a_plan_before_being_hired(in_acme, plans):
    actor = in_acme.operator
    assign(actor=actor, plan=plans["role"], target=Target(role="rep"), starts_on=OCTOBER)
    newcomer = add_member(actor=actor, full_name="Nina New", roles=[Role.REP], hired_on=date(2017, 11, 15))
    assert holding(newcomer) == [(date(2017, 11, 15), END, plans["role"].pk)]


def test_who_has_no_such_role_is_on_no_plan(in_acme, plans):
    assign(actor=in_acme.operator, plan=plans["role"], target=Target(role="rep"), starts_on=OCTOBER)
    assert holding(in_acme.hana) == []
