"""What holds for every plan and every history, not only for the examples.

Each property names the deliberate fault with which it was seen failing.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from incentives.engine import (
    Component,
    ComponentResult,
    Credit,
    Inputs,
    Participant,
    Plan,
    Rate,
    Tier,
    calculate,
    digest,
)
from salesops.lib.money import round_half_up

_FIRST, _LAST = date(2026, 1, 1), date(2026, 3, 31)
_QUOTA = 12_345_67
_cents = st.integers(-3_000_000, 3_000_000)
_days = st.integers(0, 89).map(lambda days: _FIRST + timedelta(days))
_rates = st.integers(0, 300_000).map(lambda parts: Decimal(parts).scaleb(-6))


@st.composite
def _tables(draw: st.DrawFn) -> tuple[Tier, ...]:
    starts = sorted(draw(st.sets(st.integers(1, 40_000_00), max_size=5)))
    return tuple(Tier(Decimal(start).scaleb(-4), draw(_rates)) for start in [0, *starts])


@st.composite
def _plans(draw: st.DrawFn, method: str | None = None) -> Plan:
    chosen = method or draw(st.sampled_from(["flat", "marginal", "retroactive"]))
    tiers = draw(_tables())
    rate = Rate(
        chosen,  # type: ignore[arg-type]
        "amount" if chosen == "flat" else draw(st.sampled_from(["amount", "attainment"])),
        draw(st.sampled_from(["upper", "lower"])),
        tiers[:1] if chosen == "flat" else tiers,
    )
    return Plan("USD", (Component("c", "bookings", "quarter", rate),))


@st.composite
def _histories(draw: st.DrawFn) -> list[Credit]:
    """Credits of bookings and refunds over a quarter, with shares in thousandths and an occasional third of a cent."""
    rows = draw(st.lists(st.tuples(_days, _cents, st.integers(0, 1000), st.booleans()), min_size=1, max_size=12))
    return [
        Credit(day, f"e{number}", "booking", Fraction(cents, 3) if third else cents, share)
        for number, (day, cents, share, third) in enumerate(rows)
    ]


def inputs_of(plan: Plan, *histories: list[Credit]) -> Inputs:
    people = [
        Participant(f"p{number}", credits, {("bookings", "2026-Q1"): _QUOTA}, share_unit=1000)
        for number, credits in enumerate(histories)
    ]
    return Inputs(plan, people, _FIRST, _LAST)


def quarter_of(plan: Plan, credits: list[Credit]) -> ComponentResult | None:
    """None where no credit can earn."""
    results = calculate(inputs_of(plan, credits)).participants[0].components
    return results[0] if results else None


@given(_plans(), _histories())
def test_lines_and_months_add_up_to_the_total_rounded_once(plan: Plan, credits: list[Credit]) -> None:
    """Seen failing when each line was rounded for itself, and when a month paid its own lines rounded."""
    (result,) = calculate(inputs_of(plan, credits)).participants
    (quarter,) = result.components
    assert quarter.earned == round_half_up(quarter.exact) == sum(line.amount for line in quarter.lines)
    assert sum(payout.earned for payout in result.payouts) == quarter.earned
    assert all(abs(line.amount - quarter.exact_of(line)) < 1 for line in quarter.lines)


@given(_plans(), _histories())
def test_slices_explain_every_line(plan: Plan, credits: list[Credit]) -> None:
    """Seen failing when the pieces of a credit that walks down a table kept their positive sign."""
    quarter = quarter_of(plan, credits)
    assert quarter
    for line in quarter.lines:
        slices = quarter.slices_of(line)
        assert sum(piece.base for piece in slices) == quarter.base_of(line)
        assert sum(piece.base * Fraction(piece.tier.rate) for piece in slices) == quarter.exact_of(line)
    assert sum(quarter.base_of(line) for line in quarter.lines) == quarter.measure


@given(_plans(), _histories(), st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(plan: Plan, credits: list[Credit], random: object) -> None:
    """Seen failing when credits were taken as they came."""
    shuffled = list(credits)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    there, here = inputs_of(plan, shuffled), inputs_of(plan, credits)
    assert calculate(there).participants[0].payouts == calculate(here).participants[0].payouts
    assert quarter_of(plan, shuffled) == quarter_of(plan, credits)
    assert digest(there.participants[0], there) == digest(here.participants[0], here)


@given(_plans("marginal"), _histories(), st.data())
def test_marginal_earning_does_not_depend_on_how_a_sale_is_cut(
    plan: Plan, credits: list[Credit], data: st.DataObject
) -> None:
    """Seen failing when the tier of a credit was that of its end, not of each slice."""
    place = data.draw(st.integers(0, len(credits) - 1))
    whole = credits[place]
    first = data.draw(st.integers(-abs(int(whole.amount)), abs(int(whole.amount))))
    halves = [whole._replace(amount=first), whole._replace(amount=whole.amount - first, event=f"{whole.event}b")]
    cut = [*credits[:place], *halves, *credits[place + 1 :]]
    one, two = quarter_of(plan, credits), quarter_of(plan, cut)
    assert (one.exact if one else 0) == (two.exact if two else 0)


@given(_plans("retroactive"), _histories())
def test_retroactive_earning_is_the_total_at_the_rate_of_its_tier(plan: Plan, credits: list[Credit]) -> None:
    """Seen failing when true-ups skipped the first credit of the period."""
    quarter = quarter_of(plan, credits)
    assert quarter
    rate = plan.components[0].rate
    scale = _QUOTA if rate.by == "attainment" else 100
    bounds = [Fraction(tier.start) * scale for tier in rate.tiers]
    on_bound_below = rate.boundary == "lower" and quarter.measure in bounds[1:]
    tier = max(bisect_right(bounds, quarter.measure) - 1 - on_bound_below, 0)
    assert quarter.exact == quarter.measure * Fraction(rate.tiers[tier].rate)


@given(_plans("marginal"), _histories())
def test_marginal_earning_is_the_area_under_the_table(plan: Plan, credits: list[Credit]) -> None:
    """The whole measure walked at once, by other means. Seen failing when a bound was compared in other units."""
    quarter = quarter_of(plan, credits)
    assert quarter
    rate = plan.components[0].rate
    scale = _QUOTA if rate.by == "attainment" else 100
    bounds = [Fraction(tier.start) * scale for tier in rate.tiers]
    rates = [Fraction(tier.rate) for tier in rate.tiers]
    steps = [rates[0], *(after - before for before, after in pairwise(rates))]
    above = [max(quarter.measure - bound, 0) for bound in bounds]
    area = quarter.measure * rates[0] + sum(part * step for part, step in zip(above[1:], steps[1:], strict=True))
    assert quarter.exact == area


@given(_plans(), st.lists(_histories(), min_size=2, max_size=4))
def test_nobody_changes_anybody_elses_result(plan: Plan, histories: list[list[Credit]]) -> None:
    """Seen failing when a table was walked on from where the participant before had ended."""
    together = calculate(inputs_of(plan, *histories)).participants
    alone = [calculate(inputs_of(plan, credits)).participants[0] for credits in histories]
    assert [each.components for each in together] == [each.components for each in alone]
    assert [each.payouts for each in together] == [each.payouts for each in alone]
