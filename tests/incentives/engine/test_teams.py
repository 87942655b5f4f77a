"""What rests on other people's credits and earnings: overrides and pools."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from incentives.engine import calculate, parse_plan
from incentives.engine.case import read_case
from tests.incentives.engine.cases import (
    SALES,
    Json,
    amounts_of,
    booking,
    case,
    commission,
    component,
    flat,
    participant_of,
    plan,
    result_of,
    table,
    worked,
)

# --- Teams ------------------------------------------------------------------------------------------------------------

_BOSS = {"id": "boss"}
_REP = {"id": "ana", "manager": "boss"}


def test_credits_roll_up_by_the_tree_of_the_events_day() -> None:
    """Ana reports to Mo until 9 January, Mo to the boss: d1 reaches both, d2 only the boss."""
    dated = [{"id": "mo", "from": None, "to": "2026-01-09"}, {"id": "boss", "from": "2026-01-10", "to": None}]
    people = (_BOSS, {"id": "mo", "manager": "boss"}, {"id": "ana", "manager": dated})
    terms = {"type": "override", "measure": "bookings", "rate": flat("0.01")}
    found = worked(terms, *SALES, people=people)
    assert amounts_of(found, who="boss") == [("d1", "6.00"), ("d2", "6.00")]
    assert amounts_of(found, who="mo") == [("d1", "6.00")]


def test_an_override_of_earnings_counts_unrounded_lines() -> None:
    document = worked(commission(flat("0.10")), *SALES, people=(_BOSS, _REP))
    document["plan"]["components"].append(
        {"code": "o", "type": "override", "measure": "bookings", "of": "team_earnings", "rate": flat("0.5")}
    )
    (found,) = participant_of(document, "boss")["components"]
    assert (found["code"], found["measure"], found["earned"]) == ("o", "120.00", "60.00")


def test_an_override_of_the_difference_makes_up_to_the_total_rate() -> None:
    document = worked(commission(flat("0.10")), *SALES, people=(_BOSS, _REP))
    document["plan"]["components"].append(
        {"code": "o", "type": "override", "measure": "bookings", "of": "difference", "rate": flat("0.12")}
    )
    (found,) = participant_of(document, "boss")["components"]
    assert found["earned"] == "24.00"
    assert found["lines"][0]["slices"] == [{"tier_from": "0", "base": "600.00", "rate": "0.02"}]


def test_a_managers_plan_may_rest_on_another_plan_of_the_reps() -> None:
    """The rep is two stretches on two versions; the boss's own plan takes half of what either earned."""
    inputs = read_case(worked(commission(flat("0.10")), *SALES, people=(_BOSS, _REP)))
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
    document = worked(commission(table("marginal", (("0", "0.1"),), by="attainment")), *SALES, people=(_BOSS, _REP))
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
    assert amounts_of(case(flat("0.1"), *SALES)) == [("d1", "60.00"), ("d2", "60.00")]
