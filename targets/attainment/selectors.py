"""Actual against target, per plan and per node. A node's actual is its ledger lines': team and region as they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.functional import Promise

from accounts.access.actor import Actor
from pipeline.ledger.links import credits_url
from salesops.lib.money import round_half_up
from targets.attainment.pace import Attainment, Clockwork
from targets.cascade.history import Credits
from targets.cascade.metrics import get_metric
from targets.cascade.models import TargetNode, TargetPlan
from targets.cascade.selectors import (
    NodeWithCells,
    Tree,
    depth_first,
    visible_nodes,
    visible_plans,
    with_cells,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A plan with the part of it that the reader answers for: the company's for those who see all, else their own."""

    plan: TargetPlan
    metric: str | Promise
    name: str
    reached: Attainment
    url: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A node of the attainment page. `url` opens the credit lines behind the actual."""

    node: TargetNode
    level: int
    opened: bool
    reached: Attainment
    url: str


def listed(actor: Actor, plans: Sequence[TargetPlan], today: date) -> list[Listed]:
    """Three queries for the nodes' credits per metric and two for the rest, however many plans."""
    tops: dict[int, NodeWithCells] = {}
    for node in with_cells(_tops(actor, plans, today)):
        tops.setdefault(node.plan_id, node)
    if not tops:
        return []
    first, last = min(plan.starts_on for plan in plans), max(plan.ends_on for plan in plans)
    metrics = {plan.metric for plan in plans}
    credits = {key: Credits.behind(get_metric(key), tops.values(), first, last) for key in metrics}
    return [_listed(actor, plan, tops[plan.pk], credits[plan.metric], today) for plan in plans if plan.pk in tops]


def _listed(actor: Actor, plan: TargetPlan, node: NodeWithCells, credits: Credits, today: date) -> Listed:
    url = credits_url(actor.tenant.slug, credits.lines(node, plan.starts_on, plan.ends_on))
    return Listed(plan, get_metric(plan.metric).label, node.name, _reached(node, plan, credits, today), url)


def _tops(actor: Actor, plans: Sequence[TargetPlan], today: date) -> models.QuerySet[TargetNode]:
    """The highest visible node of each plan, the first by name where there are several."""
    nodes = visible_nodes(actor, today).filter(plan__in=[plan.pk for plan in plans])
    highest = nodes.order_by("plan_id", "depth", "position", "id").distinct("plan_id")
    return TargetNode.objects.filter(pk__in=highest.values("pk"))


def _reached(node: NodeWithCells, plan: TargetPlan, credits: Credits, today: date) -> Attainment:
    actual = round_half_up(credits.between(node, plan.starts_on, plan.ends_on))
    return Attainment(sum(node.amounts), actual, Clockwork.of(plan.starts_on, plan.ends_on, today))


def plans_in_force(actor: Actor, today: date) -> list[TargetPlan]:
    """The approved plans that the actor sees, the newest quarter first."""
    return list(visible_plans(actor, today).filter(state=TargetPlan.State.APPROVED).order_by("-starts_on", "metric"))


def plan_of_today(plans: Sequence[TargetPlan], today: date) -> TargetPlan | None:
    """The one that runs today, else the last that has begun, else the next."""
    begun = [plan for plan in plans if plan.starts_on <= today]
    return begun[0] if begun else (plans[-1] if plans else None)


def standings(actor: Actor, plan: TargetPlan, tree: Tree, today: date) -> list[Standing]:
    """The open part of the plan's tree, depth first, each node with what it has reached."""
    credits = Credits.behind(get_metric(plan.metric), tree.nodes, plan.starts_on, plan.ends_on)
    return [
        Standing(
            node=node,
            level=level,
            opened=not node.leaf and node.pk in tree.opened,
            reached=_reached(node, plan, credits, today),
            url=credits_url(actor.tenant.slug, credits.lines(node, plan.starts_on, plan.ends_on)),
        )
        for node, level in depth_first(tree.nodes, tree.opened)
    ]
