"""Each term of a plan on numbers that can be checked by hand: what a finance person would work out on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from incentives.engine import calculate, parse_plan
from incentives.engine.case import read_case
from tests.incentives.engine.cases import (
    Json,
    amounts_of,
    booking,
    case,
    component,
    fact,
    flat,
    participant_of,
    period_of,
    plan,
    result_of,
    table,
)

_ANA: Json = {"id": "ana", "quota": {"bookings": {"2026-01": "1000", "2026-Q1": "3000"}}}


def worked(terms: Json, *events: Json, people: tuple[Json, ...] = (_ANA,), **more: Any) -> Json:
    """A case with one component that is given whole; `plan_terms` are the plan's own."""
    own = more.pop("plan_terms", {})
    whole = {"code": "c", **terms}
    return {"plan": plan(whole, **own), "participants": list(people), "events": list(events), **more}


def commission(rate: Json, **terms: Any) -> Json:
    return component(rate, **terms)


def month(document: Json, period: str = "2026-01", who: str = "ana") -> Json:
    """The payout of one month, without its zeros."""
    payouts = participant_of(document, who)["payouts"]
    (found,) = [each for each in payouts if each["period"] == period]
    return {key: value for key, value in found.items() if value != "0.00" and key != "period"}


_SALES = (booking("d1", "2026-01-05", "600"), booking("d2", "2026-01-10", "600"))


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
        assert amounts_of(worked(terms, *_SALES)) == lines


def test_tiers_are_read_from_zero_above_a_threshold() -> None:
    """From 500: 0 to 1,000 earns 4 %, above it 10 %: 500 × 4 % + 200 × 10 %."""
    rate = table("marginal", (("0", "0.04"), ("1000", "0.10")))
    terms = commission(rate, threshold={"by": "amount", "at": "500", "pays": "from_threshold"})
    assert amounts_of(worked(terms, *_SALES)) == [("d1", "4.00"), ("d2", "36.00")]


def test_factors_and_a_score_multiply() -> None:
    terms = commission(
        flat("0.10"),
        factors={"product": {"X1": "1.5"}, "segment": {"A": "2"}},
        multiplier={"kpi": "card", "bands": [{"from": "0", "factor": "0.8"}, {"from": "80", "factor": "1.2"}]},
    )
    sale = booking("d1", "2026-01-05", "100", product="X1", segment="A")
    plain = booking("d2", "2026-01-06", "100", product="X2")
    for score, expected in (("79.99", ["24.00", "8.00"]), ("80", ["36.00", "12.00"])):
        ana = {**_ANA, "kpi": {"card": {"2026-01": score}}}
        assert [amount for _, amount in amounts_of(worked(terms, sale, plain, people=(ana,)))] == expected


def test_a_missing_score_is_an_error_only_where_something_can_earn() -> None:
    terms = commission(flat("0.10"), multiplier={"kpi": "card", "bands": [{"from": "0", "factor": "1"}]})
    found = result_of(worked(terms, *_SALES, people=(_ANA, {"id": "bo"})))
    assert [(each["participant"], each["component"], each["period"]) for each in found["errors"]] == [
        ("ana", "c", "2026-01")
    ]
    assert [each["id"] for each in found["participants"]] == ["bo"]


def test_a_cap_cuts_what_comes_last_and_may_defer_it() -> None:
    lost = worked(commission(flat("0.10"), cap={"amount": "100"}), *_SALES, as_of="2026-02-28")
    assert amounts_of(lost) == [("d1", "60.00"), ("d2", "40.00")]

    deferred = worked(
        commission(flat("0.10"), cap={"amount": "100", "excess": "deferred"}), *_SALES, as_of="2026-02-28"
    )
    assert amounts_of(deferred) == [("d1", "60.00"), ("d2", "40.00")]
    (line,) = period_of(deferred, "2026-02")["lines"]
    assert (line["event"], line["date"], line["amount"]) == (None, "2026-02-01", "20.00")


def test_a_cap_cuts_true_ups_before_the_credits_own_line() -> None:
    """At d2 the whole 1,200 earns 10 %: 60 for d2 and 36 more for d1. 24 + 60 + 36 is 120; 90 leaves d1 only 6."""
    rate = table("retroactive", (("0", "0.04"), ("1000", "0.10")))
    capped = worked(commission(rate, cap={"amount": "90"}), *_SALES)
    assert amounts_of(capped) == [("d1", "24.00"), ("d2", "60.00"), ("d1", "6.00")]


def test_an_attainment_cap_makes_quantity_above_it_earn_nothing() -> None:
    capped = worked(commission(flat("0.10"), cap={"attainment": "0.9"}), *_SALES)
    assert amounts_of(capped) == [("d1", "60.00"), ("d2", "30.00")]
    assert period_of(capped)["measure"] == "1200.00"


def test_a_cap_by_target_incentive() -> None:
    terms = commission(flat("0.10"), cap={"target_incentive_multiple": "1.5"})
    ana = {**_ANA, "target_incentive": "60"}
    assert amounts_of(worked(terms, *_SALES, people=(ana,))) == [("d1", "60.00"), ("d2", "30.00")]


def test_a_floor_lifts_a_finished_period() -> None:
    terms = commission(flat("0.10"), floor={"amount": "150"})
    assert period_of(worked(terms, *_SALES))["earned"] == "150.00"
    unfinished = period_of(worked(terms, *_SALES, as_of="2026-01-30"))
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
    assert [amount for _, amount in amounts_of(worked(commission(rate), *_SALES))] == expected


def test_each_event_may_walk_the_table_on_its_own() -> None:
    """600 = 500 × 4 % + 100 × 10 % each time; what a refund leaves, 300, is walked again."""
    rate = table("marginal", (("0", "0.04"), ("500", "0.10")), accumulates="event")
    refund = fact("refund", "r1", "2026-01-20", "300")
    assert amounts_of(worked(commission(rate), *_SALES, refund)) == [
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
    bo = {**_ANA, "hired": "2026-02-10", "ramp": ["0.5"]}
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


# --- Refunds ----------------------------------------------------------------------------------------------------------

_MARGINAL = table("marginal", (("0", "0.10"), ("1000", "0.20")))


def test_a_reversal_takes_back_what_the_event_earned_and_later_credits_start_lower() -> None:
    """d1 1,200: 100 + 40. Half of it refunded: 70 back, and d2 walks from 600: 400 × 10 % + 200 × 20 %."""
    terms = commission(_MARGINAL, clawback={"window_days": 90})
    found = worked(
        terms,
        booking("d1", "2026-01-05", "1200"),
        fact("refund", "r1", "2026-01-10", "600"),
        booking("d2", "2026-01-20", "600"),
    )
    assert amounts_of(found) == [("d1", "140.00"), ("d2", "80.00")]
    assert period_of(found)["measure"] == "1200.00"
    assert month(found) == {"earned": "220.00", "clawed_back": "70.00", "payable": "150.00"}


def test_recomputing_lets_the_refund_walk_down_the_tiers() -> None:
    terms = commission(_MARGINAL, clawback={"mode": "recompute"})
    found = worked(terms, booking("d1", "2026-01-05", "1200"), fact("refund", "r1", "2026-01-10", "600"))
    assert amounts_of(found) == [("d1", "140.00"), ("r1", "-80.00")]
    assert "clawed_back" not in month(found)


def test_outside_the_window_nothing_is_taken_and_nothing_measured() -> None:
    for mode in ("reverse", "recompute"):
        terms = commission(_MARGINAL, clawback={"window_days": 4, "mode": mode})
        found = worked(terms, booking("d1", "2026-01-05", "1200"), fact("refund", "r1", "2026-01-10", "600"))
        assert (period_of(found)["measure"], month(found)) == ("1200.00", {"earned": "140.00", "payable": "140.00"})


def test_a_part_of_the_unused_term_is_taken_back() -> None:
    """Three of twelve months are used: 9/12 of half of 100."""
    terms = commission(flat("0.10"), clawback={"share": "0.5", "by_unused_term": True})
    sale = booking("d1", "2026-01-05", "1000", term_months=12)
    found = worked(terms, sale, fact("refund", "r1", "2026-04-05", "1000"))
    assert month(found, "2026-04")["clawed_back"] == "37.50"


def test_a_true_up_after_a_refund_is_earned_on_what_is_left() -> None:
    """d1 earned 40 at 4 %, 20 taken back. d2 lifts the tier to 10 %: 60 more on d1, of which half is left."""
    rate = table("retroactive", (("0", "0.04"), ("1500", "0.10")))
    found = worked(
        commission(rate, clawback={}),
        booking("d1", "2026-01-05", "1000"),
        fact("refund", "r1", "2026-01-10", "500"),
        booking("d2", "2026-01-20", "1000"),
    )
    assert amounts_of(found) == [("d1", "40.00"), ("d2", "100.00"), ("d1", "30.00")]
    assert month(found)["clawed_back"] == "20.00"


# --- Held and paid later ----------------------------------------------------------------------------------------------


def test_a_holdback_is_released_as_the_deal_is_collected() -> None:
    terms = commission(flat("0.10"), holdback={"share": "0.2"})
    found = worked(
        terms,
        booking("d1", "2026-01-05", "1000"),
        fact("collection", "p1", "2026-02-10", "250"),
        fact("collection", "p2", "2026-03-10", "900"),
    )
    assert month(found) == {"earned": "100.00", "held": "20.00", "payable": "80.00"}
    assert month(found, "2026-02") == {"released": "5.00", "payable": "5.00"}
    assert month(found, "2026-03") == {"released": "15.00", "payable": "15.00"}


@pytest.mark.parametrize(
    ("release", "when"), [({"release": "after_days", "days": 40}, "2026-02"), ({"release": "period_end"}, "2026-03")]
)
def test_a_holdback_is_released_by_time(release: Json, when: str) -> None:
    terms = commission(flat("0.10"), period="quarter", holdback={"share": "0.2", **release})
    found = worked(terms, booking("d1", "2026-01-05", "1000"), as_of="2026-03-31")
    assert month(found)["held"] == "20.00"
    assert month(found, when)["released"] == "20.00"


def test_what_is_clawed_back_of_a_holdback_is_not_owed() -> None:
    """100 earned, 20 of it held. All refunded: 100 clawed back, the 20 that were never paid released against it."""
    terms = commission(flat("0.10"), holdback={"share": "0.2"}, clawback={})
    found = worked(terms, booking("d1", "2026-01-05", "1000"), fact("refund", "r1", "2026-02-10", "1000"))
    assert month(found, "2026-02") == {"clawed_back": "100.00", "released": "20.00", "carried": "-80.00"}


def test_instalments_are_equal_and_the_last_has_the_remainder() -> None:
    terms = commission(flat("0.10"), instalments=3)
    found = worked(terms, booking("d1", "2026-01-05", "1000"), as_of="2026-04-30")
    assert month(found) == {"earned": "100.00", "held": "66.67", "payable": "33.33"}
    assert month(found, "2026-02") == {"released": "33.33", "payable": "33.33"}
    assert month(found, "2026-03") == {"released": "33.34", "payable": "33.34"}
    assert month(found, "2026-04") == {}


# --- The plan's own terms ---------------------------------------------------------------------------------------------


def test_a_guarantee_ends_with_its_months_and_the_plan_cap_cuts_what_is_above() -> None:
    document = worked(
        commission(flat("0.10")),
        booking("d1", "2026-01-05", "100"),
        booking("d2", "2026-03-05", "5000"),
        people=({"id": "ana", "hired": "2026-01-20"},),
        plan_terms={"guarantee": {"amount": "50", "months": 2}, "cap": {"amount": "300"}},
    )
    assert month(document) == {"guaranteed": "50.00", "payable": "50.00"}, "d1 was before the first day"
    assert month(document, "2026-02") == {"guaranteed": "50.00", "payable": "50.00"}
    assert month(document, "2026-03") == {"earned": "500.00", "capped": "200.00", "payable": "300.00"}


def test_a_recoverable_draw_is_recovered_from_what_exceeds_it() -> None:
    document = worked(
        commission(flat("1")),
        booking("d1", "2026-01-05", "40"),
        booking("d2", "2026-02-05", "150"),
        plan_terms={"draw": {"amount": "100", "recovery_limit": "0.5"}},
    )
    assert month(document) == {
        "earned": "40.00",
        "draw_advanced": "60.00",
        "draw_balance": "60.00",
        "payable": "100.00",
    }
    assert month(document, "2026-02") == {
        "earned": "150.00",
        "draw_recovered": "25.00",
        "draw_balance": "35.00",
        "payable": "125.00",
    }


def test_a_draw_may_be_forgiven_at_the_end_of_the_fiscal_year() -> None:
    document = worked(
        commission(flat("1")),
        booking("d1", "2026-03-05", "40"),
        as_of="2026-04-30",
        fiscal_year_start_month=4,
        plan_terms={"draw": {"amount": "100", "until": "2026-03", "forgive_at": "year_end"}},
    )
    assert month(document, "2026-03") == {"earned": "40.00", "draw_advanced": "60.00", "payable": "100.00"}
    assert month(document, "2026-04") == {}


# --- Teams ------------------------------------------------------------------------------------------------------------

_BOSS = {"id": "boss"}
_REP = {"id": "ana", "manager": "boss"}


def test_credits_roll_up_by_the_tree_of_the_events_day() -> None:
    """Ana reports to Mo until 9 January, Mo to the boss: d1 reaches both, d2 only the boss."""
    dated = [{"id": "mo", "from": None, "to": "2026-01-09"}, {"id": "boss", "from": "2026-01-10", "to": None}]
    people = (_BOSS, {"id": "mo", "manager": "boss"}, {"id": "ana", "manager": dated})
    terms = {"type": "override", "measure": "bookings", "rate": flat("0.01")}
    found = worked(terms, *_SALES, people=people)
    assert amounts_of(found, who="boss") == [("d1", "6.00"), ("d2", "6.00")]
    assert amounts_of(found, who="mo") == [("d1", "6.00")]


def test_an_override_of_earnings_counts_unrounded_lines() -> None:
    document = worked(commission(flat("0.10")), *_SALES, people=(_BOSS, _REP))
    document["plan"]["components"].append(
        {"code": "o", "type": "override", "measure": "bookings", "of": "team_earnings", "rate": flat("0.5")}
    )
    (found,) = participant_of(document, "boss")["components"]
    assert (found["code"], found["measure"], found["earned"]) == ("o", "120.00", "60.00")


def test_an_override_of_the_difference_makes_up_to_the_total_rate() -> None:
    document = worked(commission(flat("0.10")), *_SALES, people=(_BOSS, _REP))
    document["plan"]["components"].append(
        {"code": "o", "type": "override", "measure": "bookings", "of": "difference", "rate": flat("0.12")}
    )
    (found,) = participant_of(document, "boss")["components"]
    assert found["earned"] == "24.00"
    assert found["lines"][0]["slices"] == [{"tier_from": "0", "base": "600.00", "rate": "0.02"}]


def test_a_managers_plan_may_rest_on_another_plan_of_the_reps() -> None:
    """The rep is two stretches on two versions; the boss's own plan takes half of what either earned."""
    inputs = read_case(worked(commission(flat("0.10")), *_SALES, people=(_BOSS, _REP)))
    override = {"code": "o", "type": "override", "measure": "bookings", "of": "team_earnings", "rate": flat("0.5")}
    boss, rep = inputs.participants
    richer = parse_plan(plan(component(flat("0.20"))))
    day = date(2026, 1, 8)
    people = [
        replace(boss, plan=parse_plan(plan(override))),
        replace(rep, active_to=day),
        replace(rep, active_from=day + timedelta(days=1), plan=richer),
    ]
    found = calculate(replace(inputs, participants=people)).participants
    assert [sum(each.earned for each in one.components) for one in found] == [90_00, 60_00, 120_00]


def test_earnings_below_that_could_not_be_computed_stop_what_rests_on_them() -> None:
    document = worked(commission(table("marginal", (("0", "0.1"),), by="attainment")), *_SALES, people=(_BOSS, _REP))
    document["plan"]["components"].append(
        {"code": "o", "type": "override", "measure": "bookings", "of": "team_earnings", "rate": flat("0.5")}
    )
    errors = {(each["participant"], each["component"]) for each in result_of(document)["errors"]}
    assert errors == {("ana", "c"), ("boss", "o")}


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"rate": flat("0.10"), "share_by": "equal"}, ["60.00", "60.00"]),
        ({"amount": "100.01", "share_by": "equal"}, ["50.01", "50.00"]),  # the odd cent goes to the lower id
        ({"rate": flat("0.10"), "share_by": "credits"}, ["90.00", "30.00"]),
        ({"rate": flat("0.10"), "share_by": "weight"}, ["40.00", "80.00"]),
        ({"rate": flat("0.10"), "share_by": "attainment"}, ["90.00", "30.00"]),
        ({"rate": flat("0.10"), "share_by": "equal", "qualifies_at": "0.5"}, ["120.00"]),
    ],
)
def test_a_pool_is_shared_on_its_last_day(terms: Json, expected: list[str]) -> None:
    people = tuple(
        {"id": who, "team": "t", "weight": weight, "quota": {"bookings": {"2026-01": "1000"}}}
        for who, weight in (("ana", "1"), ("bo", "2"))
    )
    sales = (booking("d1", "2026-01-05", "900"), booking("d2", "2026-01-10", "300", ("bo", "1")))
    document = worked({"type": "pool", "measure": "bookings", **terms}, *sales, people=people)
    found = [one for who in result_of(document)["participants"] for one in who["components"]]
    assert [one["earned"] for one in found] == expected
    assert {line["date"] for one in found for line in one["lines"]} == {"2026-01-31"}
    unfinished = result_of({**document, "as_of": "2026-01-30"})["participants"]
    assert [who["components"] for who in unfinished] == [[], []]


def test_a_case_without_much_is_still_a_case() -> None:
    assert amounts_of(case(flat("0.1"), *_SALES)) == [("d1", "60.00"), ("d2", "60.00")]
