"""Reading the parts that several types of component share: thresholds, multipliers, caps, clawbacks, curves."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from incentives.engine.document import Node
from incentives.engine.terms import (
    FILTER_LISTS,
    Band,
    Boundary,
    Cap,
    CapBy,
    Clawback,
    Curve,
    Factors,
    Holdback,
    Multiplier,
    Point,
    Threshold,
)
from salesops.lib.errors import gettext_noop

MAX_TIERS = 100
MAX_DAYS = 36_525  # a hundred years: more is a slip
_CAPS: tuple[CapBy, ...] = ("amount", "target_incentive_multiple", "attainment")


def check_order(items: Sequence[Node], starts: Sequence[Decimal | None], *, from_zero: bool) -> None:
    """Tables are continuous: they start at 0 and each bound is above the one before. Brackets begin above 0."""
    for index, (item, start) in enumerate(zip(items, starts, strict=True)):
        before = starts[index - 1] if index else None
        if start is None:
            continue
        if index == 0 and from_zero and start != 0:
            item.child("from", start).refuse("not_from_zero", gettext_noop("must be 0: a table starts at zero"))
        elif index == 0 and not from_zero and start <= 0:
            item.child("from", start).refuse("not_above_zero", gettext_noop("must be above 0: a bracket is reached"))
        elif before is not None and start <= before:
            item.child("from", start).refuse("unordered", gettext_noop("must be above the tier before it"))


def read_threshold(node: Node) -> Threshold:
    fields = node.fields(("at",), ("by", "pays"))
    return Threshold(
        by=cast(Any, fields["by"].choice(("attainment", "amount"))),
        at=fields["at"].positive() or Decimal(0),
        pays=cast(Any, fields["pays"].choice(("from_zero", "from_threshold"))),
    )


def read_multiplier(node: Node) -> Multiplier:
    fields = node.fields(("kpi", "bands"))
    items = fields["bands"].items()
    if isinstance(fields["bands"].value, list) and not 1 <= len(items) <= MAX_TIERS:
        fields["bands"].refuse("bad_count", gettext_noop("must list 1 to %(most)s bands"), most=MAX_TIERS)
        items = []
    starts, factors = [], []
    for item in items:
        band = item.fields(("from", "factor"))
        starts.append(band["from"].number())
        factors.append(band["factor"].positive())
    check_order(items, starts, from_zero=True)
    bands = tuple(Band(a, b) for a, b in zip(starts, factors, strict=True) if a is not None and b is not None)
    return Multiplier(fields["kpi"].text(), bands)


def read_factors(node: Node) -> tuple[Factors, ...]:
    fields = node.fields((), FILTER_LISTS)
    found = []
    for attribute, values in fields.items():
        read = {value: factor.positive() for value, factor in values.entries().items()}
        found.append(Factors(attribute, tuple((value, one) for value, one in read.items() if one is not None)))
    return tuple(found)


def read_cap(node: Node) -> Cap | None:
    fields = node.fields((), (*_CAPS, "excess"))
    given = [by for by in _CAPS if fields[by].given]
    if len(given) != 1:
        if isinstance(node.value, dict):
            node.refuse("one_cap", gettext_noop("must have exactly one of: %(options)s"), options=", ".join(_CAPS))
        return None
    excess = fields["excess"].choice(("lost", "deferred"))
    if given[0] == "attainment" and excess == "deferred":
        message = gettext_noop("cannot be deferred: what lies above that attainment earns nothing")
        fields["excess"].refuse("not_deferred", message)
    return Cap(given[0], fields[given[0]].positive() or Decimal(0), cast(Any, excess))


def read_holdback(node: Node) -> Holdback:
    fields = node.fields(("share",), ("release", "days"))
    release = fields["release"].choice(("collection", "after_days", "period_end"))
    if release == "after_days" and not fields["days"].given:
        node.child("days", None).refuse("required", gettext_noop("is required"))
    if release != "after_days" and fields["days"].given:
        fields["days"].refuse("not_used", gettext_noop("is only for a release after days"))
    return Holdback(
        share=fields["share"].part(default=Decimal(0)),
        release=cast(Any, release),
        days=fields["days"].whole(range(MAX_DAYS), default=0) if fields["days"].given else 0,
    )


def read_clawback(node: Node) -> Clawback:
    fields = node.fields((), ("window_days", "mode", "share", "by_unused_term", "reduces_measure"))
    window = fields["window_days"]
    terms = Clawback(
        window_days=window.whole(range(MAX_DAYS), default=0) if window.given else None,
        mode=cast(Any, fields["mode"].choice(("reverse", "recompute"))),
        share=fields["share"].part(default=Decimal(1)),
        by_unused_term=fields["by_unused_term"].flag(),
        reduces_measure=fields["reduces_measure"].flag() if fields["reduces_measure"].present else True,
    )
    if terms.mode == "recompute" and not terms.reduces_measure:
        message = gettext_noop("must be true where the period is recomputed: the refund enters the measure")
        fields["reduces_measure"].refuse("recomputes", message)
    return terms


def read_curve(node: Node) -> Curve:
    fields = node.fields(("points",), ("shape", "boundary"))
    items = fields["points"].items()
    if isinstance(fields["points"].value, list) and not 1 <= len(items) <= MAX_TIERS:
        fields["points"].refuse("bad_count", gettext_noop("must list 1 to %(most)s points"), most=MAX_TIERS)
        items = []
    points: list[Point] = []
    for item in items:
        read = item.fields(("at", "pays"))
        at, pays = read["at"].positive(), read["pays"].positive()
        if at is not None and points and at <= points[-1].at:
            read["at"].refuse("unordered", gettext_noop("must be above the point before it"))
        elif at is not None and pays is not None:
            points.append(Point(at, pays))
    return Curve(
        shape=cast(Any, fields["shape"].choice(("step", "linear"))),
        points=tuple(points),
        boundary=cast(Boundary, fields["boundary"].choice(("upper", "lower"))),
    )
