"""From draft to approved, past a second pair of eyes, and on to the next version."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from salesops.lib.errors import DomainError, gettext_noop
from targets.cascade.models import TargetCell, TargetNode, TargetPlan
from targets.cascade.services import count_up, take_draft, take_plan

_State = TargetPlan.State
_Targets = set[tuple[object, ...]]


@transaction.atomic
def submit(*, actor: Actor, plan: TargetPlan, as_of: datetime, version: int | None = None) -> TargetPlan:
    """Ask another executive or admin to approve. Everything must have been placed."""
    taken = take_draft(actor, plan.pk, version)
    _refuse_unplaced(taken)
    taken.state, taken.submitted_at = _State.SUBMITTED, as_of
    taken.submitted_by, taken.submitter_id = actor.member, actor.user_id
    return _moved(actor, taken, "target.submitted")


@transaction.atomic
def send_back(*, actor: Actor, plan: TargetPlan, version: int | None = None) -> TargetPlan:
    """Back to draft, by the approver or by whoever submitted it and saw a mistake."""
    require(actor, "targets.approve")
    taken = _take_submitted(plan, version)
    taken.state, taken.submitted_at, taken.submitted_by, taken.submitter_id = _State.DRAFT, None, None, None
    return _moved(actor, taken, "target.sent_back")


@transaction.atomic
def approve(*, actor: Actor, plan: TargetPlan, as_of: datetime, version: int | None = None) -> TargetPlan:
    """Lock the targets and put them in force; the version approved before is superseded.

    Not by whoever set or submitted them (compared as users), nor by somebody who has a target among them.
    """
    require(actor, "targets.approve")
    taken = _take_submitted(plan, version)
    refuse_own(actor, taken)
    _refuse_unplaced(taken)
    for earlier in TargetPlan.objects.filter(metric=taken.metric, period=taken.period, state=_State.APPROVED):
        earlier.state = _State.SUPERSEDED
        _moved(actor, earlier, "target.superseded")
    taken.state, taken.approved_at = _State.APPROVED, as_of
    taken.approved_by, taken.approver_id = actor.member, actor.user_id
    return _moved(actor, taken, "target.approved")


def refuse_own(actor: Actor, plan: TargetPlan) -> None:
    """Four eyes: the operator at the command line stands outside this rule and is named in the trail."""
    if actor.member is None:
        return
    if actor.user_id in {plan.setter_id, plan.submitter_id} - {None} or actor.member.pk in {
        plan.set_by_id,
        plan.submitted_by_id,
    }:
        message = gettext_noop("You set or submitted these targets, so another executive or admin must approve them.")
        raise DomainError("own_plan", message)
    if TargetNode.objects.filter(plan=plan, member=actor.member).exists():
        message = gettext_noop("Your own target is among these, so another executive or admin must approve them.")
        raise DomainError("own_target", message)


def _take_submitted(plan: TargetPlan, version: int | None) -> TargetPlan:
    taken = take_plan(plan.pk, version)
    if taken.state != _State.SUBMITTED:
        raise DomainError("not_submitted", gettext_noop("These targets are not waiting for approval."))
    return taken


def _refuse_unplaced(plan: TargetPlan) -> None:
    cell = TargetCell.objects.filter(node__plan=plan).exclude(unassigned=0).select_related("node").first()
    if cell is not None:
        message = gettext_noop("%(node)s is not fully placed yet; what is left to place must be 0 everywhere.")
        raise DomainError("not_placed", message, None, node=cell.node.name)


def _moved(actor: Actor, plan: TargetPlan, action: str) -> TargetPlan:
    plan.save()
    count_up(plan)
    record(actor=actor, action=action, subject=plan, period=plan.period, metric=plan.metric, number=plan.number)
    return plan


@transaction.atomic
def discard(*, actor: Actor, plan: TargetPlan, version: int | None = None) -> None:
    """Throw a draft away, with its tree."""
    taken = take_draft(actor, plan.pk, version)
    record(actor=actor, action="target.discarded", subject=taken, period=taken.period, number=taken.number)
    TargetCell.objects.filter(node__plan=taken).delete()
    TargetNode.objects.filter(plan=taken).delete()
    taken.delete()


@transaction.atomic
def new_version(*, actor: Actor, plan: TargetPlan) -> TargetPlan:
    """A draft with the approved version's tree and amounts, to change them. Refused while another version is open."""
    require(actor, "targets.set")
    source = take_plan(plan.pk, None)
    versions = TargetPlan.objects.filter(metric=source.metric, period=source.period)
    if versions.filter(state__in=[_State.DRAFT, _State.SUBMITTED]).exists():
        message = gettext_noop("There is already an open version for %(period)s; go on with that one or discard it.")
        raise DomainError("open_version", message, "period", period=source.period)
    if not source.is_approved:
        raise DomainError("not_approved", gettext_noop("A new version begins from the approved one."))
    draft: TargetPlan = TargetPlan.objects.create(
        metric=source.metric,
        period=source.period,
        starts_on=source.starts_on,
        ends_on=source.ends_on,
        number=max(versions.values_list("number", flat=True)) + 1,
        currency=source.currency,
        step=source.step,
        set_by=actor.member,
        setter_id=actor.user_id,
    )
    _copy_tree(source, draft)
    record(actor=actor, action="target.new_version", subject=draft, period=draft.period, number=draft.number)
    return draft


def _copy_tree(source: TargetPlan, draft: TargetPlan) -> None:
    copies: dict[int | None, TargetNode | None] = {None: None}
    nodes = list(TargetNode.objects.filter(plan=source).order_by("depth", "position"))
    for depth in range(nodes[-1].depth + 1):
        level = [node for node in nodes if node.depth == depth]
        made = TargetNode.objects.bulk_create([_copy(node, draft, copies[node.parent_id]) for node in level])
        copies.update(zip((node.pk for node in level), made, strict=True))
    cells = TargetCell.objects.filter(node__plan=source)
    TargetCell.objects.bulk_create(
        [
            TargetCell(node=copies[cell.node_id], month=cell.month, amount=cell.amount, unassigned=cell.unassigned)
            for cell in cells
        ],
        batch_size=5000,
    )


def _copy(node: TargetNode, draft: TargetPlan, parent: TargetNode | None) -> TargetNode:
    same = "kind region_id team_id member_id owner_id name depth position leaf reps locked split_method"
    return TargetNode(plan=draft, parent=parent, **{name: getattr(node, name) for name in same.split()})


def same_targets(one: TargetPlan, other: TargetPlan) -> bool:
    """Whether both versions give the same nodes the same amounts in every month."""
    return _targets(one) == _targets(other)


def _targets(plan: TargetPlan) -> _Targets:
    cells = TargetCell.objects.filter(node__plan=plan)
    return set(
        cells.values_list(
            "node__kind", "node__region_id", "node__team_id", "node__member_id", "node__parent__name", "month"
        ).annotate(placed=Sum("amount"))
    )
