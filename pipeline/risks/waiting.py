"""What waits because of a risk: the home page's list, and the number beside the navigation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.access.actor import Actor
from accounts.access.policy import Scope, scope_of, visible_members
from accounts.home.waiting import Waiting, WaitingSource
from pipeline.risks.models import ACTIVE, Risk
from pipeline.risks.registry import Severity
from pipeline.risks.selectors import ORDER, RiskFilter, find_risks
from pipeline.risks.telling import tell

_COUNTED = 1000  # nobody reads a larger number, and counting 300,000 costs 200 ms (performance.md)


def waiting_risks(actor: Actor, as_of: date, limit: int) -> Sequence[Waiting]:
    """One's own that are high and that nobody has acknowledged, and those past their day: one's own, and for whoever
    leads a team its people's. Those who see the whole company have the board for that."""
    if actor.member is None:
        return ()
    late = Q(due_on__lt=as_of)
    if scope_of(actor, "risks.view") is Scope.TEAM:
        late &= Q(owner_id__in=visible_members(actor, "risks.view", as_of) or ())
    else:
        late &= Q(owner_id=actor.member.pk)
    unseen = Q(owner_id=actor.member.pk, severity=Severity.HIGH, state=Risk.State.OPEN)
    risks = find_risks(actor, as_of, RiskFilter()).filter(late | unseen).order_by(*ORDER)[:limit]
    return [_waiting(actor, risk, as_of) for risk in risks]


def _waiting(actor: Actor, risk: Risk, as_of: date) -> Waiting:
    shown = tell(risk, as_of, actor.tenant.currency)
    if risk.due_on is not None and shown.overdue:
        due = date_format(risk.due_on, "DATE_FORMAT")
        detail = gettext("to be dealt with by %(day)s; %(detail)s") % {"day": due, "detail": shown.detail}
    else:
        detail = shown.detail
    url = reverse("risk_detail", kwargs={"tenant": actor.tenant.slug, "risk_id": risk.pk})
    is_open = risk.state == Risk.State.OPEN
    return Waiting(
        title=shown.title,
        detail=detail,
        url=url,
        urgency="risk" if shown.overdue or shown.tone == "risk" else "warn",
        since=risk.due_on if shown.overdue else risk.opened_on,
        action=gettext("Acknowledge") if is_open else "",
    )


def active_count(actor: Actor, as_of: date) -> int:
    """How many ask for something in the actor's scope, counted no further than a thousand."""
    members = visible_members(actor, "risks.view", as_of)
    risks = Risk.objects.filter(state__in=ACTIVE)
    if members is not None:
        risks = risks.filter(owner_id__in=members)
    return int(risks.order_by()[:_COUNTED].count())


WAITING = WaitingSource("risks", "risks.view", waiting_risks)
