"""What the run and the statements cannot carry yet is refused where a plan is entered, by its path."""

from __future__ import annotations

from typing import Any

import pytest

from incentives.engine import parse_plan
from incentives.plans.reach import check_reach
from salesops.lib.errors import DomainErrors
from tests.incentives.engine.cases import Json, component, flat, plan, table


def beyond(document: Json) -> list[str | None]:
    with pytest.raises(DomainErrors) as refused:
        check_reach(parse_plan(document))
    return [error.field for error in refused.value.errors]


def test_a_rate_by_amount_or_attainment_is_carried() -> None:
    rates = [flat("0.1"), table("marginal", by="attainment"), table("retroactive")]
    check_reach(parse_plan(plan(*(component(rate, code=f"c{n}") for n, rate in enumerate(rates)))))


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        ({"threshold": {"by": "amount", "at": "1"}}, "threshold"),
        ({"factors": {"product": {"X": "2"}}}, "factors"),
        ({"cap": {"amount": "1"}}, "cap"),
        ({"floor": {"amount": "0"}}, "floor"),
        ({"prorate": True}, "prorate"),
        ({"holdback": {"share": "0.1"}}, "holdback"),
        ({"instalments": 2}, "instalments"),
        ({"clawback": {}}, "clawback"),
        ({"rate": table("lookup")}, "rate.method"),
        ({"rate": table("marginal", base="units")}, "rate.base"),
        ({"rate": table("marginal", by="units")}, "rate.by"),
        ({"rate": table("marginal", accumulates="event")}, "rate.accumulates"),
    ],
)
def test_other_terms_of_a_component_are_not(terms: dict[str, Any], path: str) -> None:
    assert beyond(plan({**component(flat("0.1")), **terms})) == [f"components[0].{path}"]


def test_other_types_and_the_plans_own_terms_are_not() -> None:
    document = plan(
        {"code": "a", "type": "allowance", "amount": "5"},
        day_count="working_days",
        guarantee={"amount": "1", "months": 1},
        draw={"amount": "1"},
        cap={"amount": "1"},
    )
    assert beyond(document) == ["day_count", "guarantee", "draw", "cap", "components[0].type"]
