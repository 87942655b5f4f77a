"""Attainment by region and team, of the whole company: every number opens its credit lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Min, Sum

from accounts.access.actor import Actor
from pipeline.facts import Slice, totals
from pipeline.ledger.links import credits_url
from salesops.lib.money import round_half_up
from salesops.lib.periods import Period
from targets.attainment.pace import Attainment, Clockwork
from targets.cascade.models import TargetNode, TargetPlan
from targets.cascade.selectors import visible_nodes

_KIND = TargetNode.Kind


@dataclass(frozen=True, slots=True)
class Place:
    """A region, or a top team in it."""

    name: str
    is_region: bool
    reached: Attainment
    url: str


def by_region(actor: Actor, period: Period, as_of: date) -> list[Place]:
    """Regions by name, each followed by its teams; empty without approved targets. Two queries."""
    nodes = _nodes(actor, period, as_of)
    if not nodes:
        return []
    last = max(min(period.end, as_of), period.start)
    found = totals(Slice(period.start, last, kind="direct"), by=("region", "team"))
    clockwork = Clockwork.of(period.start, period.end, as_of)
    places = []
    for kind, id, name, target in nodes:
        at = 0 if kind == _KIND.REGION else 1
        booked = sum(total.value for key, total in found.items() if key[at] == id)
        lines = Slice(period.start, last, kind="direct")
        lines = replace(lines, regions=[id]) if kind == _KIND.REGION else replace(lines, teams=[id])
        url = credits_url(actor.tenant.slug, lines)
        places.append(Place(name, kind == _KIND.REGION, Attainment(target, round_half_up(booked), clockwork), url))
    return places


def _nodes(actor: Actor, period: Period, as_of: date) -> Sequence[tuple[str, int, str, int]]:
    """Kind, id of the region or team, name and target, regions before their teams."""
    rows = (
        visible_nodes(actor, as_of)
        .filter(
            kind__in=(_KIND.REGION, _KIND.TEAM),
            plan__metric="bookings",
            plan__state=TargetPlan.State.APPROVED,
            cells__month__range=(period.start, period.end),
        )
        .order_by()
        .values("kind", "region_id", "team_id", "name")
        .annotate(amount=Sum("cells__amount"), above=Min("parent__name"))
    )
    found = [
        ((row["name"], "") if row["kind"] == _KIND.REGION else (row["above"] or "", row["name"]), row) for row in rows
    ]
    found.sort(key=lambda pair: pair[0])
    return [
        (row["kind"], row["region_id"] if row["kind"] == _KIND.REGION else row["team_id"], row["name"], row["amount"])
        for _, row in found
    ]
