"""A quarter at Acme: last quarter's bookings are 60 Rob, 20 Rita, 20 Sam, nothing for Sue (in thousands of dollars)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from accounts.access.actor import Actor
from accounts.people.models import Member
from targets.cascade.models import TargetNode, TargetPlan
from targets.cascade.services import set_target, split_below
from tests.factories import Acme
from tests.targets.books import Won, book

LATE = datetime(2017, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def booked(in_acme: Acme) -> Acme:
    day = date(2017, 8, 15)
    sales = [(in_acme.rob, 60), (in_acme.rita, 20), (in_acme.sam, 20)]
    book(in_acme.operator, [Won(member, day, thousands * 100_000) for member, thousands in sales])
    return in_acme


@pytest.fixture
def eve(booked: Acme, actor_for: Callable[[Member], Actor]) -> Actor:
    """The executive who sets targets here."""
    return actor_for(booked.eve)


@pytest.fixture
def erik(booked: Acme, actor_for: Callable[[Member], Actor]) -> Actor:
    """The executive who approves them."""
    return actor_for(booked.erik)


@pytest.fixture
def draft(eve: Actor) -> TargetPlan:
    """120,000 for 2017-Q4, nothing placed yet; step 1 dollar."""
    return set_target(actor=eve, metric="bookings", period="2017-Q4", amount=12_000_000, step=100)


@pytest.fixture
def placed(eve: Actor, draft: TargetPlan) -> TargetPlan:
    """The same, split to every rep by last quarter's share."""
    return split_below(actor=eve, node=node_of(draft, "Acme"), method="last-period-share")


def node_of(plan: TargetPlan, name: str) -> TargetNode:
    return TargetNode.objects.get(plan=plan, name=name)


def amounts(plan: TargetPlan) -> dict[str, int]:
    """Every node's quarter in whole dollars."""
    found: dict[str, int] = {}
    for name, amount in TargetNode.objects.filter(plan=plan).order_by("id").values_list("name", "cells__amount"):
        found[name] = found.get(name, 0) + amount
    return {name: cents // 100 for name, cents in found.items()}


def left(plan: TargetPlan) -> dict[str, int]:
    """What is left to place, in whole dollars, where it is not 0."""
    found: dict[str, int] = {}
    for name, amount in TargetNode.objects.filter(plan=plan).order_by("id").values_list("name", "cells__unassigned"):
        found[name] = found.get(name, 0) + amount
    return {name: cents // 100 for name, cents in found.items() if cents}
