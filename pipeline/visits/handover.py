"""Planned visits as a part of a handover. What took place stays with whoever was there."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.audit.services import record
from pipeline.handover.registry import Chosen, HandoverStep
from pipeline.visits.models import Visit


def _count(actor: Actor, from_member_id: int, as_of: date) -> int:
    return _planned(from_member_id).count()


def _move(actor: Actor, from_member_id: int, to_member_id: int, as_of: date, chosen: Chosen) -> int:
    """What is planned goes with its customer or deal, or all of it with everything."""
    visits = _planned(from_member_id)
    if not chosen.is_everything:
        visits = visits.filter(Q(customer_id__in=chosen.customers or ()) | Q(deal_id__in=chosen.deals or ()))
    ids = list(visits.select_for_update().order_by("id").values_list("id", flat=True))
    Visit.objects.filter(pk__in=ids).update(owner_id=to_member_id, version=F("version") + 1)
    for id in ids:
        named = f"{Visit._meta.label_lower}:{id}"
        record(actor=actor, action="visit.given", subject=named, before=from_member_id, owner=to_member_id)
    return len(ids)


def _planned(member_id: int) -> QuerySet[Visit]:
    visits: QuerySet[Visit] = Visit.objects.filter(owner_id=member_id, state=Visit.State.PLANNED)
    return visits


HANDOVER = HandoverStep("visits", _("Planned visits"), 40, _count, _move)
