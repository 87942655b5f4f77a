"""The case file: its published example to the letter, how numbers are shown, and what is refused."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentives.engine.case import read_case
from salesops.lib.errors import DomainErrors
from tests.incentives.engine.cases import (
    Json,
    booking,
    case,
    component,
    fact,
    flat,
    period_of,
    plan,
    problems_of,
    result_of,
    table,
)

# commissions.md, "Case file": the participant and the event as they stand there.
_ANA = {
    "id": "ana",
    "manager": "mo",
    "team": "east",
    "hired": "2026-01-01",
    "left": None,
    "assigned_from": "2026-01-01",
    "assigned_to": None,
    "ramp": [],
    "weight": "1",
    "target_incentive": "20000.00",
    "quota": {"bookings": {"2026-Q1": "100000.00"}},
    "kpi": {"quarterly-scorecard": {"2026-Q1": "92"}},
}
_D1 = {
    "id": "d1",
    "deal": "d1",
    "date": "2026-01-20",
    "type": "booking",
    "amount": "50000.00",
    "units": "1",
    "margin": "12000.00",
    "discount": "0.05",
    "product": "X1",
    "category": "hardware",
    "region": "East",
    "segment": "A",
    "customer": "c1",
    "new_customer": True,
    "term_months": 12,
    "credits": [{"participant": "ana", "share": "1", "kind": "direct"}],
}
_NEW_BUSINESS = {
    "code": "new-business",
    "type": "commission",
    "measure": "bookings",
    "period": "quarter",
    "filter": {
        "category": ["hardware"],
        "region": ["East"],
        "segment": ["A", "B"],
        "product": [],
        "new_customer": True,
    },
    "rate": {
        **table("marginal", (("0", "0.04"), ("0.80", "0.06"), ("1.00", "0.10"))),
        "base": "amount",
        "by": "attainment",
        "accumulates": "period",
        "boundary": "upper",
    },
}


def _published() -> Json:
    document = {
        "plan": plan(_NEW_BUSINESS, currency="CNY", day_count="calendar_days", negative_balance="carry"),
        "fiscal_year_start_month": 1,
        "participants": [_ANA],
        "events": [_D1],
    }
    return copy.deepcopy(document)


def test_the_published_example() -> None:
    """As in commissions.md, with the two payout fields that detail 26 adds; `as_of` is the end of the last month."""
    nothing = ["guaranteed", "capped", "held", "released", "clawed_back", "draw_advanced", "draw_recovered"]
    zeros = dict.fromkeys([*nothing, "draw_balance", "adjusted", "written_off", "carried"], "0.00")
    assert result_of(_published()) == {
        "participants": [
            {
                "id": "ana",
                "components": [
                    {
                        "code": "new-business",
                        "period": "2026-Q1",
                        "measure": "50000.00",
                        "quota": "100000.00",
                        "attainment": "0.5000",
                        "earned": "2000.00",
                        "lines": [
                            {
                                "event": "d1",
                                "date": "2026-01-20",
                                "base": "50000.00",
                                "amount": "2000.00",
                                "slices": [{"tier_from": "0", "base": "50000.00", "rate": "0.04"}],
                            }
                        ],
                    }
                ],
                "payouts": [{"period": "2026-01", "earned": "2000.00", "payable": "2000.00", **zeros}],
            }
        ],
        "errors": [],
    }


@pytest.mark.parametrize(
    ("currency", "amount", "share", "shown"),
    [
        ("USD", "50000", "1", "50000.00"),
        ("USD", "0.01", "0.5", "0.005"),  # exact where four decimals are enough
        ("USD", "0.01", "0.3333", "0.0033"),  # 0.003333
        ("USD", "0.01", "0.005", "0.0001"),  # 0.00005, half up
        ("JPY", "50000", "1", "50000"),
        ("JPY", "5", "0.5", "2.5"),
        ("KWD", "5.5", "1", "5.500"),
    ],
)
def test_how_a_base_is_shown(currency: str, amount: str, share: str, shown: str) -> None:
    """At least the currency's decimals, at most four."""
    rest = str(1 - Decimal(share))
    sale = booking("d1", "2026-01-05", amount, ("ana", share), ("bo", rest))
    found = period_of(case(flat("0.1"), sale, currency=currency, people=({"id": "ana"}, {"id": "bo"})))
    assert (found["measure"], found["lines"][0]["base"], found["lines"][0]["slices"][0]["base"]) == (shown,) * 3


def test_amounts_have_the_decimals_of_the_currency() -> None:
    yen = period_of(case(flat("0.015"), booking("d1", "2026-01-05", "100"), currency="JPY"))
    assert (yen["earned"], yen["lines"][0]["amount"]) == ("2", "2")  # 1.5, half up
    dinar = period_of(case(flat("0.015"), booking("d1", "2026-01-05", "0.100"), currency="KWD"))
    assert dinar["earned"] == "0.002"


def test_rates_and_bounds_are_shown_as_written() -> None:
    tiers = table("marginal", (("0.00", "0.040"), ("80.50", "0.000001")))
    slices = period_of(case(tiers, booking("d1", "2026-01-05", "100")))["lines"][0]["slices"]
    assert [(piece["tier_from"], piece["rate"]) for piece in slices] == [("0.00", "0.040"), ("80.50", "0.000001")]


def test_a_true_up_is_marked_and_other_lines_are_not() -> None:
    sales = [booking("d1", "2026-01-05", "50"), booking("d2", "2026-01-06", "50")]
    lines = period_of(case(table("retroactive"), *sales))["lines"]
    assert [line.get("note", "unmarked") for line in lines] == ["unmarked", "unmarked", "true_up"]


# --- Refusals --------------------------------------------------------------------------------------------------------


def changed(document: Json, path: tuple[str | int, ...], value: object) -> Json:
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (
            ("plan", "components", 0, "rate", "tiers", 1, "rate"),
            0.06,
            "plan.components[0].rate.tiers[1].rate: must be a decimal string",
        ),
        (("plan", "draw"), {}, "plan.draw.amount: is required"),
        (("fiscal_year_start_month",), 13, "fiscal_year_start_month: must be a whole number from 1 to 12"),
        (("fiscal_year_start_month",), "1", "fiscal_year_start_month: must be a whole number from 1 to 12"),
        (("as_of",), "2026-02-30", "as_of: must be a date such as 2026-01-31"),
        (("as_of",), "20260228", "as_of: must be a date such as 2026-01-31"),
        (("as_of",), 20260228, "as_of: must be a date such as 2026-01-31"),
        (("as_of",), "0001-01-01", "as_of: must be a date such as 2026-01-31"),
        (("today",), "2026-01-31", "today: is not a known key"),
        (("events",), None, "events: must be a list"),
        (("participants", 0, "ramp"), [0.5], "participants[0].ramp[0]: must be a decimal string"),
        (
            ("participants", 0, "manager"),
            "ana",
            "participants[0].manager: leads back to the participant: a manager tree has no cycle",
        ),
        (
            ("participants", 0, "leave"),
            [{"from": "2026-02-02", "to": "2026-02-01"}],
            "participants[0].leave[0].to: must not be before its beginning",
        ),
        (("participants", 0, "weight"), 1, "participants[0].weight: must be a decimal string"),
        (
            ("participants", 0, "manager"),
            [{"id": "mo", "since": "2026-01-01"}],
            "participants[0].manager[0].since: is not a known key",
        ),
        (("participants", 0, "left"), "soon", "participants[0].left: must be a date such as 2026-01-31"),
        (("participants", 0, "quota", "sales"), {}, "participants[0].quota.sales: is not a measure"),
        (
            ("participants", 0, "quota", "bookings", "2026-Q5"),
            "1",
            "participants[0].quota.bookings.2026-Q5: is not a period such as 2026-01, 2026-Q1 or 2026",
        ),
        (
            ("participants", 0, "quota", "bookings", "2026-Q1"),
            "-1",
            "participants[0].quota.bookings.2026-Q1: must not be negative",
        ),
        (("events", 0, "type"), "sale", "events[0].type: must be one of: booking, invoice, collection, refund"),
        (("events", 0, "amount"), 50000, "events[0].amount: must be a decimal string"),
        (("events", 0, "amount"), "-1", "events[0].amount: must not be negative"),
        (("events", 0, "amount"), "1.001", "events[0].amount: has more decimals than the currency"),
        (("events", 0, "margin"), "1.001", "events[0].margin: has more decimals than the currency"),
        (("events", 0, "date"), None, "events[0].date: is required"),
        (("events", 0, "units"), "-1", "events[0].units: must not be negative"),
        (("events", 0, "discount"), 0.05, "events[0].discount: must be a decimal string"),
        (("events", 0, "term_months"), "12", "events[0].term_months: must be a whole number from 0 to 1200"),
        (("events", 0, "new_customer"), 1, "events[0].new_customer: must be true or false"),
        (("events", 0, "probability"), "1", "events[0].probability: is not a known key"),
        (("events", 0, "credits", 0, "share"), "0.9", "events[0].credits: must have direct shares that add up to 1"),
        (("events", 0, "credits", 0, "kind"), "overlay", "events[0].credits: must have direct shares that add up to 1"),
        (("events", 0, "credits", 0, "kind"), "rollup", "events[0].credits[0].kind: must be one of: direct, overlay"),
        (
            ("events", 0, "credits", 0, "participant"),
            "bo",
            "events[0].credits[0].participant: is not among the participants",
        ),
        (("events", 0, "credits"), None, "events[0].credits: must be a list"),
    ],
)
def test_what_is_refused(path: tuple[str | int, ...], value: object, problem: str) -> None:
    assert problems_of(changed(_published(), path, value)) == [problem]


@pytest.mark.parametrize(
    ("participants", "problem"),
    [
        ({}, "participants: must be a list"),
        ([{"id": 5}], "participants[0].id: must be a text of 1 to 200 characters"),
        ([{"name": "Ana"}], "participants[0].name: is not a known key"),
    ],
)
def test_participants_that_cannot_be_read(participants: object, problem: str) -> None:
    assert problem in problems_of({**_published(), "participants": participants})


def test_the_document_itself_must_be_an_object() -> None:
    with pytest.raises(DomainErrors, match="must be an object"):
        read_case([])


@pytest.mark.parametrize(
    ("events", "problems"),
    [
        (
            [booking("d1", "2026-01-05", "1"), booking("d1", "2026-01-06", "1")],
            ["events[1].id: is used twice"],
        ),
        (
            [{"id": "i1", "date": "2026-01-05", "type": "invoice", "amount": "1"}],
            ["events[0].credits: is required: there is no booking to inherit from"],
        ),
        (
            [{"id": "d1", "date": "2026-01-05", "type": "booking", "amount": "1"}],
            ["events[0].credits: is required: there is no booking to inherit from"],
        ),
        (
            [fact("refund", "r1", "2026-01-05", "1")],
            ["events[0].deal: must name a deal with an earlier event"],
        ),
        (
            [booking("d1", "2026-01-05", "1"), fact("refund", "r1", "2026-01-04", "1")],
            ["events[1].deal: must name a deal with an earlier event"],
        ),
        (
            [booking("d1", "2026-01-05", "1"), fact("refund", "r1", "2026-01-06", "1", margin="1", units="1")],
            [
                "events[1].margin: must be left out: a refund carries only an amount",
                "events[1].units: must be left out: a refund carries only an amount",
            ],
        ),
        ([], ["as_of: is required where there are no events"]),
    ],
)
def test_events_that_do_not_fit_together(events: list[Json], problems: list[str]) -> None:
    assert sorted(problems_of(case(flat("0.1"), *events))) == problems


def test_an_id_is_used_once() -> None:
    people = ({"id": "ana"}, {"id": "ana"})
    assert problems_of(case(flat("0.1"), as_of="2026-01-31", people=people)) == ["participants[1].id: is used twice"]


def test_a_case_without_events_lists_its_months() -> None:
    document = {"plan": plan(component(flat("0.1"))), "participants": [{"id": "ana"}], "as_of": "2026-01-31"}
    (ana,) = result_of(document)["participants"]
    assert (ana["components"], [payout["period"] for payout in ana["payouts"]]) == ([], ["2026-01"])


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["ana", "0", "2026-01-05", "-1", "refund"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.data())
def test_any_json_in_any_place_is_computed_or_refused(data: st.DataObject) -> None:
    """Seen failing when the last event's month was read before its problems were raised (an event without a date)."""
    document: Any = _published()
    document["events"].append(fact("refund", "r1", "2026-03-05", "10000.00"))
    place = document
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], (dict, list)) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(_JSON)
    try:
        result = result_of(document)
    except DomainErrors:
        return
    assert set(result) == {"participants", "errors"}
