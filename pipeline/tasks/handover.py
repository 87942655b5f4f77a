"""Open tasks as a part of a handover."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.audit.services import record
from pipeline.handover.registry import Chosen, HandoverStep
from pipeline.tasks.models import Task


def _count(actor: Actor, from_member_id: int, as_of: date) -> int:
    """The handover's step “tasks”: how many are open."""
    return _open(from_member_id).count()


def _move(actor: Actor, from_member_id: int, to_member_id: int, as_of: date, chosen: Chosen) -> int:
    """The handover's step “tasks”: what is open goes with its customer or deal, or all of it with everything."""
    tasks = _open(from_member_id)
    if not chosen.is_everything:
        tasks = tasks.filter(Q(customer_id__in=chosen.customers or ()) | Q(deal_id__in=chosen.deals or ()))
    ids = list(tasks.select_for_update().order_by("id").values_list("id", flat=True))
    Task.objects.filter(pk__in=ids).update(owner_id=to_member_id, version=F("version") + 1)
    for id in ids:
        named = f"{Task._meta.label_lower}:{id}"
        record(actor=actor, action="task.given", subject=named, before=from_member_id, owner=to_member_id)
    return len(ids)


def _open(member_id: int) -> QuerySet[Task]:
    tasks: QuerySet[Task] = Task.objects.filter(owner_id=member_id, done_at__isnull=True)
    return tasks


HANDOVER = HandoverStep("tasks", _("Open tasks"), 30, _count, _move)
