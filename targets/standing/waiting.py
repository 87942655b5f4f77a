"""What targets have waiting: plans a colleague has submitted, and one's own drafts with something left to place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.actor import Actor
from accounts.home.waiting import Waiting, WaitingSource
from salesops.lib.templatetags.numbers import whole_amount
from targets.cascade.models import TargetPlan

_STATE = TargetPlan.State


def find(actor: Actor, as_of: date, limit: int) -> Sequence[Waiting]:
    """One query. Nobody approves what they have set or submitted, so that is not waiting for them."""
    own = Q(setter=actor.user_id) | Q(submitter=actor.user_id) | Q(set_by=actor.member) | Q(submitted_by=actor.member)
    mine = Q(set_by=actor.member, state=_STATE.DRAFT)
    plans = (
        TargetPlan.objects.filter(Q(Q(state=_STATE.SUBMITTED) & ~own) | mine)
        .annotate(left=Sum("nodes__cells__unassigned"))
        .order_by("starts_on", "id")
    )
    return [_waiting(actor, plan, plan.left or 0) for plan in plans[:limit]]


def _waiting(actor: Actor, plan: TargetPlan, left: int) -> Waiting:
    url = reverse("target_cascade", kwargs={"tenant": actor.tenant.slug, "plan_id": plan.pk})
    if plan.state == _STATE.SUBMITTED:
        day = plan.submitted_at.date() if plan.submitted_at else None
        title = _("Targets of %(period)s wait for approval") % {"period": plan.period}
        return Waiting(title, _("Submitted by a colleague"), url, "warn", day, _("Review"))
    title = _("Your targets of %(period)s are a draft") % {"period": plan.period}
    amount = whole_amount(left, plan.currency)
    detail = _("%(amount)s is left to place.") % {"amount": amount} if left else _("Everything is placed; submit them.")
    return Waiting(title, detail, url, "none", plan.starts_on, _("Open"))


SOURCE = WaitingSource("targets", "targets.approve", find)
