"""Measures and what waits: the two registries that every app fills."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from accounts import measures
from accounts.access.actor import Actor
from accounts.home import waiting
from accounts.home.waiting import Waiting, WaitingSource, waiting_for
from accounts.measures import Measure, Reading, Window, find_measure, register, together


def nothing(window: Window, members: object) -> dict[int, Reading]:
    return {}


def test_a_teams_ratio_is_computed_from_sums():
    small, large = Reading(Fraction(1), Fraction(1)), Reading(Fraction(1), Fraction(9))

    assert together([small, large], adds_up=False).value == Fraction(2, 10), "not the mean of 100 % and 11 %"
    assert together([small, small], adds_up=True).value == 2
    assert together([], adds_up=False).value is None


def test_a_name_means_one_measure(monkeypatch):
    monkeypatch.setattr(measures, "_measures", {})
    register(Measure("visits", "Visits", "count", nothing))

    assert find_measure("visits") is not None
    with pytest.raises(ValueError, match="visits is registered twice"):
        register(Measure("visits", "Others", "count", nothing))


def test_the_most_urgent_and_oldest_waits_first(in_acme, actor_for, monkeypatch):
    def find(actor: Actor, as_of: date, limit: int) -> list[Waiting]:
        return [
            Waiting("new", "", "/", "warn", date(2026, 2, 2)),
            Waiting("some day", "", "/"),
            Waiting("old", "", "/", "warn", date(2026, 1, 1)),
            Waiting("late", "", "/", "risk", date(2026, 2, 3)),
        ]

    monkeypatch.setattr(waiting, "_sources", [WaitingSource("one", "people.view", find)])
    monkeypatch.setattr(waiting, "_sources", [*waiting._sources, WaitingSource("no", "people.manage", find)])

    found = waiting_for(actor_for(in_acme.rob), date(2026, 3, 1), limit=3)

    assert [one.title for one in found] == ["late", "old", "new"]
