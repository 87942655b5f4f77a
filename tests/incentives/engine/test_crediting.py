"""Who is credited with what, when it counts, and what a refund takes back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.incentives.engine.cases import (
    Json,
    amounts_of,
    booking,
    case,
    component,
    fact,
    flat,
    paid,
    participant_of,
    period_of,
    plan,
    table,
)

TEN = flat("0.10")


def measures_of(document: Json, who: str = "ana") -> dict[str, str]:
    return {each["period"]: each["measure"] for each in participant_of(document, who)["components"]}


def measured(measure: str, *events: Json, **more: Any) -> dict[str, str]:
    return measures_of(case(TEN, *events, measure=measure, **more))


# --- Shares, order, days ---------------------------------------------------------------------------------------------


def test_shares_are_exact_products() -> None:
    people = ({"id": "ana"}, {"id": "bo"})
    sale = booking("d1", "2026-01-05", "100.01", ("ana", "0.333"), ("bo", "0.667"))
    document = case(TEN, sale, people=people)
    assert period_of(document)["measure"] == "33.3033"  # 33.30333, shown to four decimals
    assert amounts_of(document, who="bo") == [("d1", "6.67")]  # 6.670667


def test_overlay_credit_comes_on_top() -> None:
    credits = [{"participant": "ana"}, {"participant": "bo", "share": "0.5", "kind": "overlay"}]
    sale = {**booking("d1", "2026-01-05", "100"), "credits": credits}
    document = case(TEN, sale, people=({"id": "ana"}, {"id": "bo"}))
    assert (period_of(document)["earned"], period_of(document, who="bo")["earned"]) == ("10.00", "5.00")


def test_order_is_by_day_then_event_id_as_text() -> None:
    document = case(
        table("marginal"),
        booking("d9", "2026-01-06", "10"),
        booking("d10", "2026-01-06", "10"),
        booking("d2", "2026-01-05", "95"),
    )
    assert amounts_of(document) == [("d2", "3.80"), ("d10", "0.50"), ("d9", "0.60")]  # d10 crosses 100, 5 at 4 and 6 %


@pytest.mark.parametrize(
    ("dates", "counted"),
    [
        ({}, "111.00"),
        ({"hired": "2026-01-05"}, "111.00"),  # the first day is inside
        ({"hired": "2026-01-05", "assigned_from": "2026-01-06"}, "110.00"),  # the later of the two
        ({"left": "2026-01-20", "assigned_to": "2026-01-10"}, "11.00"),  # the earlier of the two, last day inside
        ({"assigned_from": "2026-01-06", "left": "2026-01-19"}, "10.00"),
    ],
)
def test_only_active_days_count(dates: Json, counted: str) -> None:
    sales = [
        booking("d1", "2026-01-05", "1"),
        booking("d2", "2026-01-10", "10"),
        booking("d3", "2026-01-20", "100"),
    ]
    assert measured("bookings", *sales, people=({"id": "ana", **dates},)) == {"2026-01": counted}


def test_a_refund_follows_its_deal_to_those_who_have_left() -> None:
    gone = ({"id": "ana", "left": "2026-01-31"},)
    events = [booking("d1", "2026-01-05", "100"), fact("refund", "r1", "2026-03-05", "40")]
    assert measured("bookings", *events, people=gone) == {"2026-01": "100.00", "2026-03": "-40.00"}
    late = ({"id": "ana", "hired": "2026-02-01"},)
    assert measured("bookings", *events, people=late) == {}


def test_events_after_as_of_are_ignored() -> None:
    events = [booking("d1", "2026-01-05", "100"), booking("d2", "2026-01-25", "100"), booking("d3", "2026-02-01", "1")]
    document = case(TEN, *events, as_of="2026-01-24")
    assert paid(document) == [("2026-01", "10.00", "10.00")]


def test_the_filter_admits_listed_values_only() -> None:
    events = [
        booking("d1", "2026-01-05", "1", category="hardware", region="East"),
        booking("d2", "2026-01-05", "10", category="hardware", region="West"),
        booking("d3", "2026-01-05", "100", category="service", region="East"),
        booking("d4", "2026-01-05", "1000", new_customer=True),
    ]

    def admitted(**terms: object) -> dict[str, str]:
        return measured("bookings", *events, filter=terms)

    assert admitted() == {"2026-01": "1111.00"}
    assert admitted(category=["hardware"], product=[]) == {"2026-01": "11.00"}
    assert admitted(category=["hardware", "service"], region=["East"]) == {"2026-01": "101.00"}
    assert admitted(new_customer=True) == {"2026-01": "1000.00"}
    assert admitted(new_customer=False) == {"2026-01": "111.00"}
    assert admitted(segment=["A"]) == {}


# --- Measures and what is inherited ----------------------------------------------------------------------------------


def test_each_measure_counts_its_own_events() -> None:
    events = [
        booking("d1", "2026-01-05", "100", units="3", margin="30", new_customer=True),
        booking("d2", "2026-01-06", "50"),  # units default to 1, margin to the amount
        fact("invoice", "i1", "2026-02-05", "60"),
        fact("collection", "p1", "2026-03-05", "20"),
    ]
    assert measured("bookings", *events) == {"2026-01": "150.00"}
    assert measured("invoiced", *events) == {"2026-02": "60.00"}
    assert measured("collections", *events) == {"2026-03": "20.00"}
    assert measured("margin", *events) == {"2026-01": "80.00"}
    assert measured("units", *events) == {"2026-01": "4"}
    assert measured("new_customers", *events) == {"2026-01": "1"}


def test_counts_earn_money_for_each() -> None:
    events = [booking("d1", "2026-01-05", "999", ("ana", "0.5"), ("bo", "0.5"), units="3")]
    document = case(flat("20"), *events, measure="units", people=({"id": "ana"}, {"id": "bo"}))
    assert (period_of(document)["measure"], period_of(document)["earned"]) == ("1.5", "30.00")


def test_invoices_and_collections_inherit_credits_and_attributes_of_the_booking() -> None:
    events = [
        booking("b", "2026-01-05", "100", ("ana", "0.25"), ("bo", "0.75"), deal="d1", region="East", category="x"),
        fact("invoice", "i1", "2026-01-06", "40"),
        fact("invoice", "i2", "2026-01-07", "8", category="y"),
    ]
    people = ({"id": "ana"}, {"id": "bo"})
    assert measured("invoiced", *events, people=people) == {"2026-01": "12.00"}
    only_east_x = {"region": ["East"], "category": ["x"]}
    assert measured("invoiced", *events, people=people, filter=only_east_x) == {"2026-01": "10.00"}


def test_an_invoice_without_a_deal_is_its_own() -> None:
    own = {"id": "i1", "date": "2026-01-05", "type": "invoice", "amount": "70", "credits": [{"participant": "ana"}]}
    assert measured("invoiced", own, fact("refund", "r1", "2026-01-06", "20", deal="i1")) == {"2026-01": "50.00"}


# --- Refunds ---------------------------------------------------------------------------------------------------------


def test_a_refund_lowers_every_measure_its_deal_has_counted_in() -> None:
    events = [
        booking("d1", "2026-01-05", "200", units="4", margin="50", new_customer=True),
        fact("invoice", "i1", "2026-02-05", "120"),
        fact("collection", "p1", "2026-02-20", "30"),
        fact("refund", "r1", "2026-03-05", "50"),
    ]
    assert measured("bookings", *events) == {"2026-01": "200.00", "2026-03": "-50.00"}
    assert measured("invoiced", *events) == {"2026-02": "120.00", "2026-03": "-50.00"}
    assert measured("collections", *events) == {"2026-02": "30.00", "2026-03": "-30.00"}  # no more than was counted
    assert measured("margin", *events) == {"2026-01": "50.00", "2026-03": "-12.50"}  # 50 of 200 is a quarter
    assert measured("units", *events) == {"2026-01": "4", "2026-03": "-1"}
    assert measured("new_customers", *events) == {"2026-01": "1", "2026-03": "-0.25"}


def test_what_is_counted_after_a_refund_does_not_fall() -> None:
    events = [
        booking("d1", "2026-01-05", "200"),
        fact("refund", "r1", "2026-01-10", "80"),
        fact("invoice", "i1", "2026-01-15", "120"),
    ]
    assert measured("invoiced", *events) == {"2026-01": "120.00"}


def test_refunds_together_take_no_more_than_there_was() -> None:
    events = [
        booking("d1", "2026-01-05", "100"),
        fact("refund", "r1", "2026-02-05", "70"),
        fact("refund", "r2", "2026-03-05", "70"),
        fact("refund", "r3", "2026-04-05", "70"),
    ]
    assert measured("bookings", *events) == {"2026-01": "100.00", "2026-02": "-70.00", "2026-03": "-30.00"}


def test_a_refund_is_spread_over_earlier_events_by_what_is_left_of_them() -> None:
    """60 and 30 are left of two invoices when 45 is refunded: it takes 30 and 15, each from its own people."""
    people = ({"id": "ana"}, {"id": "bo"})
    events = [
        booking("d1", "2026-01-05", "500"),
        fact("invoice", "i1", "2026-01-06", "60"),
        fact("invoice", "i2", "2026-01-07", "30", credits=[{"participant": "bo"}]),
        fact("refund", "r1", "2026-02-05", "45"),
        fact("refund", "r2", "2026-03-05", "45"),
    ]
    expected = {"2026-01": "60.00", "2026-02": "-30.00", "2026-03": "-30.00"}
    assert measured("invoiced", *events, people=people) == expected
    document = case(TEN, *events, measure="invoiced", people=people)
    assert measures_of(document, "bo") == {"2026-01": "30.00", "2026-02": "-15.00", "2026-03": "-15.00"}


def test_a_refund_of_several_events_is_one_line() -> None:
    events = [
        booking("b1", "2026-01-05", "60", deal="d1"),
        booking("b2", "2026-01-06", "30", deal="d1"),
        fact("refund", "r1", "2026-01-07", "45"),
    ]
    assert amounts_of(case(TEN, *events)) == [("b1", "6.00"), ("b2", "3.00"), ("r1", "-4.50")]


def test_a_refund_falls_only_where_its_events_were_admitted() -> None:
    hardware = component(TEN, code="hardware", filter={"category": ["hardware"]})
    service = component(TEN, code="service", filter={"category": ["service"]})
    document = {
        "plan": plan(hardware, service),
        "participants": [{"id": "ana"}],
        "events": [
            booking("b1", "2026-01-05", "60", deal="d1", category="hardware"),
            booking("b2", "2026-01-06", "30", deal="d1", category="service"),
            fact("refund", "r1", "2026-01-07", "45"),
        ],
    }
    shown = {each["code"]: each["measure"] for each in participant_of(document)["components"]}
    assert shown == {"hardware": "30.00", "service": "15.00"}


def test_a_refund_of_something_free_takes_nothing() -> None:
    events = [booking("d1", "2026-01-05", "0"), fact("refund", "r1", "2026-01-07", "45")]
    assert measured("bookings", *events) == {"2026-01": "0.00"}
