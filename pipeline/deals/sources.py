"""What deals give to other pages: a customer's timeline, what waits on the home page, the step of a handover."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.policy import rows
from accounts.audit.models import AuditEntry
from accounts.home.waiting import Waiting, WaitingSource
from accounts.people.models import Role
from pipeline.deals.models import Deal, Stage, StageChange
from pipeline.deals.splitting import follow_owner
from pipeline.handover.registry import Chosen, HandoverStep
from pipeline.timeline.registry import Cursor, TimelineEntry, TimelineSource, start_of
from salesops.lib.templatetags.numbers import amount as shown

_TIMELINE = "deals"


# --- The customer's timeline: opened, won, lost, and what lies between -----------------------------------------------


def _entries(actor: Actor, as_of: date, customer_id: int, before: Cursor | None, size: int) -> list[TimelineEntry]:
    moves = StageChange.objects.filter(deal__customer_id=customer_id, entered_on__lte=as_of)
    moves = rows(actor, "deals.view", moves, as_of=as_of, owner="deal__owner")
    if before is not None:
        moves = moves.filter(before.earlier_days(_TIMELINE, day="entered_on"))
    found = moves.select_related("deal__product", "stage", "actor").order_by("-entered_on", "-id")[:size]
    return [_entry(actor, change) for change in found]


def _entry(actor: Actor, change: StageChange) -> TimelineEntry:
    deal, stage = change.deal, change.stage
    icon = {Stage.Kind.WON: "trophy", Stage.Kind.LOST: "circle-minus"}.get(stage.kind, "layout-kanban")
    return TimelineEntry(
        at=start_of(change.entered_on),
        kind=_TIMELINE,
        key=change.pk,
        icon=icon,
        title=stage.name,
        tone="good" if stage.kind == Stage.Kind.WON else "",
        subject=deal.title or deal.reference,
        detail=_detail(deal, stage, shown(deal.amount, actor.tenant.currency)),
        url=reverse("deal_detail", args=[actor.tenant.slug, deal.pk]),
        actor_name=change.actor.full_name if change.actor else "",
        all_day=True,
    )


def _detail(deal: Deal, stage: Stage, amount: str) -> str:
    """What was sold for how much, or why it was not."""
    if stage.kind == Stage.Kind.LOST:
        return str(deal.get_loss_reason_display()) if deal.loss_reason else ""
    if deal.amount is None or deal.product is None:
        return amount if deal.amount is not None else (deal.product.name if deal.product else "")
    return gettext("%(product)s, %(amount)s") % {"product": deal.product.name, "amount": amount}


TIMELINE = TimelineSource(_TIMELINE, _("Deals"), "briefcase", "deals.view", _entries, order=30)


# --- What waits for somebody ------------------------------------------------------------------------------------------


def _overdue_steps(actor: Actor, as_of: date, limit: int) -> list[Waiting]:
    """One's own open deals whose next step has not been done."""
    late = _own_open(actor).filter(next_step_on__lt=as_of).order_by("next_step_on", "id")
    return [
        Waiting(
            title=_name(deal),
            detail=_was_due(deal.next_step, deal.next_step_on or as_of),
            url=reverse("deal_detail", args=[actor.tenant.slug, deal.pk]),
            urgency="warn",
            since=deal.next_step_on,
        )
        for deal in late[:limit]
    ]


def _was_due(step: str, day: date) -> str:
    told = {"step": step, "day": date_format(day, "SHORT_DATE_FORMAT")}
    return gettext("%(step)s, was due on %(day)s") % told if step else gettext("next step was due on %(day)s") % told


def _own_open(actor: Actor) -> QuerySet[Deal]:
    own: QuerySet[Deal] = Deal.objects.filter(owner=actor.member, closed_on__isnull=True).select_related("customer")
    return own


def _name(deal: Deal) -> str:
    return deal.customer.name if deal.customer else deal.title or deal.reference


OVERDUE_STEPS = WaitingSource("deal-steps", "deals.edit", _overdue_steps, (Role.REP, Role.MANAGER))


# --- Handover ---------------------------------------------------------------------------------------------------------


def _count(actor: Actor, from_member_id: int, as_of: date) -> int:
    return Deal.objects.filter(owner_id=from_member_id, closed_on__isnull=True).count()


@transaction.atomic
def _move(actor: Actor, from_member_id: int, to_member_id: int, as_of: date, chosen: Chosen) -> int:
    """Open deals, and the former owner's direct share of them, go to the other member; closed ones stay."""
    held = Deal.objects.select_for_update().filter(owner_id=from_member_id, closed_on__isnull=True)
    if not chosen.is_everything:
        held = held.filter(Q(pk__in=chosen.deals or ()) | Q(customer_id__in=chosen.customers or ()))
    found: Sequence[tuple[int, int]] = list(held.order_by("id").values_list("id", "version"))
    ids = [id for id, _ in found]
    Deal.objects.filter(pk__in=ids).update(owner_id=to_member_id, version=F("version") + 1)
    follow_owner(dict.fromkeys(ids, (from_member_id, to_member_id)))
    told = {"owner_id": [from_member_id, to_member_id]}
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor=actor.member,
            action="deal.changed",
            subject=f"pipeline.deal:{id}",
            data={"version": version + 1, "changes": told},
        )
        for id, version in found
    )
    return len(ids)


HANDOVER = HandoverStep("deals", _("Open deals"), 20, _count, _move)
