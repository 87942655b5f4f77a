"""The one call: what a caller other than the case file may rely on."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from incentives.engine import Credit, Inputs, Participant, parse_plan
from incentives.engine.calculation import calculate
from tests.incentives.engine.cases import component, plan, table

_BY_ATTAINMENT = parse_plan(plan(component(table("marginal", by="attainment"))))
_JANUARY = Credit(date(2026, 1, 5), "d1", "booking", 100_00, source="ledger line 7")
_FEBRUARY = Credit(date(2026, 2, 5), "d2", "booking", 50_00)
_ANA = Participant("ana", [_FEBRUARY, _JANUARY], {("bookings", "2026-01"): 1000_00})
_INPUTS = Inputs(_BY_ATTAINMENT, [_ANA], date(2026, 1, 1), date(2026, 3, 31))


def test_a_missing_quota_stops_its_own_period_and_months_only() -> None:
    """In the product an error stops the component period and the payable of its months; other periods stand."""
    (ana,) = calculate(_INPUTS).participants
    assert [(result.period.key, result.earned) for result in ana.components] == [("2026-01", 4_00)]
    assert [(problem.period.key, problem.code) for problem in ana.problems] == [("2026-02", "no_quota")]
    assert [(payout.month.key, payout.payable) for payout in ana.payouts] == [("2026-01", 4_00), ("2026-03", 0)]


def test_a_line_hands_back_its_credit_and_opens_onto_exact_numbers() -> None:
    (january,) = calculate(_INPUTS).participants[0].components
    (line,) = january.lines
    assert line.credit is _JANUARY
    assert (january.base_of(line), january.exact_of(line), january.exact) == (100_00, 4_00, 4_00)
    assert [(piece.base, piece.tier.rate) for piece in january.slices_of(line)] == [
        (100_00, _BY_ATTAINMENT.components[0].rate.tiers[0].rate)
    ]
    assert (january.measure, january.quota, january.attainment) == (100_00, 1000_00, Fraction(1, 10))


def test_amounts_beyond_64_bits_stay_exact() -> None:
    """A bigint's largest amount in millionths of a share, by a quota of a third of a cent."""
    huge = _JANUARY._replace(amount=10**17 - 1, share=999_999)
    ana = replace(_ANA, credits=[huge], quotas={("bookings", "2026-01"): Fraction(1, 3)}, share_unit=1_000_000)
    (january,) = calculate(replace(_INPUTS, participants=[ana])).participants[0].components
    measure = Fraction((10**17 - 1) * 999_999, 1_000_000)
    below = [Fraction(100, 3), Fraction(200, 3)]  # the bounds: 100 and 200 quotas
    exact = below[0] * Fraction(4, 100) + (below[1] - below[0]) * Fraction(6, 100) + (measure - below[1]) / 10
    assert (january.measure, january.exact) == (measure, exact)


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_is_left_as_it_was(was_on: bool) -> None:
    (gc.enable if was_on else gc.disable)()
    try:
        calculate(_INPUTS)
        with pytest.raises(AttributeError):
            calculate(replace(_INPUTS, participants=[None]))  # type: ignore[list-item]
        assert gc.isenabled() is was_on
    finally:
        gc.enable()
