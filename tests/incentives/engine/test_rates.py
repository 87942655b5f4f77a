"""The three rate methods as tables that can be redone by hand. The table is 4 % from 0, 6 % from 100, 10 % from 200."""

from __future__ import annotations

import pytest

from tests.incentives.engine.cases import (
    amounts_of,
    booking,
    case,
    fact,
    flat,
    period_of,
    result_of,
    table,
)


@pytest.mark.parametrize(
    ("sold", "flat_5_percent", "marginal", "retroactive"),
    [
        ("0", "0.00", "0.00", "0.00"),
        ("99.99", "5.00", "4.00", "4.00"),  # 4.9995 and 3.9996, rounded half up
        ("100", "5.00", "4.00", "6.00"),  # a bound belongs to the upper tier
        ("150", "7.50", "7.00", "9.00"),  # 100 × 4 % + 50 × 6 %
        ("200", "10.00", "10.00", "20.00"),
        ("250", "12.50", "15.00", "25.00"),  # 100 × 4 % + 100 × 6 % + 50 × 10 %
    ],
)
def test_what_one_sale_earns(sold: str, flat_5_percent: str, marginal: str, retroactive: str) -> None:
    sale = booking("d1", "2026-01-05", sold)
    assert period_of(case(flat("0.05"), sale))["earned"] == flat_5_percent
    assert period_of(case(table("marginal"), sale))["earned"] == marginal
    assert period_of(case(table("retroactive"), sale))["earned"] == retroactive


def test_a_credit_that_crosses_bounds_is_cut_at_them() -> None:
    document = case(table("marginal"), booking("d1", "2026-01-05", "90"), booking("d2", "2026-01-06", "130"))
    first, second = period_of(document)["lines"]
    assert first["slices"] == [{"tier_from": "0", "base": "90.00", "rate": "0.04"}]
    assert second["slices"] == [
        {"tier_from": "0", "base": "10.00", "rate": "0.04"},
        {"tier_from": "100", "base": "100.00", "rate": "0.06"},
        {"tier_from": "200", "base": "20.00", "rate": "0.10"},
    ]
    assert (first["amount"], second["amount"]) == ("3.60", "8.40")


def test_a_credit_that_ends_on_a_bound_leaves_the_next_one_to_the_next_tier() -> None:
    document = case(table("marginal"), booking("d1", "2026-01-05", "100"), booking("d2", "2026-01-06", "100"))
    assert [[piece["tier_from"] for piece in line["slices"]] for line in period_of(document)["lines"]] == [
        ["0"],
        ["100"],
    ]
    assert amounts_of(document) == [("d1", "4.00"), ("d2", "6.00")]


def test_a_refund_walks_the_marginal_table_back() -> None:
    document = case(table("marginal"), booking("d1", "2026-01-05", "250"), fact("refund", "r1", "2026-01-09", "170"))
    refund = period_of(document)["lines"][1]
    assert refund["slices"] == [
        {"tier_from": "200", "base": "-50.00", "rate": "0.10"},
        {"tier_from": "100", "base": "-100.00", "rate": "0.06"},
        {"tier_from": "0", "base": "-20.00", "rate": "0.04"},
    ]
    assert amounts_of(document) == [("d1", "15.00"), ("r1", "-11.80")]


@pytest.mark.parametrize("method", ["marginal", "retroactive"])
def test_a_quantity_below_zero_uses_the_first_tier(method: str) -> None:
    """The refund falls into a month of its own, in which nothing was sold before it."""
    document = case(
        table(method),
        booking("d1", "2026-01-05", "150"),
        fact("refund", "r1", "2026-02-05", "150"),
        booking("d2", "2026-02-06", "130"),
    )
    after = period_of(document, "2026-02")
    assert (after["measure"], after["earned"]) == ("-20.00", "-0.80")
    assert [(line["event"], line["amount"]) for line in after["lines"]] == [("r1", "-6.00"), ("d2", "5.20")]


def test_reaching_a_tier_trues_up_the_earlier_credits() -> None:
    document = case(
        table("retroactive"),
        booking("d1", "2026-01-05", "50"),
        booking("d2", "2026-01-07", "40"),
        booking("d3", "2026-01-20", "20"),
    )
    lines = period_of(document)["lines"]
    assert [(line["event"], line["date"], line["base"], line["amount"], line.get("note")) for line in lines] == [
        ("d1", "2026-01-05", "50.00", "2.00", None),
        ("d2", "2026-01-07", "40.00", "1.60", None),
        ("d3", "2026-01-20", "20.00", "1.20", None),
        ("d1", "2026-01-20", "0.00", "1.00", "true_up"),
        ("d2", "2026-01-20", "0.00", "0.80", "true_up"),
    ]
    assert lines[3]["slices"] == [
        {"tier_from": "0", "base": "-50.00", "rate": "0.04"},
        {"tier_from": "100", "base": "50.00", "rate": "0.06"},
    ]
    assert period_of(document)["earned"] == "6.60"  # 110 × 6 %


def test_falling_below_a_tier_takes_the_true_ups_back() -> None:
    document = case(
        table("retroactive"),
        booking("d1", "2026-01-05", "60"),
        booking("d2", "2026-01-07", "60", deal="other"),
        fact("refund", "r1", "2026-01-20", "30"),
    )
    assert amounts_of(document) == [
        ("d1", "2.40"),
        ("d2", "3.60"),
        ("d1", "1.20"),
        ("r1", "-1.20"),
        ("d1", "-1.20"),
        ("d2", "-1.20"),
    ]
    assert period_of(document)["earned"] == "3.60"  # 90 × 4 %


@pytest.mark.parametrize(("boundary", "earned"), [("upper", "6.00"), ("lower", "4.00")])
def test_the_boundary_decides_a_total_exactly_on_a_bound(boundary: str, earned: str) -> None:
    document = case(table("retroactive", boundary=boundary), booking("d1", "2026-01-05", "100"))
    assert period_of(document)["earned"] == earned


def test_attainment_bounds_are_parts_of_the_quota() -> None:
    by_attainment = table("marginal", (("0", "0.04"), ("0.80", "0.06"), ("1.00", "0.10")), by="attainment")
    ana = {"id": "ana", "quota": {"bookings": {"2026-01": "1000"}}}
    shown = period_of(case(by_attainment, booking("d1", "2026-01-05", "1100"), people=(ana,)))
    assert (shown["quota"], shown["attainment"], shown["earned"]) == ("1000.00", "1.1000", "54.00")  # 32 + 12 + 10
    assert [piece["tier_from"] for piece in shown["lines"][0]["slices"]] == ["0", "0.80", "1.00"]


def test_a_third_of_a_quota_is_an_exact_bound() -> None:
    """A quota of 100 in three: no bound is a whole number of cents, and nothing is lost between the slices."""
    thirds = table("marginal", (("0", "0.01"), ("0.333333333333", "0.02")), by="attainment")
    ana = {"id": "ana", "quota": {"bookings": {"2026-01": "100"}}}
    line = period_of(case(thirds, booking("d1", "2026-01-05", "50"), people=(ana,)))["lines"][0]
    assert [piece["base"] for piece in line["slices"]] == ["33.3333", "16.6667"]


@pytest.mark.parametrize(
    ("own", "plans", "shown"),
    [
        ("200", "100", "200.00"),  # the participant's own quota wins
        (None, "100", "100.00"),
        (None, {"2026-01": "300"}, "300.00"),
    ],
)
def test_whose_quota_counts(own: str | None, plans: object, shown: str) -> None:
    ana = {"id": "ana", **({"quota": {"bookings": {"2026-01": own}}} if own else {})}
    document = case(table("marginal", by="attainment"), booking("d1", "2026-01-05", "50"), people=(ana,), quota=plans)
    assert period_of(document)["quota"] == shown


@pytest.mark.parametrize(
    ("quota", "problem"),
    [
        (None, "There is no quota for this period, so attainment is undefined."),
        ("0", "The quota of this period is zero, so attainment is undefined."),
    ],
)
def test_attainment_without_a_quota_is_an_error_of_that_participant_only(quota: str | None, problem: str) -> None:
    bo = {"id": "bo", **({"quota": {"bookings": {"2026-01": quota}}} if quota else {})}
    people = ({"id": "ana", "quota": {"bookings": {"2026-01": "100"}}}, bo)
    sale = booking("d1", "2026-01-05", "50", ("ana", "0.5"), ("bo", "0.5"))
    result = result_of(case(table("marginal", by="attainment"), sale, people=people))
    assert [each["id"] for each in result["participants"]] == ["ana"]
    assert result["errors"] == [{"participant": "bo", "component": "c", "period": "2026-01", "problem": problem}]


@pytest.mark.parametrize("events", [(), (booking("d1", "2026-01-05", "0"),)], ids=["no credits", "a credit of nothing"])
def test_who_has_nothing_that_can_earn_needs_no_quota(events: tuple[dict[str, object], ...]) -> None:
    result = result_of(case(table("marginal", by="attainment"), *events, as_of="2026-01-31"))
    assert result["errors"] == []
    assert [payout["payable"] for payout in result["participants"][0]["payouts"]] == ["0.00"]


def test_a_rate_by_amount_shows_attainment_where_there_is_a_quota() -> None:
    ana = {"id": "ana", "quota": {"bookings": {"2026-01": "300"}}}
    with_quota = period_of(case(flat("0.05"), booking("d1", "2026-01-05", "100"), people=(ana,)))
    without = period_of(case(flat("0.05"), booking("d1", "2026-01-05", "100")))
    assert (with_quota["quota"], with_quota["attainment"]) == ("300.00", "0.3333")
    assert (without["quota"], without["attainment"]) == (None, None)
