"""The terms of a plan: what a plan document says, checked and typed.

Amounts and rates are `Decimal`s exactly as written. What the engine cannot do yet is refused here, under its path,
never accepted and ignored (commissions.md, detail 6).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast

from incentives.engine.document import Node, raise_problems, root
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.money import minor_digits
from salesops.lib.periods import FiscalCalendar, PeriodKind

Measure = Literal["bookings", "invoiced", "collections", "margin", "units", "new_customers"]
Method = Literal["flat", "marginal", "retroactive"]
By = Literal["amount", "attainment"]
Boundary = Literal["upper", "lower"]
NegativeBalance = Literal["carry", "written_off"]

MONEY_MEASURES = frozenset({"bookings", "invoiced", "collections", "margin"})
MAX_TIERS = 100
MAX_COMPONENTS = 100
FILTER_LISTS = ("category", "region", "segment", "product")
_KEYS = {"month": "2026-01", "quarter": "2026-Q1", "year": "2026"}
_UNBUILT_PLAN = ("guarantee", "draw", "cap")
_UNBUILT_TYPES = ("bonus", "spiff", "override", "pool", "allowance")
_UNBUILT_COMPONENT = ["threshold", "multiplier", "factors", "cap", "floor", "holdback", "instalments", "clawback"]


@dataclass(frozen=True, slots=True)
class Tier:
    """From `start` on, `rate` applies. `start` is in major units, in units or, by attainment, a part of the quota."""

    start: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """A flat rate is a table of one tier from 0. `boundary` says to which tier a total exactly on a bound belongs."""

    method: Method
    by: By
    boundary: Boundary
    tiers: tuple[Tier, ...]

    @property
    def needs_quota(self) -> bool:
        return self.by == "attainment"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a component admits. An empty tuple or None admits everything."""

    category: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    segment: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    new_customer: bool | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """`quotas` are the plan's own, by period key, and `quota` that of every other period, for those who have none."""

    code: str
    measure: Measure
    period: PeriodKind
    rate: Rate
    filter: Filter = Filter()
    quota: Decimal | None = None
    quotas: tuple[tuple[str, Decimal], ...] = ()

    @property
    def counts_money(self) -> bool:
        return self.measure in MONEY_MEASURES


@dataclass(frozen=True, slots=True)
class Plan:
    currency: str
    components: tuple[Component, ...]
    negative_balance: NegativeBalance = "carry"

    @property
    def digits(self) -> int:
        """Decimals of the plan's currency."""
        return minor_digits(self.currency)


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
    fields = node.fields(("schema", "currency", "components"), ("day_count", "negative_balance"), _UNBUILT_PLAN)
    fields["schema"].whole(range(1, 2), default=1)
    fields["day_count"].choice(("calendar_days",), unbuilt=("working_days", "thirty_360"))
    return Plan(
        currency=_currency(fields["currency"]),
        components=_components(fields["components"]),
        negative_balance=cast(NegativeBalance, fields["negative_balance"].choice(("carry", "written_off"))),
    )


def _currency(node: Node) -> str:
    if isinstance(node.value, str) and re.fullmatch("[A-Z]{3}", node.value):
        return node.value
    if node.present:
        node.refuse("bad_currency", gettext_noop("must be a currency code such as USD"))
    return "XXX"


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
    if isinstance(node.value, dict) and node.value.get("type") in _UNBUILT_TYPES:
        node.child("type", node.value["type"]).choice(("commission",), _UNBUILT_TYPES)
        return _NO_COMPONENT  # its other keys are those of its type
    fields = node.fields(
        ("code", "measure", "rate"), ("type", "period", "filter", "quota", "prorate"), _UNBUILT_COMPONENT
    )
    fields["type"].choice(("commission",))
    if fields["prorate"].flag():
        fields["prorate"].refuse("not_supported", gettext_noop("is not supported yet"))
    period = cast(PeriodKind, fields["period"].choice(("month", "quarter", "year")))
    quota, quotas = _quota(fields["quota"], period)
    return Component(
        code=fields["code"].text(),
        measure=cast(
            Measure,
            fields["measure"].choice(("bookings", "invoiced", "collections", "margin", "units", "new_customers")),
        ),
        period=period,
        rate=_rate(fields["rate"]),
        filter=_filter(fields["filter"]),
        quota=quota,
        quotas=quotas,
    )


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


def period_kind(key: str) -> PeriodKind | None:
    """Of which kind a period key is, or None where it is no period key; the same in every fiscal calendar."""
    try:
        return FiscalCalendar().parse(key).kind
    except DomainError:
        return None


def _filter(node: Node) -> Filter:
    fields = node.fields((), (*FILTER_LISTS, "new_customer"))
    lists = {key: tuple(item.text() for item in fields[key].items()) for key in FILTER_LISTS}
    new_customer = fields["new_customer"].flag() if fields["new_customer"].present else None
    return Filter(**lists, new_customer=new_customer)


def _rate(node: Node) -> Rate:
    if not node.present:
        return _NO_RATE
    named = node.value.get("method", "flat") if isinstance(node.value, dict) else "flat"
    if named == "flat":
        fields = node.fields(("rate",), ("method", "base"))
        tiers: tuple[Tier, ...] = (Tier(Decimal(0), fields["rate"].positive() or Decimal(0)),)
    else:
        fields = node.fields(("method", "tiers"), ("base", "by", "accumulates", "boundary"))
        tiers = _tiers(fields["tiers"])
    fields["base"].choice(("amount",), unbuilt=("margin", "units"))
    fields["accumulates"].choice(("period",), unbuilt=("event",))
    return Rate(
        method=cast(Method, fields["method"].choice(("flat", "marginal", "retroactive"), ("lookup", "bracket"))),
        by=cast(By, fields["by"].choice(("amount", "attainment"), ("units", "margin_rate", "discount"))),
        boundary=cast(Boundary, fields["boundary"].choice(("upper", "lower"))),
        tiers=tiers,
    )


def _tiers(node: Node) -> tuple[Tier, ...]:
    items = node.items()
    if isinstance(node.value, list) and not 1 <= len(items) <= MAX_TIERS:
        node.refuse("bad_count", gettext_noop("must list 1 to %(most)s tiers"), most=MAX_TIERS)
        return ()
    starts, rates = [], []
    for item in items:
        fields = item.fields(("from", "rate"))
        starts.append(fields["from"].number())
        rates.append(fields["rate"].positive())
    _check_order(items, starts)
    return tuple(Tier(a, b) for a, b in zip(starts, rates, strict=True) if a is not None and b is not None)


def _check_order(items: Sequence[Node], starts: Sequence[Decimal | None]) -> None:
    """Tables are continuous: they start at 0 and each bound is above the one before."""
    for index, (item, start) in enumerate(zip(items, starts, strict=True)):
        before = starts[index - 1] if index else None
        if start is None:
            continue
        if index == 0 and start != 0:
            item.child("from", start).refuse("not_from_zero", gettext_noop("must be 0: a table starts at zero"))
        elif before is not None and start <= before:
            item.child("from", start).refuse("unordered", gettext_noop("must be above the tier before it"))
