"""October at Acme: Rob has booked 500.00 and 700.00, Rita 300.00; the plan pays 4 %, and 10 % above 1,000.00."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.access.actor import Actor
from tests.factories import Acme
from tests.incentives.cast import ActorFor, plan_for_reps, recompute
from tests.targets.books import Won, book


@pytest.fixture
def sold(in_acme: Acme) -> Acme:
    sales = [(in_acme.rob, 5, 500_00), (in_acme.rob, 20, 700_00), (in_acme.rita, 9, 300_00)]
    book(in_acme.operator, [Won(member, date(2017, 10, day), amount) for member, day, amount in sales])
    return in_acme


@pytest.fixture
def computed(sold: Acme) -> Acme:
    """October to December are computed; October pays Rob 60.00 and Rita 12.00."""
    plan_for_reps(sold)
    recompute(sold)
    return sold


@pytest.fixture
def hana(in_acme: Acme, actor_for: ActorFor) -> Actor:
    """HR: she prepares payouts."""
    return actor_for(in_acme.hana)


@pytest.fixture
def eve(in_acme: Acme, actor_for: ActorFor) -> Actor:
    """The executive who approves them."""
    return actor_for(in_acme.eve)
