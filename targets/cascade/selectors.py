"""Which plans and nodes somebody sees. Those who see all see drafts too; the others see what is in force, and of it
their own node or those of the teams they lead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models
from django.db.models import Q

from accounts.access.actor import Actor
from accounts.access.policy import rows, visible_members
from salesops.lib.errors import NotVisible
from targets.cascade.models import TargetNode, TargetPlan

_IN_FORCE = (TargetPlan.State.APPROVED, TargetPlan.State.SUPERSEDED)
ORDER = ("-starts_on", "-id")
SMALL = 60  # nodes; a tree up to this size opens in full


class NodeWithCells(TargetNode):
    """For types only: a node as `with_cells` gives it, its months in order."""

    amounts: list[int]
    unassigned: list[int]

    class Meta:
        abstract = True


def sees_all(actor: Actor, as_of: date) -> bool:
    return visible_members(actor, "targets.view", as_of) is None


def visible_plans(actor: Actor, as_of: date) -> models.QuerySet[TargetPlan]:
    plans = TargetPlan.objects.select_related("set_by", "submitted_by", "approved_by")
    if sees_all(actor, as_of):
        return plans
    own = visible_nodes(actor, as_of).values("plan_id")
    return plans.filter(state__in=_IN_FORCE, pk__in=own)


def get_plan(actor: Actor, as_of: date, plan_id: int) -> TargetPlan:
    plan = visible_plans(actor, as_of).filter(pk=plan_id).first()
    if plan is None:
        raise NotVisible
    return plan


def visible_nodes(actor: Actor, as_of: date) -> models.QuerySet[TargetNode]:
    return rows(actor, "targets.view", TargetNode.objects.all(), as_of=as_of)


def get_node(actor: Actor, as_of: date, node_id: int, plan_id: int) -> TargetNode:
    plan = get_plan(actor, as_of, plan_id)
    node = visible_nodes(actor, as_of).filter(plan=plan, pk=node_id).first()
    if node is None:
        raise NotVisible
    return node


def with_cells(nodes: models.QuerySet[TargetNode]) -> Sequence[NodeWithCells]:
    """The nodes with their months in one query, parents before children, siblings by name."""
    listed: Any = nodes.annotate(
        amounts=ArrayAgg("cells__amount", order_by="cells__month"),
        unassigned=ArrayAgg("cells__unassigned", order_by="cells__month"),
    )
    return cast(Sequence[NodeWithCells], listed.select_related("owner").order_by("depth", "position", "id"))


@dataclass(frozen=True, slots=True)
class Tree:
    """The visible nodes of a plan, parents before children, and which of them are open."""

    nodes: Sequence[NodeWithCells]
    opened: frozenset[int]


def whole_tree(actor: Actor, as_of: date, plan: TargetPlan) -> Tree:
    """Everything that the actor sees of the plan."""
    nodes = list(with_cells(visible_nodes(actor, as_of).filter(plan=plan)))
    return Tree(nodes, frozenset(node.pk for node in nodes))


def shown_tree(actor: Actor, as_of: date, plan: TargetPlan, opened: frozenset[int] | None) -> Tree:
    """What a page needs. Of the company's tree regions and teams come all, so that closed ones can say what is amiss
    below them; of members only those below an open node. `opened` None: a small tree whole, else its first level."""
    if not sees_all(actor, as_of):
        tree = whole_tree(actor, as_of, plan)
        if opened is None and len(tree.nodes) > SMALL:
            opened = frozenset(node.pk for node, level in depth_first(tree.nodes, tree.opened) if level == 1)
        return tree if opened is None else Tree(tree.nodes, opened)
    opened = _first_opened(plan) if opened is None else opened
    of_open = ~Q(kind=TargetNode.Kind.MEMBER) | Q(parent_id__in=opened)
    return Tree(list(with_cells(TargetNode.objects.filter(of_open, plan=plan))), opened)


def depth_first(nodes: Sequence[NodeWithCells], opened: frozenset[int]) -> Iterator[tuple[NodeWithCells, int]]:
    """The open part of the tree with levels from 1, children by name. A node whose parent is not among the visible
    ones begins a tree of its own."""
    known = {node.pk for node in nodes}
    top = min((node.depth for node in nodes), default=0)
    below: dict[int | None, list[NodeWithCells]] = {}
    for node in nodes:
        below.setdefault(node.parent_id if node.parent_id in known else None, []).append(node)
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        node = waiting.pop()
        yield node, node.depth - top + 1
        if node.pk in opened:
            waiting.extend(reversed(below.get(node.pk, [])))


def _first_opened(plan: TargetPlan) -> frozenset[int]:
    parents = TargetNode.objects.filter(plan=plan, leaf=False)
    found = list(parents.order_by("depth", "position", "id").values_list("id", "depth", "reps")[: SMALL + 1])
    if not found or found[0][2] + len(found) > SMALL:
        return frozenset(id for id, depth, _ in found if depth < 1)
    return frozenset(id for id, _, _ in found)
