"""The digest changes with whatever a result depends on, and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from incentives.engine import Credit, Inputs, Participant, Tier, digest, parse_plan
from salesops.lib.periods import FiscalCalendar
from tests.incentives.engine.cases import component, plan, table

_PLAN = parse_plan(plan(component(table("marginal"))))
_CREDIT = Credit(date(2026, 1, 5), "d1", "booking", 100)
_ANA = Participant("ana", [_CREDIT], {("bookings", "2026-01"): 5000})
_INPUTS = Inputs(_PLAN, [_ANA], date(2026, 1, 1), date(2026, 1, 31))


def test_a_digest_is_the_same_on_every_machine_and_in_every_year() -> None:
    """Stored with statements: a change of this value needs a new ENGINE_VERSION."""
    assert digest(_ANA, _INPUTS) == "67b24f7d62915343fd30c6d9b605e72d34e2952829b70ce23af5d979d890f795"


@pytest.mark.parametrize(
    "ana",
    [
        replace(_ANA, key="bo"),
        replace(_ANA, active_from=date(2026, 1, 1)),
        replace(_ANA, active_to=date(2026, 1, 31)),
        replace(_ANA, share_unit=2),
        replace(_ANA, quotas={("bookings", "2026-01"): 5001}),
        replace(_ANA, quotas={("margin", "2026-01"): 5000}),
        replace(_ANA, credits=[]),
        replace(_ANA, credits=[_CREDIT, _CREDIT]),
        replace(_ANA, credits=[_CREDIT._replace(amount=Fraction(1, 3))]),
        replace(_ANA, credits=[_CREDIT._replace(event="d2")]),
        replace(_ANA, credits=[_CREDIT._replace(region="East")]),
        replace(_ANA, credits=[_CREDIT._replace(source=7)]),
    ],
)
def test_another_participant_fact_is_another_digest(ana: Participant) -> None:
    assert digest(ana, _INPUTS) != digest(_ANA, _INPUTS)


@pytest.mark.parametrize(
    "inputs",
    [
        replace(_INPUTS, plan=replace(_PLAN, negative_balance="written_off")),
        replace(_INPUTS, plan=parse_plan(plan(component(table("retroactive"))))),
        replace(_INPUTS, calendar=FiscalCalendar(4)),
        replace(_INPUTS, as_of=date(2026, 2, 1)),
        replace(_INPUTS, start=date(2025, 12, 31)),
    ],
)
def test_other_terms_or_months_are_another_digest(inputs: Inputs) -> None:
    assert digest(_ANA, inputs) != digest(_ANA, _INPUTS)


@pytest.mark.parametrize(
    ("ana", "inputs"),
    [
        (_ANA, replace(_INPUTS, as_of=date(2026, 1, 6))),  # another night of the same month
        (_ANA, replace(_INPUTS, participants=[])),
        (replace(_ANA, credits=[_CREDIT, _CREDIT._replace(day=date(2026, 2, 1))]), _INPUTS),  # after as_of
        (replace(_ANA, quotas={("bookings", "2026-01"): Fraction(5000)}), _INPUTS),
    ],
)
def test_what_changes_no_result_changes_no_digest(ana: Participant, inputs: Inputs) -> None:
    assert digest(ana, inputs) == digest(_ANA, _INPUTS)


def test_a_rate_written_otherwise_is_another_plan() -> None:
    """A statement shows rates as they are written."""
    (only,) = _PLAN.components
    tiers = (Tier(Decimal("0.0"), only.rate.tiers[0].rate), *only.rate.tiers[1:])
    written = replace(_PLAN, components=(replace(only, rate=replace(only.rate, tiers=tiers)),))
    assert digest(_ANA, replace(_INPUTS, plan=written)) != digest(_ANA, _INPUTS)
