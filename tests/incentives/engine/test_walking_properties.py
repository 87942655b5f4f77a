"""What holds for the long way of rating, whatever a plan says and however sales and refunds come.

Each property names the deliberate fault with which it was seen failing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from incentives.engine import ComponentResult, Plan, calculate
from incentives.engine.case import read_case
from incentives.engine.terms import Cap
from tests.incentives.engine.cases import Json, flat, plan, table
from tests.incentives.engine.test_properties import Credit, _histories, _plans, quarter_of

_FAR = Cap("amount", Decimal(10**13), "lost")  # a cap that nothing reaches takes the long way and changes nothing


def _long_way(plan: Plan) -> Plan:
    return replace(plan, components=tuple(replace(each, cap=_FAR) for each in plan.components))


@given(_plans(), _histories())
def test_the_long_way_comes_to_what_the_short_way_does(plan: Plan, credits: list[Credit]) -> None:
    """Seen failing when a true-up took its quantity out of the tier that it moved to."""
    short, long = quarter_of(plan, credits), quarter_of(_long_way(plan), credits)
    assert short
    assert long
    assert (short.measure, short.earned, short.exact) == (long.measure, long.earned, long.exact)
    shown = [
        [
            (line.credit, line.day, line.note, one.exact_of(line), one.slices_of(line))
            for line in one.lines
            if line.exact
        ]
        for one in (short, long)
    ]
    assert shown[0] == shown[1]


# --- Any plan, any deals ----------------------------------------------------------------------------------------------

_money = st.integers(0, 50_000).map(lambda cents: f"{cents / 100:.2f}")
_part = st.sampled_from(["0", "0.25", "0.5", "1"])
_TABLES = st.sampled_from(
    [(("0", "0.04"),), (("0", "0.04"), ("200", "0.10")), (("0", "0.10"), ("100", "0.05"), ("300", "0.2"))]
)


@st.composite
def _components(draw: st.DrawFn, **given_terms: Any) -> Json:
    method = draw(st.sampled_from(["flat", "marginal", "retroactive", "lookup"]))
    rate: Json = flat("0.07") if method == "flat" else table(method, draw(_TABLES))
    if method in {"marginal", "retroactive"}:
        rate["accumulates"] = draw(st.sampled_from(["period", "event"]))
    optional: dict[str, st.SearchStrategy[Any]] = {
        "threshold": st.builds(
            lambda at, pays: {"by": "amount", "at": at, "pays": pays},
            _money,
            st.sampled_from(["from_zero", "from_threshold"]),
        ),
        "factors": st.just({"product": {"X": "1.5", "Y": "0"}}),
        "cap": st.builds(
            lambda amount, excess: {"amount": amount, "excess": excess}, _money, st.sampled_from(["lost", "deferred"])
        ),
        "floor": st.builds(lambda amount: {"amount": amount}, _money),
        "clawback": st.builds(
            lambda mode, share: {"mode": mode, "share": share}, st.sampled_from(["reverse", "recompute"]), _part
        ),
        "holdback": st.builds(
            lambda share, release: {"share": share, "release": release},
            _part,
            st.sampled_from(["collection", "period_end"]),
        ),
    }
    chosen = {name: draw(found) for name, found in optional.items() if draw(st.booleans())}
    return {
        "code": "c",
        "measure": "bookings",
        "period": draw(st.sampled_from(["month", "quarter"])),
        "rate": rate,
        **chosen,
        **given_terms,
    }


@st.composite
def _cases(draw: st.DrawFn, *facts: str, **terms: Any) -> Json:
    """One participant under one component, which has these `terms` at least; after a booking come such facts."""
    events: list[Json] = []
    for number in range(draw(st.integers(1, 5))):
        sold = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 89)))
        whole = draw(st.integers(1, 40_000))
        events.append(
            {
                "id": f"d{number}",
                "date": sold.isoformat(),
                "type": "booking",
                "amount": f"{whole / 100:.2f}",
                "product": draw(st.sampled_from(["X", "Y", "Z"])),
                "credits": [{"participant": "ana"}],
            }
        )
        for which in range(draw(st.integers(0, 2))):
            later = sold + timedelta(days=draw(st.integers(1, 60)))
            type_ = draw(st.sampled_from(facts or ("refund", "collection")))
            part = f"{draw(st.integers(1, whole)) / 100:.2f}"
            events.append(
                {
                    "id": f"x{number}{which}",
                    "deal": f"d{number}",
                    "date": later.isoformat(),
                    "type": type_,
                    "amount": part,
                }
            )
    document = plan(draw(_components(**terms)))
    return {"plan": document, "participants": [{"id": "ana"}], "events": events, "as_of": "2026-09-30"}


def _results(case: Json) -> list[ComponentResult]:
    (ana,) = calculate(read_case(case)).participants
    return list(ana.components)


@given(_cases())
def test_every_line_is_the_sum_of_its_slices_and_changes(case: Json) -> None:
    """Seen failing when a cap cut a line without saying so."""
    for result in _results(case):
        for place, line in enumerate(result.lines):
            slices = sum((piece.base * Fraction(piece.tier.rate) for piece in result.slices_of(line)), Fraction(0))
            changes = sum((change.exact for change in result.changes.get(place, ())), Fraction(0))
            assert slices + changes == result.exact_of(line)
        assert result.earned == sum(line.amount for line in result.lines)


@given(_cases())
def test_months_add_up_to_what_was_earned_less_what_was_taken_back(case: Json) -> None:
    """Seen failing when what was clawed back was not taken off the month."""
    (ana,) = calculate(read_case(case)).participants
    payouts = ana.payouts
    assert sum(payout.earned for payout in payouts) == sum(result.earned for result in ana.components)
    moved = sum(p.earned - p.held + p.released - p.clawed_back for p in payouts)
    assert moved == sum(p.payable for p in payouts) + payouts[-1].carried
    assert all(p.payable >= 0 and p.carried <= 0 for p in payouts)


@given(_cases("refund", clawback={}))
def test_a_clawback_never_takes_more_than_the_event_earned(case: Json) -> None:
    """Seen failing when a second refund took its part of what the first had taken."""
    for result in _results(case):
        for event in {one.event for one in result.takebacks}:
            lines = [line for line in result.lines if line.credit is not None and line.credit.event == event]
            earned = sum((result.exact_of(line) for line in lines), Fraction(0))
            taken = sum((one.exact for one in result.takebacks if one.event == event), Fraction(0))
            assert 0 <= taken <= max(earned, Fraction(0))


@given(_cases())
def test_a_cap_holds_and_what_it_defers_is_not_lost(case: Json) -> None:
    """Seen failing when deferred excess was earned beside the cap of its new period."""
    component = case["plan"]["components"][0]
    if "cap" not in component:
        return
    most = Fraction(component["cap"]["amount"]) * 100
    floor = Fraction(component.get("floor", {"amount": "0"})["amount"]) * 100
    assert all(result.exact <= max(most, floor) for result in _results(case))
