"""Short ways to write a case, so that a test shows its numbers and nothing else."""

from __future__ import annotations

from typing import Any

from incentives.engine import calculate
from incentives.engine.case import read_case
from incentives.engine.case_result import case_result
from salesops.lib.errors import DomainErrors

Json = dict[str, Any]

# Tables as (from, rate) pairs.
STEPS = (("0", "0.04"), ("100", "0.06"), ("200", "0.10"))


def table(method: str, tiers: tuple[tuple[str, str], ...] = STEPS, **more: str) -> Json:
    return {"method": method, "tiers": [{"from": start, "rate": rate} for start, rate in tiers], **more}


def flat(rate: str) -> Json:
    return {"method": "flat", "rate": rate}


def component(rate: Json, **more: Any) -> Json:
    return {"code": "c", "type": "commission", "measure": "bookings", "period": "month", "rate": rate, **more}


def plan(*components: Json, **more: Any) -> Json:
    return {"schema": 1, "currency": "USD", "components": list(components), **more}


def booking(id_: str, date: str, amount: str, *shares: tuple[str, str], **more: Any) -> Json:
    credits = [{"participant": who, "share": share} for who, share in shares or [("ana", "1")]]
    return {"id": id_, "date": date, "type": "booking", "amount": amount, "credits": credits, **more}


def fact(type_: str, id_: str, date: str, amount: str, **more: Any) -> Json:
    """An invoice, a collection or a refund; it belongs to deal d1 where nothing else is said."""
    return {"id": id_, "date": date, "type": type_, "amount": amount, "deal": "d1", **more}


def case(rate: Json, *events: Json, people: tuple[Json, ...] = ({"id": "ana"},), **more: Any) -> Json:
    """A case with one component, which takes `measure`, `period`, `filter` and `quota`; `more` is the case's own."""
    own = {key: more.pop(key) for key in ("measure", "period", "filter", "quota") if key in more}
    terms = {key: more.pop(key) for key in ("currency", "negative_balance") if key in more}
    return {"plan": plan(component(rate, **own), **terms), "participants": list(people), "events": list(events), **more}


def result_of(document: Json) -> Json:
    inputs = read_case(document)
    return case_result(inputs, calculate(inputs))


def participant_of(document: Json, who: str = "ana") -> Json:
    return next(each for each in result_of(document)["participants"] if each["id"] == who)


def period_of(document: Json, period: str = "2026-01", who: str = "ana") -> Json:
    return next(each for each in participant_of(document, who)["components"] if each["period"] == period)


def amounts_of(document: Json, period: str = "2026-01", who: str = "ana") -> list[tuple[str, str]]:
    """(event, amount) of each line."""
    return [(line["event"], line["amount"]) for line in period_of(document, period, who)["lines"]]


def paid(document: Json, who: str = "ana") -> list[tuple[str, str, str]]:
    """(month, earned, payable) of each payout."""
    return [(each["period"], each["earned"], each["payable"]) for each in participant_of(document, who)["payouts"]]


def problems_of(document: Json) -> list[str]:
    """`path: message` of everything that is wrong with a case, or nothing."""
    try:
        read_case(document)
    except DomainErrors as errors:
        return [str(error) for error in errors.errors]
    return []


# --- Whole components -------------------------------------------------------------------------------------------------

ANA: Json = {"id": "ana", "quota": {"bookings": {"2026-01": "1000", "2026-Q1": "3000"}}}


def worked(terms: Json, *events: Json, people: tuple[Json, ...] = (ANA,), **more: Any) -> Json:
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


SALES = (booking("d1", "2026-01-05", "600"), booking("d2", "2026-01-10", "600"))
