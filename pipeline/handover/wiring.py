"""The places that this room fills: the navigation, the night, what waits, and what people are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.actor import Actor
from accounts.access.navigation import Entry
from accounts.access.navigation import register as register_entry
from accounts.access.panels import Panel
from accounts.home.waiting import Waiting, WaitingSource
from accounts.home.waiting import register as register_waiting
from accounts.jobs.registry import register as register_job
from accounts.notifications.registry import register as register_kind
from accounts.people.panels import member_panels
from pipeline.handover import selectors
from pipeline.handover.kinds import KINDS
from pipeline.handover.models import Handover
from pipeline.handover.night import HANDOVERS

ENTRY = Entry("people", 60, gettext_lazy("Handovers"), "handover_list", "arrows-exchange", "handovers.manage")
PANEL = Panel("handovers", gettext_lazy("What they look after"), "member_handovers", "handovers.manage", place="main")


def fill_slots() -> None:
    """Called once, when the app is ready."""
    register_entry(ENTRY)
    member_panels.register(PANEL)
    register_job(HANDOVERS)
    register_kind(*KINDS)
    register_waiting(WaitingSource("handovers", "handovers.view", _waiting))


def _waiting(actor: Actor, as_of: date, limit: int) -> Sequence[Waiting]:
    """What waits for one's approval, then what one will take over."""
    if actor.member is None:
        return []
    return [
        _to_approve(actor, one) if one.state == Handover.State.WAITING else _coming(actor, one)
        for one in selectors.waiting_for(actor, actor.member, as_of, limit)
    ]


def _to_approve(actor: Actor, handover: Handover) -> Waiting:
    names = {"giver": handover.giver.full_name, "taker": handover.taker.full_name, "day": _day(handover)}
    return Waiting(
        title=_("Handover from %(giver)s to %(taker)s") % names,
        detail=_("It needs the approval of somebody who answers for %(taker)s; planned for %(day)s.") % names,
        url=_url(actor, handover),
        urgency="warn",
        since=handover.takes_effect_on,
        action=_("Review"),
    )


def _coming(actor: Actor, handover: Handover) -> Waiting:
    detail = handover.reason or _("Everything that they look after.")
    if not handover.everything:
        numbers = {"customers": len(handover.customer_ids), "deals": len(handover.deal_ids)}
        detail = _("Customers: %(customers)s, open deals: %(deals)s.") % numbers
    return Waiting(
        title=_("You take over from %(giver)s on %(day)s") % {"giver": handover.giver.full_name, "day": _day(handover)},
        detail=detail,
        url=_url(actor, handover),
        since=handover.takes_effect_on,
    )


def _day(handover: Handover) -> str:
    return date_format(handover.takes_effect_on, "SHORT_DATE_FORMAT")


def _url(actor: Actor, handover: Handover) -> str:
    return reverse("handover_detail", args=[actor.tenant.slug, handover.pk])
