"""Each term of a component on numbers that can be checked by hand: what a finance person would work out on paper."""

from __future__ import annotations

import pytest

from tests.incentives.engine.cases import (
    ANA,
    SALES,
    Json,
    amounts_of,
    booking,
    commission,
    fact,
    flat,
    participant_of,
    period_of,
    result_of,
    table,
    worked,
)


@pytest.mark.parametrize(
    ("pays", "lines"),
    [
        # Nothing for d1 until d2 brings the total to 1,200; then 10 % of both, d1's as a true-up.
        ("from_zero", [("d1", "0.00"), ("d2", "60.00"), ("d1", "60.00")]),
        # Only the 200 above 1,000.
        ("from_threshold", [("d1", "0.00"), ("d2", "20.00")]),
    ],
)
def test_a_threshold(pays: str, lines: list[tuple[str, str]]) -> None:
    for by, at in (("amount", "1000"), ("attainment", "1")):
        terms = commission(flat("0.10"), threshold={"by": by, "at": at, "pays": pays})
        assert amounts_of(worked(terms, *SALES)) == lines


def test_tiers_are_read_from_zero_above_a_threshold() -> None:
    """From 500: 0 to 1,000 earns 4 %, above it 10 %: 500 × 4 % + 200 × 10 %."""
    rate = table("marginal", (("0", "0.04"), ("1000", "0.10")))
    terms = commission(rate, threshold={"by": "amount", "at": "500", "pays": "from_threshold"})
    assert amounts_of(worked(terms, *SALES)) == [("d1", "4.00"), ("d2", "36.00")]


def test_factors_and_a_score_multiply() -> None:
    terms = commission(
        flat("0.10"),
        factors={"product": {"X1": "1.5"}, "segment": {"A": "2"}},
        multiplier={"kpi": "card", "bands": [{"from": "0", "factor": "0.8"}, {"from": "80", "factor": "1.2"}]},
    )
    sale = booking("d1", "2026-01-05", "100", product="X1", segment="A")
    plain = booking("d2", "2026-01-06", "100", product="X2")
    for score, expected in (("79.99", ["24.00", "8.00"]), ("80", ["36.00", "12.00"])):
        ana = {**ANA, "kpi": {"card": {"2026-01": score}}}
        assert [amount for _, amount in amounts_of(worked(terms, sale, plain, people=(ana,)))] == expected


def test_a_missing_score_is_an_error_only_where_something_can_earn() -> None:
    terms = commission(flat("0.10"), multiplier={"kpi": "card", "bands": [{"from": "0", "factor": "1"}]})
    found = result_of(worked(terms, *SALES, people=(ANA, {"id": "bo"})))
    assert [(each["participant"], each["component"], each["period"]) for each in found["errors"]] == [
        ("ana", "c", "2026-01")
    ]
    assert [each["id"] for each in found["participants"]] == ["bo"]


def test_a_cap_cuts_what_comes_last_and_may_defer_it() -> None:
    lost = worked(commission(flat("0.10"), cap={"amount": "100"}), *SALES, as_of="2026-02-28")
    assert amounts_of(lost) == [("d1", "60.00"), ("d2", "40.00")]

    deferred = worked(commission(flat("0.10"), cap={"amount": "100", "excess": "deferred"}), *SALES, as_of="2026-02-28")
    assert amounts_of(deferred) == [("d1", "60.00"), ("d2", "40.00")]
    (line,) = period_of(deferred, "2026-02")["lines"]
    assert (line["event"], line["date"], line["amount"]) == (None, "2026-02-01", "20.00")


def test_a_cap_cuts_true_ups_before_the_credits_own_line() -> None:
    """At d2 the whole 1,200 earns 10 %: 60 for d2 and 36 more for d1. 24 + 60 + 36 is 120; 90 leaves d1 only 6."""
    rate = table("retroactive", (("0", "0.04"), ("1000", "0.10")))
    capped = worked(commission(rate, cap={"amount": "90"}), *SALES)
    assert amounts_of(capped) == [("d1", "24.00"), ("d2", "60.00"), ("d1", "6.00")]


def test_an_attainment_cap_makes_quantity_above_it_earn_nothing() -> None:
    capped = worked(commission(flat("0.10"), cap={"attainment": "0.9"}), *SALES)
    assert amounts_of(capped) == [("d1", "60.00"), ("d2", "30.00")]
    assert period_of(capped)["measure"] == "1200.00"


def test_a_cap_by_target_incentive() -> None:
    terms = commission(flat("0.10"), cap={"target_incentive_multiple": "1.5"})
    ana = {**ANA, "target_incentive": "60"}
    assert amounts_of(worked(terms, *SALES, people=(ana,))) == [("d1", "60.00"), ("d2", "30.00")]


def test_a_floor_lifts_a_finished_period() -> None:
    terms = commission(flat("0.10"), floor={"amount": "150"})
    assert period_of(worked(terms, *SALES))["earned"] == "150.00"
    unfinished = period_of(worked(terms, *SALES, as_of="2026-01-30"))
    assert unfinished["earned"] == "120.00"


@pytest.mark.parametrize(
    ("by", "events", "expected"),
    [
        ("amount", ("900", "1000"), ["27.00", "50.00"]),
        ("units", ("900", "1000"), ["45.00", "50.00"]),  # ten units each
        ("margin_rate", ("900", "1000"), ["27.00", "30.00"]),  # margin 0.5
        ("discount", ("900", "1000"), ["27.00", "30.00"]),  # no discount
    ],
)
def test_a_lookup_reads_the_events_own_attribute(by: str, events: tuple[str, ...], expected: list[str]) -> None:
    bound = {"amount": "1000", "units": "10", "margin_rate": "0.6", "discount": "0.1"}[by]
    rate = table("lookup", (("0", "0.03"), (bound, "0.05")), by=by)
    sales = [
        booking(f"d{n}", f"2026-01-0{n}", amount, units="10", margin=str(int(amount) // 2))
        for n, amount in enumerate(events, 1)
    ]
    assert [amount for _, amount in amounts_of(worked(commission(rate), *sales))] == expected


def test_a_lookup_of_a_refund_reads_its_booking() -> None:
    """900 is left of a sale of 1,000 at 5 %: the refund does not fall into the tier of 100."""
    rate = table("lookup", (("0", "0.03"), ("1000", "0.05")))
    sold = worked(commission(rate), booking("d1", "2026-01-05", "1000"), fact("refund", "r1", "2026-01-09", "100"))
    assert amounts_of(sold) == [("d1", "50.00"), ("r1", "-5.00")]


@pytest.mark.parametrize(("pays", "expected"), [("sum", ["0.00", "40.00"]), ("highest", ["0.00", "30.00"])])
def test_brackets_pay_when_they_are_reached(pays: str, expected: list[str]) -> None:
    rate = {"method": "bracket", "by": "attainment", "pays": pays}
    rate["tiers"] = [{"from": "0.8", "amount": "10"}, {"from": "1.2", "amount": "30"}]  # type: ignore[assignment]
    assert [amount for _, amount in amounts_of(worked(commission(rate), *SALES))] == expected


def test_each_event_may_walk_the_table_on_its_own() -> None:
    """600 = 500 × 4 % + 100 × 10 % each time; what a refund leaves, 300, is walked again."""
    rate = table("marginal", (("0", "0.04"), ("500", "0.10")), accumulates="event")
    refund = fact("refund", "r1", "2026-01-20", "300")
    assert amounts_of(worked(commission(rate), *SALES, refund)) == [
        ("d1", "30.00"),
        ("d2", "30.00"),
        ("r1", "-18.00"),
    ]


def test_what_is_paid_on_may_differ_from_what_picks_the_tier() -> None:
    """The third unit is the first of the second tier: half of d2's price lies in each."""
    rate = table("marginal", (("0", "0.05"), ("3", "0.10")), by="units")
    sales = (booking("d1", "2026-01-05", "600", units="2"), booking("d2", "2026-01-10", "600", units="2"))
    assert amounts_of(worked(commission(rate), *sales)) == [("d1", "30.00"), ("d2", "45.00")]

    per_unit = {
        **commission(table("marginal", (("0", "20"), ("3", "30")), by="units", base="units")),
        "measure": "units",
    }
    assert amounts_of(worked(per_unit, *sales)) == [("d1", "40.00"), ("d2", "50.00")]


@pytest.mark.parametrize(
    ("shape", "sold", "expected"),
    [
        ("linear", "400", "0.00"),
        ("linear", "750", "60.00"),  # half the way from 0.5 to 1
        ("linear", "1000", "120.00"),
        ("linear", "2000", "240.00"),  # flat beyond 1.5
        ("step", "499", "0.00"),
        ("step", "999", "0.00"),
        ("step", "1000", "120.00"),
    ],
)
def test_a_bonus_follows_its_curve(shape: str, sold: str, expected: str) -> None:
    points = [{"at": "0.5", "pays": "0"}, {"at": "1", "pays": "1"}, {"at": "1.5", "pays": "2"}]
    bonus = {
        "type": "bonus",
        "measure": "bookings",
        "target_incentive": "120",
        "curve": {"shape": shape, "points": points},
    }
    assert period_of(worked(bonus, booking("d1", "2026-01-05", sold)))["earned"] == expected


def test_a_prorated_bonus_has_half_the_quota_and_half_the_incentive() -> None:
    points = [{"at": "0", "pays": "0"}, {"at": "1", "pays": "1"}]
    bonus = {
        "type": "bonus",
        "measure": "bookings",
        "prorate": True,
        "target_incentive": "120",
        "curve": {"shape": "linear", "points": points},
    }
    bo = {"id": "ana", "quota": {"bookings": {"2026-04": "1000"}}, "assigned_from": "2026-04-16"}
    found = period_of(worked(bonus, booking("d1", "2026-04-20", "500"), people=(bo,)), "2026-04")
    assert (found["quota"], found["attainment"], found["earned"]) == ("500.00", "1.0000", "60.00")


@pytest.mark.parametrize(
    ("count", "away", "quota"),
    [
        ("calendar_days", [], "500.00"),  # 15 of 30 days
        ("working_days", [], "500.00"),  # 11 of 22
        ("thirty_360", [], "500.00"),
        ("calendar_days", [("2026-04-16", "2026-04-18")], "400.00"),
        ("calendar_days", [("2026-04-16", "2026-04-17"), ("2026-04-17", "2026-04-18")], "400.00"),
        ("calendar_days", [("2026-03-01", "2026-04-18")], "400.00"),
    ],
)
def test_days_are_counted_the_plans_way(count: str, away: list[tuple[str, str]], quota: str) -> None:
    terms = commission(table("marginal", (("0", "0.1"),), by="attainment"), prorate=True)
    leave = [{"from": first, "to": last} for first, last in away]
    bo = {"id": "ana", "quota": {"bookings": {"2026-04": "1000"}}, "assigned_from": "2026-04-16", "leave": leave}
    sold = worked(terms, booking("d1", "2026-04-20", "500"), people=(bo,), plan_terms={"day_count": count})
    assert period_of(sold, "2026-04")["quota"] == quota


def test_a_ramp_is_averaged_over_the_active_months() -> None:
    """Hired in February: a quarter's factors are those of February (0.5) and March (1, past the list)."""
    terms = commission(table("marginal", (("0", "0.1"),), by="attainment"), period="quarter")
    bo = {**ANA, "hired": "2026-02-10", "ramp": ["0.5"]}
    assert period_of(worked(terms, booking("d1", "2026-03-20", "500"), people=(bo,)), "2026-Q1")["quota"] == "2250.00"


@pytest.mark.parametrize(
    ("per", "first", "expected"), [("event", None, "20.00"), ("unit", None, "50.00"), ("unit", "4", "40.00")]
)
def test_a_spiff(per: str, first: str | None, expected: str) -> None:
    spiff: Json = {"type": "spiff", "amount": "10", "per": per, **({"first": first} if first else {})}
    sales = (booking("d1", "2026-01-05", "600", units="3"), booking("d2", "2026-01-10", "600", units="2"))
    assert period_of(worked(spiff, *sales))["earned"] == expected


def test_an_allowance_is_dated_on_the_first_active_day() -> None:
    terms = {"type": "allowance", "amount": "310", "prorate": True}
    bo = {"id": "ana", "assigned_from": "2026-01-22"}
    found = participant_of(worked(terms, people=(bo,), as_of="2026-02-28"))
    assert [(each["period"], each["earned"], each["lines"][0]["date"]) for each in found["components"]] == [
        ("2026-01", "100.00", "2026-01-22"),
        ("2026-02", "310.00", "2026-02-01"),
    ]
