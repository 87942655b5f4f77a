"""October 2017 at Acme: Rob has booked 1,600.00, Rita 900.00; every rep is under review by the team's manager."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from accounts.access.actor import Actor
from accounts.people.models import Member
from reviews.cycles.models import ReviewCycle
from tests.factories import Acme
from tests.reviews.cast import cycle
from tests.targets.books import Won, book

ActorFor = Callable[[Member], Actor]


@pytest.fixture
def sold(in_acme: Acme) -> Acme:
    sales = [(in_acme.rob, 5, 900_00), (in_acme.rob, 20, 700_00), (in_acme.rita, 9, 900_00)]
    book(in_acme.operator, [Won(member, date(2017, 10, day), amount) for member, day, amount in sales])
    return in_acme


@pytest.fixture
def october(sold: Acme) -> ReviewCycle:
    return cycle(sold)


@pytest.fixture
def rob(in_acme: Acme, actor_for: ActorFor) -> Actor:
    """A rep in North."""
    return actor_for(in_acme.rob)


@pytest.fixture
def sam(in_acme: Acme, actor_for: ActorFor) -> Actor:
    """A rep in South."""
    return actor_for(in_acme.sam)


@pytest.fixture
def max_(in_acme: Acme, actor_for: ActorFor) -> Actor:
    """North's manager: he reviews Rob and Rita."""
    return actor_for(in_acme.max)


@pytest.fixture
def mia(in_acme: Acme, actor_for: ActorFor) -> Actor:
    """South's manager."""
    return actor_for(in_acme.mia)


@pytest.fixture
def hana(in_acme: Acme, actor_for: ActorFor) -> Actor:
    """HR."""
    return actor_for(in_acme.hana)
