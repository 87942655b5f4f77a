"""What refunds take back, what is paid later, and what the plan itself adds, on numbers that can be checked by hand."""

from __future__ import annotations

import pytest

from tests.incentives.engine.cases import (
    Json,
    amounts_of,
    booking,
    commission,
    fact,
    flat,
    month,
    period_of,
    table,
    worked,
)

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
