"""Rounding, and what the months pay of what the periods earned."""

from __future__ import annotations

import pytest

from incentives.engine.rounding import shown_amounts
from tests.incentives.engine.cases import (
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
    result_of,
    table,
)


@pytest.mark.parametrize(
    ("tenths", "shown"),
    [
        ([4, 4, 4], [1, 0, 0]),  # 1.2 is 1: one unit for three equal remainders, the earlier line first
        ([5], [1]),  # half up
        ([-5], [-1]),  # half away from zero
        ([4, 6, 5], [0, 1, 1]),  # 1.5 is 2: the two largest remainders
        ([26, -13, 2], [3, -1, 0]),  # 1.5 is 2: from 2, −2 and 0 the remainders .6, .7 and .2 lift the first two
        ([-4, -4, -4], [-1, 0, 0]),  # a negative total is the mirror image
        ([10, 20], [1, 2]),
        ([0, 0], [0, 0]),
    ],
)
def test_lines_are_shown_by_largest_remainder(tenths: list[int], shown: list[int]) -> None:
    assert shown_amounts(tenths, 10) == shown


def test_a_total_is_rounded_once_and_its_lines_add_up() -> None:
    """Three credits of 0.05 at 10 % earn 0.015: 0.02 in all, where rounding each would pay 0.03."""
    document = case(flat("0.10"), *[booking(f"d{n}", f"2026-01-0{n}", "0.05") for n in (1, 2, 3)])
    assert period_of(document)["earned"] == "0.02"
    assert amounts_of(document) == [("d1", "0.01"), ("d2", "0.01"), ("d3", "0.00")]


def test_a_quarter_pays_monthly_as_it_is_earned() -> None:
    """0.005 a month: to date 0.01, 0.01, 0.02; the months pay the differences and add up to the quarter."""
    sales = [booking(f"d{month}", f"2026-0{month}-05", "0.05") for month in (1, 2, 3)]
    document = case(flat("0.10"), *sales, period="quarter")
    assert period_of(document, "2026-Q1")["earned"] == "0.02"
    assert paid(document) == [("2026-01", "0.01", "0.01"), ("2026-02", "0.00", "0.00"), ("2026-03", "0.01", "0.01")]


def test_a_true_up_is_paid_in_the_month_of_the_crossing_credit() -> None:
    sales = [booking("d1", "2026-01-05", "90"), booking("d2", "2026-03-05", "10")]
    assert paid(case(table("retroactive"), *sales, period="quarter")) == [
        ("2026-01", "3.60", "3.60"),
        ("2026-02", "0.00", "0.00"),
        ("2026-03", "2.40", "2.40"),
    ]


@pytest.mark.parametrize(
    ("negative_balance", "months"),
    [
        # (month, earned, payable, carried, written off)
        (
            "carry",
            [
                ("2026-01", "10.00", "10.00", "0.00", "0.00"),
                ("2026-02", "-10.00", "0.00", "-10.00", "0.00"),
                ("2026-03", "4.00", "0.00", "-6.00", "0.00"),
                ("2026-04", "9.00", "3.00", "0.00", "0.00"),
            ],
        ),
        (
            "written_off",
            [
                ("2026-01", "10.00", "10.00", "0.00", "0.00"),
                ("2026-02", "-10.00", "0.00", "0.00", "10.00"),
                ("2026-03", "4.00", "4.00", "0.00", "0.00"),
                ("2026-04", "9.00", "9.00", "0.00", "0.00"),
            ],
        ),
    ],
)
def test_a_negative_balance(negative_balance: str, months: list[tuple[str, ...]]) -> None:
    document = case(
        flat("0.10"),
        booking("d1", "2026-01-05", "100"),
        fact("refund", "r1", "2026-02-05", "100"),
        booking("d2", "2026-03-05", "40"),
        booking("d3", "2026-04-05", "90"),
        negative_balance=negative_balance,
    )
    keys = ("period", "earned", "payable", "carried", "written_off")
    assert [tuple(payout[key] for key in keys) for payout in participant_of(document)["payouts"]] == months


def test_a_payout_names_every_step() -> None:
    payout = participant_of(case(flat("0.10"), booking("d1", "2026-01-05", "100")))["payouts"][0]
    assert payout == {
        "period": "2026-01",
        "earned": "10.00",
        "guaranteed": "0.00",
        "capped": "0.00",
        "held": "0.00",
        "released": "0.00",
        "clawed_back": "0.00",
        "draw_advanced": "0.00",
        "draw_recovered": "0.00",
        "draw_balance": "0.00",
        "adjusted": "0.00",
        "written_off": "0.00",
        "payable": "10.00",
        "carried": "0.00",
    }


def test_components_of_different_periods_meet_in_the_month() -> None:
    document = {
        "plan": plan(
            component(flat("0.10"), code="monthly"),
            component(flat("0.01"), code="yearly", period="year"),
        ),
        "fiscal_year_start_month": 4,
        "participants": [{"id": "ana"}],
        "events": [booking("d1", "2026-03-31", "100"), booking("d2", "2026-04-01", "1000")],
    }
    shown = [(each["code"], each["period"], each["earned"]) for each in participant_of(document)["components"]]
    assert shown == [
        ("monthly", "2026-03", "10.00"),
        ("monthly", "2026-04", "100.00"),
        ("yearly", "2026", "1.00"),  # April to March, named by the year in which it ends
        ("yearly", "2027", "10.00"),
    ]
    assert paid(document) == [("2026-03", "11.00", "11.00"), ("2026-04", "110.00", "110.00")]


@pytest.mark.parametrize(
    ("more", "people", "months"),
    [
        ({}, ({"id": "ana"}, {"id": "bo"}), ["2026-02", "2026-03", "2026-04"]),
        ({"as_of": "2026-05-01"}, ({"id": "ana"}, {"id": "bo"}), ["2026-02", "2026-03", "2026-04", "2026-05"]),
        (
            {},
            ({"id": "ana"}, {"id": "bo", "assigned_from": "2026-01-31"}),
            ["2026-01", "2026-02", "2026-03", "2026-04"],
        ),
        ({}, ({"id": "ana"}, {"id": "bo", "hired": "2025-01-31"}), ["2026-02", "2026-03", "2026-04"]),
        ({"as_of": "2026-01-31"}, ({"id": "ana"}, {"id": "bo"}), []),
    ],
)
def test_everyone_lists_the_same_months(
    more: dict[str, str], people: tuple[dict[str, str], ...], months: list[str]
) -> None:
    sales = [booking("d1", "2026-02-10", "1"), booking("d2", "2026-04-10", "1")]
    result = result_of(case(flat("0.10"), *sales, people=people, **more))
    for participant in result["participants"]:
        assert [payout["period"] for payout in participant["payouts"]] == months


def test_an_error_leaves_out_the_person_and_nobody_else() -> None:
    people = ({"id": "ana"}, {"id": "bo", "quota": {"bookings": {"2026-01": "50"}}})
    sale = booking("d1", "2026-01-10", "100", ("ana", "0.5"), ("bo", "0.5"))
    result = result_of(case(table("marginal", by="attainment"), sale, people=people))
    assert [participant["id"] for participant in result["participants"]] == ["bo"]
    assert [error["participant"] for error in result["errors"]] == ["ana"]
