"""Setting a target and dividing it. Every function works on the plan's row lock and counts its version up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db import connection, transaction

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from accounts.facts import Organisation
from accounts.tenancy.context import required_tenant_id
from salesops.lib.errors import DomainError, NotVisible, gettext_noop
from salesops.lib.periods import Period
from targets.cascade.division import share_out, spread
from targets.cascade.grid import Grid
from targets.cascade.history import Credits
from targets.cascade.methods import BY_HAND, METHODS, Basis, Method, get_cascading, get_method
from targets.cascade.metrics import get_metric
from targets.cascade.models import TargetCell, TargetNode, TargetPlan
from targets.cascade.tree import LEVELS, Branch, company_tree

_LOCK = 0x74617267  # "targ": the first key of the advisory lock, so that it meets no other lock of the product
_OPEN = (TargetPlan.State.DRAFT, TargetPlan.State.SUBMITTED)


@transaction.atomic
def set_target(
    *, actor: Actor, metric: str, period: str, amount: int, step: int, levels: Sequence[str] = LEVELS
) -> TargetPlan:
    """A draft with the company's target (minor units) spread evenly over the quarter's months, nothing placed below.

    The tree is the organisation on the quarter's first day. Refused while another version is open.
    """
    require(actor, "targets.set")
    quarter = parse_quarter(actor, period)
    get_metric(metric)
    _check_amounts(amount, step)
    _take_turns()
    versions = TargetPlan.objects.filter(metric=metric, period=quarter.key)
    if versions.filter(state__in=_OPEN).exists():
        message = gettext_noop("There is already an open version for %(period)s; go on with that one or discard it.")
        raise DomainError("open_version", message, "period", period=quarter.key)
    plan = _new_plan(actor, metric, quarter, step, 1 + max(versions.values_list("number", flat=True), default=0))
    tree = company_tree(actor.tenant.name, Organisation(), quarter.start, levels)
    _plant(plan, tree, spread(amount, [0] * len(plan.months), step))
    record(actor=actor, action="target.set", subject=plan, period=quarter.key, metric=metric, amount=amount, step=step)
    return plan


def parse_quarter(actor: Actor, period: str) -> Period:
    quarter = actor.tenant.calendar.parse(period)
    if quarter.kind != "quarter":
        message = gettext_noop("A target is set for a quarter; write 2026-Q1, not “%(period)s”.")
        raise DomainError("not_a_quarter", message, "period", period=period)
    return quarter


def _check_amounts(amount: int, step: int) -> None:
    if amount <= 0:
        raise DomainError("not_positive", gettext_noop("A target is more than 0."), "amount")
    if not 0 < step <= amount:
        raise DomainError("bad_step", gettext_noop("The step is more than 0 and at most the target."), "step")


def _take_turns() -> None:
    """Two people who set the same target wait for each other, and the second is told about the first one's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, required_tenant_id()])


def _new_plan(actor: Actor, metric: str, quarter: Period, step: int, number: int) -> TargetPlan:
    plan: TargetPlan = TargetPlan.objects.create(
        metric=metric,
        period=quarter.key,
        starts_on=quarter.start,
        ends_on=quarter.end,
        number=number,
        currency=actor.tenant.currency,
        step=step,
        set_by=actor.member,
        setter_id=actor.user_id,
    )
    return plan


def _plant(plan: TargetPlan, tree: Branch, root_months: Sequence[int]) -> None:
    """Make the nodes level by level, each with a cell a month: everything at the root, and left to place there."""
    level: list[tuple[Branch, TargetNode | None, int]] = [(tree, None, 0)]
    depth = 0
    while level:
        nodes = [_node(plan, branch, parent, depth, position) for branch, parent, position in level]
        TargetNode.objects.bulk_create(nodes, batch_size=1000)
        amounts = root_months if depth == 0 else [0] * len(plan.months)
        cells = [
            TargetCell(node=node, month=month, amount=amount, unassigned=0 if node.leaf else amount)
            for node in nodes
            for month, amount in zip(plan.months, amounts, strict=True)
        ]
        TargetCell.objects.bulk_create(cells, batch_size=5000)
        level = [
            (child, node, position)
            for (branch, _, _), node in zip(level, nodes, strict=True)
            for position, child in enumerate(branch.children)
        ]
        depth += 1


def _node(plan: TargetPlan, branch: Branch, parent: TargetNode | None, depth: int, position: int) -> TargetNode:
    return TargetNode(
        plan=plan,
        parent=parent,
        kind=branch.kind,
        region_id=branch.region_id,
        team_id=branch.team_id,
        member_id=branch.member_id,
        owner_id=branch.owner_id,
        name=branch.name,
        depth=depth,
        position=position,
        leaf=not branch.children,
        reps=branch.reps,
    )


# --- Dividing --------------------------------------------------------------------------------------------------------


@transaction.atomic
def split(
    *,
    actor: Actor,
    node: TargetNode,
    method: str,
    weights: Mapping[int, Fraction] | None = None,
    version: int | None = None,
) -> TargetPlan:
    """Divide the node among its children; locked ones keep their amounts. What is below them stays as it is.

    `weights` (by child id) are for the method `weights`. The method `present-share` places what is left to place.
    """
    chosen = get_method(method)
    plan = take_draft(actor, node.plan_id, version)
    grid = Grid.around(plan, node)
    parent = _found(grid, node)
    basis = _basis(actor, grid, weights or {})
    _divide(grid, parent, chosen, basis)
    return _saved(actor, grid, "target.split", parent, method=method)


@transaction.atomic
def split_below(*, actor: Actor, node: TargetNode, method: str, version: int | None = None) -> TargetPlan:
    """Divide the node and everything below it, level after level. A locked node keeps its amount and its children's."""
    chosen = get_cascading(method)
    plan = take_draft(actor, node.plan_id, version)
    grid = Grid.whole(plan)
    top = _found(grid, node)
    basis = _basis(actor, grid, {})
    waiting = [top]
    while waiting:
        parent = waiting.pop(0)
        _divide(grid, parent, chosen, basis)
        waiting += [child for child in grid.children(parent) if not child.leaf and not child.locked]
    return _saved(actor, grid, "target.split_below", top, method=method)


def _basis(actor: Actor, grid: Grid, weights: Mapping[int, Fraction]) -> Basis:
    calendar = actor.tenant.calendar
    last = calendar.previous(calendar.quarter_of(grid.plan.starts_on))
    members = [node.member_id for node in grid.nodes.values() if node.member_id]
    credits = Credits(get_metric(grid.plan.metric), last.start, last.end, members=members)
    return Basis(credits, {node.pk: grid.total(node) for node in grid.nodes.values()}, weights)


def _divide(grid: Grid, parent: TargetNode, method: Method, basis: Basis) -> None:
    children = grid.children(parent)
    open_children = [child for child in children if not child.locked]
    to_place = _to_place(grid, parent, children)
    if not open_children:
        message = gettext_noop("Everything below %(node)s is locked; unlock something first.")
        raise DomainError("all_locked", message, None, node=parent.name)
    weights = method.weigh(open_children, basis)
    if any(to_place) and not any(weights):
        message = gettext_noop("All weights below %(node)s are zero, so there is nothing to split it by.")
        raise DomainError("zero_weights", message, "weights" if method.key == "weights" else "method", node=parent.name)
    for child, months in zip(open_children, share_out(to_place, weights, grid.plan.step), strict=True):
        grid.put(child, months)
    if method is not METHODS["present-share"]:
        grid.mark(parent, split_method=method.key)


def _to_place(grid: Grid, parent: TargetNode, children: Sequence[TargetNode]) -> list[int]:
    """The parent's months without what its locked children hold."""
    if not children:
        raise DomainError(
            "leaf", gettext_noop("There is nobody below %(node)s to split it to."), None, node=parent.name
        )
    locked = [grid.amounts(child) for child in children if child.locked]
    to_place = [amount - sum(held) for amount, *held in zip(grid.amounts(parent), *locked, strict=True)]
    if min(to_place) < 0:
        message = gettext_noop("What is locked below %(node)s is more than %(node)s itself; unlock something first.")
        raise DomainError("locked_exceed", message, None, node=parent.name)
    return to_place


@transaction.atomic
def place_on(*, actor: Actor, node: TargetNode, version: int | None = None) -> TargetPlan:
    """Give this node all that is left to place in its parent (or take off it what is too much)."""
    plan = take_draft(actor, node.plan_id, version)
    grid = Grid.around(plan, node)
    child = _unlocked(_found(grid, node))
    parent = grid.parent(child)
    if parent is None:
        message = gettext_noop("There is nothing above %(node)s that could be left to place.")
        raise DomainError("no_parent", message, None, node=child.name)
    months = [amount + left for amount, left in zip(grid.amounts(child), grid.left(parent), strict=True)]
    if min(months) < 0:
        message = gettext_noop("%(node)s does not have enough to take off what is too much.")
        raise DomainError("not_enough", message, None, node=child.name)
    grid.put(child, months)
    grid.mark(parent, split_method=BY_HAND)
    return _saved(actor, grid, "target.placed", child)


# --- By hand ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit did to the node's quarter, in minor units."""

    plan: TargetPlan
    node: TargetNode
    before: int
    after: int


@transaction.atomic
def edit(
    *, actor: Actor, node: TargetNode, amount: int, month: date | None = None, version: int | None = None
) -> Edited:
    """Set the node's quarter, whose months then follow the parent's, or one month of it (its first day).

    Children and siblings keep their amounts; the differences are left to place, here and in the parent.
    """
    plan = take_draft(actor, node.plan_id, version)
    grid = Grid.around(plan, node)
    edited = _unlocked(_found(grid, node))
    if amount < 0:
        raise DomainError("negative", gettext_noop("A target is not less than 0."), "amount")
    parent = grid.parent(edited)
    before = grid.total(edited)
    grid.put(edited, _months_of(grid, edited, amount, month))
    if parent is not None:
        grid.mark(parent, split_method=BY_HAND)
    else:
        plan.set_by, plan.setter_id = actor.member, actor.user_id
        plan.save(update_fields=["set_by", "setter"])
    after = grid.total(edited)
    _saved(actor, grid, "target.edited", edited, before=before, after=after, month=str(month or ""))
    return Edited(plan, edited, before, after)


def _months_of(grid: Grid, node: TargetNode, amount: int, month: date | None) -> list[int]:
    if month is None:
        return spread(amount, grid.amounts(grid.parent(node) or node), grid.plan.step)
    if month not in grid.months:
        raise DomainError("bad_month", gettext_noop("That month is not in the quarter."), "month")
    return [amount if each == month else old for each, old in zip(grid.months, grid.amounts(node), strict=True)]


@transaction.atomic
def lock(*, actor: Actor, node: TargetNode, version: int | None = None) -> TargetPlan:
    """Keep the node's amount through every split of its parent."""
    return _set_lock(actor, node, version, to=True)


@transaction.atomic
def unlock(*, actor: Actor, node: TargetNode, version: int | None = None) -> TargetPlan:
    return _set_lock(actor, node, version, to=False)


def _set_lock(actor: Actor, node: TargetNode, version: int | None, *, to: bool) -> TargetPlan:
    plan = take_draft(actor, node.plan_id, version)
    grid = Grid.around(plan, node)
    found = _found(grid, node)
    grid.mark(found, locked=to)
    return _saved(actor, grid, "target.locked" if to else "target.unlocked", found)


# --- The draft -------------------------------------------------------------------------------------------------------


def take_plan(plan_id: int, version: int | None) -> TargetPlan:
    """The plan under its row lock, if it still is at the version that the actor saw (None: whichever it is at)."""
    plan: TargetPlan | None = TargetPlan.objects.select_for_update().filter(pk=plan_id).first()
    if plan is None:
        raise NotVisible
    if version is not None and version != plan.version:
        message = gettext_noop("Somebody changed these targets after you opened them; look at them again first.")
        raise DomainError("stale", message)
    return plan


def take_draft(actor: Actor, plan_id: int, version: int | None) -> TargetPlan:
    require(actor, "targets.set")
    plan = take_plan(plan_id, version)
    if not plan.is_draft:
        message = gettext_noop("This version is no draft any more, so its targets stay as they are.")
        raise DomainError("not_draft", message)
    return plan


def _found(grid: Grid, node: TargetNode) -> TargetNode:
    if node.pk not in grid.nodes:
        raise NotVisible
    return grid.nodes[node.pk]


def _unlocked(node: TargetNode) -> TargetNode:
    if node.locked:
        message = gettext_noop("%(node)s is locked; unlock it to change its target.")
        raise DomainError("locked", message, "amount", node=node.name)
    return node


def _saved(actor: Actor, grid: Grid, action: str, node: TargetNode, **data: object) -> TargetPlan:
    grid.save()
    count_up(grid.plan)
    record(actor=actor, action=action, subject=node, name=node.name, **data)
    return grid.plan


def count_up(plan: TargetPlan) -> None:
    plan.version += 1
    plan.save(update_fields=["version", "changed_at"])
