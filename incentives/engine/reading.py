"""Reading a plan document: checked and typed, every problem under its path.

What does not fit together is refused as well as what is malformed: a table out of order, a holdback with instalments,
a clawback that recomputes and yet leaves the measure alone.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, cast

from incentives.engine.document import Fields, Node, raise_problems, root
from incentives.engine.reading_parts import (
    MAX_TIERS,
    check_order,
    read_cap,
    read_clawback,
    read_curve,
    read_factors,
    read_holdback,
    read_multiplier,
    read_threshold,
)
from incentives.engine.terms import FILTER_LISTS, Boundary, Component, Draw, Filter, Guarantee, Kind, Plan, Rate, Tier
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.periods import FiscalCalendar, PeriodKind

MAX_COMPONENTS = 100
NO_CURRENCY = "XXX"  # as ISO 4217 names it; stands where a problem was noted
MAX_INSTALMENTS = 120
_KEYS = {"month": "2026-01", "quarter": "2026-Q1", "year": "2026"}
_KINDS = ("commission", "bonus", "spiff", "override", "pool", "allowance")
_MEASURES = ("bookings", "invoiced", "collections", "margin", "units", "new_customers")
_METHODS = ("flat", "marginal", "retroactive", "lookup", "bracket")
_LOOKED_UP = ("amount", "units", "margin_rate", "discount")

_ALWAYS = ("type", "period", "prorate")
_COUNTED = ("filter", "quota", "clawback", "holdback", "instalments")
_SHAPED = ("multiplier", "factors", "cap", "floor", "target_incentive")
_REQUIRED: dict[str, tuple[str, ...]] = {
    "commission": ("code", "measure", "rate"),
    "bonus": ("code", "measure", "curve"),
    "spiff": ("code", "amount"),
    "override": ("code", "measure", "rate"),
    "pool": ("code", "measure"),
    "allowance": ("code", "amount"),
}
_OPTIONAL: dict[str, tuple[str, ...]] = {
    "commission": (*_ALWAYS, *_COUNTED, *_SHAPED, "threshold"),
    "bonus": (*_ALWAYS, *_COUNTED, "multiplier", "cap", "floor", "target_incentive"),
    "spiff": (*_ALWAYS, "measure", "filter", "clawback", "holdback", "instalments", *_SHAPED, "per", "first"),
    "override": (*_ALWAYS, *_COUNTED, *_SHAPED, "threshold", "of"),
    "pool": (*_ALWAYS, "filter", "quota", "holdback", "instalments", "rate", "amount", "qualifies_at", "share_by"),
    "allowance": _ALWAYS,
}
_NO_RATE = Rate("flat", "amount", "upper", ())
_NO_COMPONENT = Component("", "bookings", "month", _NO_RATE)  # stands where a problem was noted


def parse_plan(document: object) -> Plan:
    """The plan that a JSON document describes. Raises `DomainErrors` naming every problem by its path."""
    node = root(document)
    plan = read_plan(node)
    raise_problems(node)
    return plan


def read_plan(node: Node) -> Plan:
    """As `parse_plan`, for a document inside another one: problems stay with the node."""
    optional = ("day_count", "negative_balance", "guarantee", "draw", "cap")
    fields = node.fields(("schema", "currency", "components"), optional)
    fields["schema"].whole(range(1, 2), default=1)
    return Plan(
        currency=_currency(fields["currency"]),
        components=_components(fields["components"]),
        negative_balance=cast(Any, fields["negative_balance"].choice(("carry", "written_off"))),
        day_count=cast(Any, fields["day_count"].choice(("calendar_days", "working_days", "thirty_360"))),
        guarantee=_guarantee(fields["guarantee"]) if fields["guarantee"].given else None,
        draw=_draw(fields["draw"]) if fields["draw"].given else None,
        cap=_amount_of(fields["cap"]) if fields["cap"].given else None,
    )


def period_kind(key: str) -> PeriodKind | None:
    """Of which kind a period key is, or None where it is no period key; the same in every fiscal calendar."""
    try:
        return FiscalCalendar().parse(key).kind
    except DomainError:
        return None


def _currency(node: Node) -> str:
    if isinstance(node.value, str) and re.fullmatch("[A-Z]{3}", node.value):
        return node.value
    if node.present:
        node.refuse("bad_currency", gettext_noop("must be a currency code such as USD"))
    return NO_CURRENCY


def _guarantee(node: Node) -> Guarantee:
    fields = node.fields(("amount", "months"))
    return Guarantee(fields["amount"].positive() or Decimal(0), fields["months"].whole(range(1, 1201), default=1))


def _draw(node: Node) -> Draw:
    optional = ("kind", "recovery_limit", "recover_from", "until", "forgive_at")
    fields = node.fields(("amount",), optional)
    return Draw(
        amount=fields["amount"].positive() or Decimal(0),
        kind=cast(Any, fields["kind"].choice(("recoverable", "non_recoverable", "additive"))),
        recovery_limit=fields["recovery_limit"].part(default=Decimal(1)),
        recover_from=_month_key(fields["recover_from"]),
        until=_month_key(fields["until"]),
        forgive_at=cast(Any, fields["forgive_at"].choice(("never", "year_end"))),
    )


def _month_key(node: Node) -> str | None:
    text = node.optional_text()
    if text is not None and period_kind(text) != "month":
        node.refuse("bad_period", gettext_noop("is not a month such as 2026-01"))
        return None
    return text


def _amount_of(node: Node) -> Decimal | None:
    """The one key `amount` of an object."""
    return node.fields(("amount",))["amount"].positive()


# --- Components -------------------------------------------------------------------------------------------------------


def _components(node: Node) -> tuple[Component, ...]:
    items = node.items()
    if isinstance(node.value, list) and not 1 <= len(items) <= MAX_COMPONENTS:
        node.refuse("bad_count", gettext_noop("must list 1 to %(most)s components"), most=MAX_COMPONENTS)
        return ()
    components = tuple(_component(item) for item in items)
    seen: set[str] = set()
    for item, component in zip(items, components, strict=True):
        if component.code and component.code in seen:
            item.child("code", component.code).refuse("duplicate", gettext_noop("is used by an earlier component"))
        seen.add(component.code)
    return components


def _component(node: Node) -> Component:
    named = node.value.get("type", "commission") if isinstance(node.value, dict) else "commission"
    kind = cast(Kind, node.child("type", named).choice(_KINDS))
    if kind != named:
        return _NO_COMPONENT  # its other keys are those of its type
    fields = node.fields(_REQUIRED[kind], _OPTIONAL[kind])
    period = cast(PeriodKind, fields["period"].choice(("month", "quarter", "year")))
    quota, quotas = _quota(fields["quota"], period)
    component = Component(
        code=fields["code"].text(),
        measure=cast(Any, fields["measure"].choice(_MEASURES)),
        period=period,
        rate=_rate(fields["rate"]),
        filter=_filter(fields["filter"]),
        quota=quota,
        quotas=quotas,
        kind=kind,
        prorate=fields["prorate"].flag(),
        instalments=fields["instalments"].whole(range(1, MAX_INSTALMENTS + 1), default=1),
        **_shape(fields),
        **_own_terms(fields, kind),
    )
    _check_together(node, fields, component)
    return component


def _shape(fields: Fields) -> dict[str, Any]:
    """The optional parts that several types share."""
    return {
        "threshold": read_threshold(fields["threshold"]) if fields["threshold"].given else None,
        "multiplier": read_multiplier(fields["multiplier"]) if fields["multiplier"].given else None,
        "factors": read_factors(fields["factors"]) if fields["factors"].given else (),
        "cap": read_cap(fields["cap"]) if fields["cap"].given else None,
        "floor": _amount_of(fields["floor"]) if fields["floor"].given else None,
        "holdback": read_holdback(fields["holdback"]) if fields["holdback"].given else None,
        "clawback": read_clawback(fields["clawback"]) if fields["clawback"].given else None,
        "target_incentive": fields["target_incentive"].positive() if fields["target_incentive"].given else None,
    }


def _own_terms(fields: Fields, kind: Kind) -> dict[str, Any]:
    """What only one or two of the types have."""
    own: dict[str, Any] = {"amount": fields["amount"].positive() if fields["amount"].given else None}
    if kind == "bonus" and fields["curve"].present:
        own["curve"] = read_curve(fields["curve"])
    if kind == "spiff":
        own["per"] = fields["per"].choice(("event", "unit"))
        own["first"] = fields["first"].positive() if fields["first"].given else None
    if kind == "override":
        own["of"] = fields["of"].choice(("team_credits", "team_earnings", "difference"))
    if kind == "pool":
        own["share_by"] = fields["share_by"].choice(("equal", "attainment", "credits", "weight"))
        own["qualifies_at"] = fields["qualifies_at"].positive() if fields["qualifies_at"].given else None
    return own


def _check_together(node: Node, fields: Fields, component: Component) -> None:
    if component.holdback and component.instalments > 1:
        fields["instalments"].refuse("with_holdback", gettext_noop("cannot be combined with a holdback"))
    if component.kind == "pool" and (fields["rate"].given == (component.amount is not None)):
        node.child("amount", None).refuse("one_fund", gettext_noop("give either a rate or a fixed amount"))
    if component.kind in {"spiff", "allowance"} and fields["amount"].present and component.amount is None:
        fields["amount"].refuse("not_a_decimal", gettext_noop("must be a decimal string"))
    if component.kind == "override" and component.of == "difference" and component.rate.method != "flat":
        fields["rate"].refuse("not_flat", gettext_noop("must be flat: it is the total rate to make up"))
    if component.kind in {"override", "pool"} and component.rate.method == "lookup":
        fields["rate"].refuse("no_lookup", gettext_noop("cannot be looked up by the event here"))
    if component.factors and component.rate.method == "bracket":
        fields["factors"].refuse("with_bracket", gettext_noop("cannot be combined with brackets"))


def _quota(node: Node, kind: PeriodKind) -> tuple[Decimal | None, tuple[tuple[str, Decimal], ...]]:
    """One number for every period, or an object from the keys of periods of the component's kind to numbers."""
    if not isinstance(node.value, dict):
        return node.positive(), ()
    by_key = {key: entry.positive() for key, entry in node.entries().items()}
    for key, entry in node.entries().items():
        if period_kind(key) != kind:
            entry.refuse(
                "bad_period", gettext_noop("is not a %(kind)s such as %(example)s"), kind=kind, example=_KEYS[kind]
            )
    return None, tuple((key, value) for key, value in by_key.items() if value is not None)


def _filter(node: Node) -> Filter:
    fields = node.fields((), (*FILTER_LISTS, "new_customer"))
    lists = {key: tuple(item.text() for item in fields[key].items()) for key in FILTER_LISTS}
    new_customer = fields["new_customer"].flag() if fields["new_customer"].given else None
    return Filter(**lists, new_customer=new_customer)


# --- Rates ------------------------------------------------------------------------------------------------------------


def _rate(node: Node) -> Rate:
    if not node.given:
        return _NO_RATE
    named = node.value.get("method", "flat") if isinstance(node.value, dict) else "flat"
    method = node.child("method", named).choice(_METHODS)
    if method != named:
        return _NO_RATE  # its other keys are those of its method
    fields = _RATE_FIELDS[method](node)
    by = _LOOKED_UP if method == "lookup" else ("amount", "attainment", "units")
    return Rate(
        method=cast(Any, method),
        by=cast(Any, fields["by"].choice(by)),
        boundary=cast(Boundary, fields["boundary"].choice(("upper", "lower"))),
        tiers=_flat_tier(fields) if method == "flat" else _tiers(fields["tiers"], method),
        base=cast(Any, fields["base"].choice(("amount", "margin", "units"))),
        accumulates=cast(Any, fields["accumulates"].choice(("period", "event"))),
        pays=cast(Any, fields["pays"].choice(("sum", "highest"))),
    )


_RATE_FIELDS = {
    "flat": lambda node: node.fields(("rate",), ("method", "base")),
    "marginal": lambda node: node.fields(("method", "tiers"), ("base", "by", "accumulates", "boundary")),
    "retroactive": lambda node: node.fields(("method", "tiers"), ("base", "by", "accumulates", "boundary")),
    "lookup": lambda node: node.fields(("method", "tiers"), ("base", "by", "boundary")),
    "bracket": lambda node: node.fields(("method", "tiers"), ("by", "boundary", "pays")),
}


def _flat_tier(fields: Fields) -> tuple[Tier, ...]:
    return (Tier(Decimal(0), fields["rate"].positive() or Decimal(0)),)


def _tiers(node: Node, method: str) -> tuple[Tier, ...]:
    items = node.items()
    if isinstance(node.value, list) and not 1 <= len(items) <= MAX_TIERS:
        node.refuse("bad_count", gettext_noop("must list 1 to %(most)s tiers"), most=MAX_TIERS)
        return ()
    yields = "amount" if method == "bracket" else "rate"
    starts, rates = [], []
    for item in items:
        fields = item.fields(("from", yields))
        starts.append(fields["from"].number())
        rates.append(fields[yields].positive())
    check_order(items, starts, from_zero=method != "bracket")
    return tuple(Tier(a, b) for a, b in zip(starts, rates, strict=True) if a is not None and b is not None)
