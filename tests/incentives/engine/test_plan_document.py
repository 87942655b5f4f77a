"""What a plan document may say. Every refusal names its path; nothing is ignored."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentives.engine import Filter, Rate, Tier, parse_plan
from salesops.lib.errors import DomainError, DomainErrors
from tests.incentives.engine.cases import Json, component, flat, plan, table


def refusals_of(document: object) -> list[str]:
    with pytest.raises(DomainErrors) as refused:
        parse_plan(document)
    return [str(error) for error in refused.value.errors]


def with_rate(**changes: Any) -> Json:
    return plan(component({**table("marginal"), **changes}))


def with_tiers(*tiers: Any) -> Json:
    return with_rate(tiers=list(tiers))


def test_a_plan_reads_as_it_is_written() -> None:
    document = plan(
        component(
            table("marginal", (("0", "0.04"), ("0.80", "0.06")), by="attainment", boundary="lower"),
            period="quarter",
            filter={"region": ["East"], "new_customer": True},
            quota="100000.00",
        ),
        negative_balance="written_off",
    )
    read = parse_plan(document)
    assert (read.currency, read.negative_balance, read.digits) == ("USD", "written_off", 2)
    (only,) = read.components
    assert (only.code, only.measure, only.period, only.quota) == ("c", "bookings", "quarter", Decimal("100000.00"))
    assert only.filter == Filter(region=("East",), new_customer=True)
    tiers = (Tier(Decimal(0), Decimal("0.04")), Tier(Decimal("0.80"), Decimal("0.06")))
    assert only.rate == Rate("marginal", "attainment", "lower", tiers)


def test_what_is_left_out_has_the_defaults_of_the_specification() -> None:
    read = parse_plan(plan({"code": "c", "measure": "units", "rate": {"rate": "2"}}))
    (only,) = read.components
    assert read.negative_balance == "carry"
    assert (only.period, only.quota, only.filter) == ("month", None, Filter())
    assert only.rate == Rate("flat", "amount", "upper", (Tier(Decimal(0), Decimal(2)),))


KINDS = "commission, bonus, spiff, override, pool, allowance"
METHODS = "flat, marginal, retroactive, lookup, bracket"
_NOT_DECIMAL = "must be a decimal string"


@pytest.mark.parametrize(
    ("rate", "problem"),
    [
        (0.04, _NOT_DECIMAL),
        (4, _NOT_DECIMAL),
        (None, _NOT_DECIMAL),
        (True, _NOT_DECIMAL),
        (["0.04"], _NOT_DECIMAL),
        ("", _NOT_DECIMAL),
        ("4 %", _NOT_DECIMAL),
        ("0,04", _NOT_DECIMAL),
        (".04", _NOT_DECIMAL),
        ("+0.04", _NOT_DECIMAL),
        (" 0.04", _NOT_DECIMAL),
        ("0.04\n", _NOT_DECIMAL),
        ("4e-2", _NOT_DECIMAL),
        ("NaN", _NOT_DECIMAL),
        ("Infinity", _NOT_DECIMAL),
        ("0x10", _NOT_DECIMAL),
        ("٠.٤", _NOT_DECIMAL),
        ("-0.04", "must not be negative"),
        ("9" * 16, "must have at most 15 digits and 12 decimals"),
        ("9" * 100_000, "must have at most 15 digits and 12 decimals"),
        ("0." + "0" * 13, "must have at most 15 digits and 12 decimals"),
    ],
)
def test_a_rate_is_a_decimal_string(rate: object, problem: str) -> None:
    tiers = [{"from": "0", "rate": "0.01"}, {"from": "1", "rate": rate}]
    document = plan(component(flat("0.1"), code="a"), component({"method": "marginal", "tiers": tiers}, code="b"))
    assert refusals_of(document) == [f"components[1].rate.tiers[1].rate: {problem}"]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (None, "must be an object"),
        ([], "must be an object"),
        ({**plan(component(flat("0.1"))), "schema": 2}, "schema: must be the number 1"),
        ({**plan(component(flat("0.1"))), "schema": "1"}, "schema: must be the number 1"),
        ({**plan(component(flat("0.1"))), "schema": True}, "schema: must be the number 1"),
        ({**plan(component(flat("0.1"))), "schema": 1.0}, "schema: must be the number 1"),
        (plan(component(flat("0.1")), currency="usd"), "currency: must be a currency code such as USD"),
        (plan(component(flat("0.1")), currency=None), "currency: must be a currency code such as USD"),
        (plan(component(flat("0.1")), currency="USD\n"), "currency: must be a currency code such as USD"),
        (plan(component(flat("0.1")), colour="red"), "colour: is not a known key"),
        (plan(component(flat("0.1")), **{"a\nb": 1}), '["a\\nb"]: is not a known key'),
        (
            plan(component(flat("0.1")), negative_balance="forget"),
            "negative_balance: must be one of: carry, written_off",
        ),
        (
            plan(component(flat("0.1")), day_count="actual"),
            "day_count: must be one of: calendar_days, working_days, thirty_360",
        ),
        (plan(), "components: must list 1 to 100 components"),
        ({**plan(), "components": {}}, "components: must be a list"),
        (plan(*[component(flat("0.1"))] * 2), "components[1].code: is used by an earlier component"),
        (plan(component(flat("0.1"), code="")), "components[0].code: must be a text of 1 to 200 characters"),
        (plan(component(flat("0.1"), code="a\x00")), "components[0].code: must not contain control characters"),
        (plan(component(flat("0.1"), code="\ud800")), "components[0].code: must not contain control characters"),
        (plan(component(flat("0.1"), type="gift")), f"components[0].type: must be one of: {KINDS}"),
        (plan(component(flat("0.1"), period="week")), "components[0].period: must be one of: month, quarter, year"),
        (plan(component(flat("0.1"), filter={"colour": []})), "components[0].filter.colour: is not a known key"),
        (plan(component(flat("0.1"), filter={"region": "East"})), "components[0].filter.region: must be a list"),
        (
            plan(component(flat("0.1"), filter={"region": [1]})),
            "components[0].filter.region[0]: must be a text of 1 to 200 characters",
        ),
        (
            plan(component(flat("0.1"), filter={"new_customer": "yes"})),
            "components[0].filter.new_customer: must be true or false",
        ),
        (plan(component(flat("0.1"), quota=5)), "components[0].quota: must be a decimal string"),
        (
            plan(component(flat("0.1"), quota={"2026-Q1": "1"})),
            "components[0].quota.2026-Q1: is not a month such as 2026-01",
        ),
        (plan(component({**flat("0.1"), "by": "amount"})), "components[0].rate.by: is not a known key"),
        (plan(component({**flat("0.1"), "tiers": []})), "components[0].rate.tiers: is not a known key"),
        (with_rate(rate="0.1"), "components[0].rate.rate: is not a known key"),
        (with_rate(method="progressive"), f"components[0].rate.method: must be one of: {METHODS}"),
        (with_rate(boundary="both"), "components[0].rate.boundary: must be one of: upper, lower"),
        (with_rate(tiers=[]), "components[0].rate.tiers: must list 1 to 100 tiers"),
        (
            with_tiers({"from": "0.01", "rate": "0.1"}),
            "components[0].rate.tiers[0].from: must be 0: a table starts at zero",
        ),
        (
            with_tiers({"from": "0", "rate": "0.1"}, {"from": "2", "rate": "0.1"}, {"from": "1", "rate": "0.1"}),
            "components[0].rate.tiers[2].from: must be above the tier before it",
        ),
        (
            with_tiers({"from": "0", "rate": "0.1"}, {"from": "0.00", "rate": "0.1"}),
            "components[0].rate.tiers[1].from: must be above the tier before it",
        ),
        (
            with_tiers({"from": "0", "rate": "0.1", "to": "5"}),
            "components[0].rate.tiers[0].to: is not a known key",
        ),
        (with_tiers({"from": "0"}), "components[0].rate.tiers[0].rate: is required"),
        (with_tiers("0"), "components[0].rate.tiers[0]: must be an object"),
        (
            with_tiers(*({"from": str(number), "rate": "0.1"} for number in range(101))),
            "components[0].rate.tiers: must list 1 to 100 tiers",
        ),
    ],
)
def test_what_is_refused(document: object, problem: str) -> None:
    assert refusals_of(document) == [problem]


def with_terms(**terms: Any) -> Json:
    return plan(component(table("marginal"), **terms))


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (plan(component(flat("1")), guarantee={"amount": "1"}), "guarantee.months: is required"),
        (
            plan(component(flat("1")), guarantee={"amount": "1", "months": 0}),
            "guarantee.months: must be a whole number from 1 to 1200",
        ),
        (
            plan(component(flat("1")), draw={"amount": "1", "kind": "gift"}),
            "draw.kind: must be one of: recoverable, non_recoverable, additive",
        ),
        (
            plan(component(flat("1")), draw={"amount": "1", "recovery_limit": "1.1"}),
            "draw.recovery_limit: must be from 0 to 1",
        ),
        (
            plan(component(flat("1")), draw={"amount": "1", "until": "2026"}),
            "draw.until: is not a month such as 2026-01",
        ),
        (plan(component(flat("1")), cap={"amount": 5}), "cap.amount: must be a decimal string"),
        (
            with_terms(threshold={"by": "units", "at": "1"}),
            "components[0].threshold.by: must be one of: attainment, amount",
        ),
        (with_terms(threshold={}), "components[0].threshold.at: is required"),
        (with_terms(multiplier={"kpi": "k", "bands": []}), "components[0].multiplier.bands: must list 1 to 100 bands"),
        (
            with_terms(multiplier={"kpi": "k", "bands": [{"from": "5", "factor": "1"}]}),
            "components[0].multiplier.bands[0].from: must be 0: a table starts at zero",
        ),
        (with_terms(factors={"colour": {}}), "components[0].factors.colour: is not a known key"),
        (with_terms(factors={"product": {"X": 2}}), "components[0].factors.product.X: must be a decimal string"),
        (
            with_terms(cap={"amount": "1", "attainment": "2"}),
            "components[0].cap: must have exactly one of: amount, target_incentive_multiple, attainment",
        ),
        (
            with_terms(cap={"attainment": "2", "excess": "deferred"}),
            "components[0].cap.excess: cannot be deferred: what lies above that attainment earns nothing",
        ),
        (with_terms(holdback={"share": "1.5"}), "components[0].holdback.share: must be from 0 to 1"),
        (with_terms(holdback={"share": "1", "release": "after_days"}), "components[0].holdback.days: is required"),
        (
            with_terms(holdback={"share": "1", "days": 3}),
            "components[0].holdback.days: is only for a release after days",
        ),
        (
            with_terms(holdback={"share": "1"}, instalments=2),
            "components[0].instalments: cannot be combined with a holdback",
        ),
        (with_terms(instalments=0), "components[0].instalments: must be a whole number from 1 to 120"),
        (
            with_terms(clawback={"mode": "recompute", "reduces_measure": False}),
            "components[0].clawback.reduces_measure: must be true where the period is recomputed: "
            "the refund enters the measure",
        ),
        (
            plan(
                {
                    "code": "b",
                    "type": "bonus",
                    "measure": "bookings",
                    "curve": {"points": [{"at": "1", "pays": "1"}, {"at": "1", "pays": "2"}]},
                }
            ),
            "components[0].curve.points[1].at: must be above the point before it",
        ),
        (
            plan({"code": "p", "type": "pool", "measure": "bookings"}),
            "components[0].amount: give either a rate or a fixed amount",
        ),
        (
            plan(
                {"code": "o", "type": "override", "measure": "bookings", "of": "difference", "rate": table("marginal")}
            ),
            "components[0].rate: must be flat: it is the total rate to make up",
        ),
        (plan({"code": "s", "type": "spiff", "amount": None}), "components[0].amount: must be a decimal string"),
        (
            plan(component({"method": "bracket", "tiers": [{"from": "0", "amount": "5"}]})),
            "components[0].rate.tiers[0].from: must be above 0: a bracket is reached",
        ),
        (
            plan(component({"method": "bracket", "tiers": [{"from": "1", "rate": "5"}]})),
            "components[0].rate.tiers[0].amount: is required",
        ),
    ],
)
def test_terms_that_make_no_sense_are_refused_by_their_path(document: Json, problem: str) -> None:
    assert problem in refusals_of(document)


def test_null_leaves_an_optional_term_out() -> None:
    (pool,) = parse_plan(
        plan({"code": "p", "type": "pool", "measure": "bookings", "amount": None, "rate": flat("0.1")})
    ).components
    assert pool.amount is None


def test_one_pass_finds_all_problems() -> None:
    tiers = [{"from": "1", "rate": 0.1}, {"from": "0.5", "rate": "x"}]
    document = {"schema": 3, "components": [{"code": "a", "rate": {"method": "marginal", "tiers": tiers}, "cap": {}}]}
    assert sorted(refusals_of(document)) == [
        "components[0].cap: must have exactly one of: amount, target_incentive_multiple, attainment",
        "components[0].measure: is required",
        "components[0].rate.tiers[0].from: must be 0: a table starts at zero",
        "components[0].rate.tiers[0].rate: must be a decimal string",
        "components[0].rate.tiers[1].from: must be above the tier before it",
        "components[0].rate.tiers[1].rate: must be a decimal string",
        "currency: is required",
        "schema: must be the number 1",
    ]


# --- Any JSON at all -------------------------------------------------------------------------------------------------

_KEYS = st.sampled_from(
    [
        "schema",
        "currency",
        "components",
        "code",
        "type",
        "measure",
        "period",
        "filter",
        "rate",
        "method",
        "tiers",
        "quota",
    ]
)
_WORDS = st.sampled_from(
    ["USD", "marginal", "flat", "bookings", "commission", "month", "0", "0.1", "-1", "1e9", "amount"]
)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | _WORDS
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS | st.text(max_size=4), inner, max_size=8),
    max_leaves=30,
)


@st.composite
def _broken_plans(draw: st.DrawFn) -> Json:
    """A good plan in which one value, at any depth, is replaced by any JSON at all."""
    document: Any = plan(
        component(table("marginal"), filter={"region": ["East"]}, quota="5"), component(flat("1"), code="f")
    )
    place: Any = document
    while True:
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not place[key] or not isinstance(place[key], (dict, list)) or draw(st.booleans()):
            place[key] = draw(_JSON)
            return document  # type: ignore[no-any-return]
        place = place[key]


@given(_JSON | _broken_plans())
def test_any_json_is_read_or_refused_with_clear_lines(document: object) -> None:
    """Seen failing when `choice` looked values up in a set (a list is not hashable)."""
    problems: Sequence[DomainError] = ()
    try:
        read = parse_plan(document)
    except DomainErrors as refused:
        problems = refused.errors
    else:
        assert type(document["schema"]) is int  # type: ignore[index]
        assert all(tier.rate >= 0 for each in read.components for tier in each.rate.tiers)
    assert all(len(str(problem).splitlines()) == 1 and problem.code for problem in problems)
