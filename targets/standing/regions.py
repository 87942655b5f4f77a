"""Attainment by region and team, of the whole company: every number opens its credit lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Max, Min, Sum

from accounts.access.actor import Actor
from pipeline.facts import Slice, totals
from pipeline.ledger.links import credits_url
from salesops.lib.money import round_half_up
from salesops.lib.periods import Period, month_of
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
    first, end = min(node.first for node in nodes), month_of(max(node.last for node in nodes)).end
    whole = Slice(first, max(min(end, as_of), first), kind="direct")
    found = totals(whole, by=("region", "team"))
    clockwork = Clockwork.of(first, end, as_of)
    places = []
    for node in nodes:
        booked = sum(total.value for key, total in found.items() if key[0 if node.is_region else 1] == node.id)
        lines = replace(whole, regions=[node.id]) if node.is_region else replace(whole, teams=[node.id])
        reached = Attainment(node.target, round_half_up(booked), clockwork)
        places.append(Place(node.name, node.is_region, reached, credits_url(actor.tenant.slug, lines)))
    return places


@dataclass(frozen=True, slots=True)
class _Node:
    """`id` is the region's or the team's; `first` and `last` are the months that have a target."""

    is_region: bool
    id: int
    name: str
    target: int
    first: date
    last: date


def _nodes(actor: Actor, period: Period, as_of: date) -> list[_Node]:
    """Regions before their teams."""
    rows = (
        visible_nodes(actor, as_of)
        .filter(
            kind__in=(_KIND.REGION, _KIND.TEAM),
            plan__metric="bookings",
            plan__state=TargetPlan.State.APPROVED,
            cells__month__range=(period.start, period.end),
        )
        .order_by()
        .values_list("kind", "region_id", "team_id", "name")
        .annotate(Sum("cells__amount"), Min("parent__name"), Min("cells__month"), Max("cells__month"))
    )
    found: list[tuple[tuple[str, str], _Node]] = []
    for kind, region, team, name, target, above, first, last in rows:
        is_region = kind == _KIND.REGION
        place = (name, "") if is_region else (above or "", name)
        found.append((place, _Node(is_region, region if is_region else team, name, target, first, last)))
    return [node for _, node in sorted(found, key=lambda pair: pair[0])]
