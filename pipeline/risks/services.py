"""What people do about risks: acknowledge, plan, mitigate, close, mute, enter one by hand; and what is watched for.

Every service locks the risk; those that change its state compare `version` with the one the actor has seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import get_visible, may, require
from accounts.audit.services import record
from accounts.people.models import Member
from pipeline.customers.selectors import visible_customers
from pipeline.deals.models import Deal
from pipeline.risks.models import ENTERED, Risk, RiskEvent, RiskSetting, RiskStep
from pipeline.risks.registry import Severity, find_detector
from pipeline.risks.rules import Rule, rule_of
from pipeline.risks.upkeep import DUE_DAYS
from salesops.lib.errors import DomainError, NotVisible, gettext_noop
from salesops.lib.periods import check_day

_State, _What = Risk.State, RiskEvent.What
_LONGEST_MUTE = timedelta(days=365)  # chosen: what is to be quiet for longer is to be closed
_MOST_STEPS = 50


# --- States ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def acknowledge(*, actor: Actor, risk_id: int, version: int, at: datetime) -> Risk:
    """Somebody has seen it and answers for it."""
    risk = _locked(actor, risk_id, version, at)
    if risk.state != _State.OPEN:
        raise DomainError("not_open", gettext_noop("Only an open risk can be acknowledged."))
    risk.state = _State.ACKNOWLEDGED
    return _saved(actor, risk, _What.ACKNOWLEDGED, at)


@transaction.atomic
def mitigate(*, actor: Actor, risk_id: int, version: int, at: datetime) -> Risk:
    """Something is being done about it. The first step of a plan says so by itself."""
    risk = _locked(actor, risk_id, version, at)
    if risk.state not in {_State.OPEN, _State.ACKNOWLEDGED}:
        raise DomainError("not_open", gettext_noop("Only a risk that waits can begin to be mitigated."))
    risk.state = _State.MITIGATING
    return _saved(actor, risk, _What.MITIGATING, at)


@transaction.atomic
def close(*, actor: Actor, risk_id: int, version: int, note: str, at: datetime) -> Risk:
    """Done with, and why. It stays closed while its cause lasts, unless that becomes worse."""
    risk = _locked(actor, risk_id, version, at)
    _must_live(risk)
    risk.close_note = _text(note, "note", 400, gettext_noop("Say in a few words why it is closed."))
    risk.state, risk.closed_on, risk.ending = _State.CLOSED, _day(actor, at), Risk.Ending.HAND
    risk.muted_until, risk.mute_reason = None, ""
    return _saved(actor, risk, _What.CLOSED, at, note=risk.close_note)


@transaction.atomic
def mute(*, actor: Actor, risk_id: int, version: int, until: date, reason: str, at: datetime) -> Risk:
    """Keep it quiet to the end of that day, for a reason. A day that is past is refused."""
    risk = _locked(actor, risk_id, version, at)
    _must_live(risk)
    today = _day(actor, at)
    check_day(until, "until")
    if until < today:
        raise DomainError("past", gettext_noop("That day is past; nothing was muted."), "until")
    if until > today + _LONGEST_MUTE:
        raise DomainError("too_far", gettext_noop("Mute it for a year at most, or close it."), "until")
    risk.mute_reason = _text(reason, "reason", 200, gettext_noop("Say in a few words why it is muted."))
    risk.state, risk.muted_until = _State.MUTED, until
    return _saved(actor, risk, _What.MUTED, at, until=until.isoformat(), reason=risk.mute_reason)


@transaction.atomic
def reopen(*, actor: Actor, risk_id: int, version: int, at: datetime) -> Risk:
    """Open again what was muted or closed by hand. One that closed by itself comes back when its cause does."""
    risk = _locked(actor, risk_id, version, at)
    if risk.state not in {_State.MUTED, _State.CLOSED}:
        raise DomainError("is_open", gettext_noop("The risk is open already."))
    if risk.state == _State.CLOSED and (risk.ending != Risk.Ending.HAND or risk.gone_on is not None):
        raise DomainError("cause_gone", gettext_noop("Its cause is gone; it opens by itself if that comes back."))
    risk.state, risk.muted_until, risk.mute_reason = _State.OPEN, None, ""
    risk.closed_on, risk.ending, risk.close_note = None, "", ""
    return _saved(actor, risk, _What.REOPENED, at)


# --- The plan of response --------------------------------------------------------------------------------------------
# Steps are written under the risk's lock and have no version: ticking two of them off is no conflict.


@transaction.atomic
def add_step(*, actor: Actor, risk_id: int, text: str, due_on: date | None, at: datetime) -> RiskStep:
    """Plan a step. With it the risk is being mitigated."""
    risk = _live(actor, risk_id, at)
    text = _text(text, "text", 200, gettext_noop("Say what is to be done."))
    check_day(due_on, "due_on")
    if due_on is not None and due_on < _day(actor, at):
        raise DomainError("past", gettext_noop("That day is past."), "due_on")
    if risk.steps.count() >= _MOST_STEPS:
        raise DomainError("too_many", gettext_noop("A plan has at most %(most)s steps."), most=_MOST_STEPS)
    step: RiskStep = RiskStep.objects.create(risk=risk, text=text, due_on=due_on, created_by=actor.member)
    if risk.state in {_State.OPEN, _State.ACKNOWLEDGED}:
        risk.state = _State.MITIGATING
        risk.version += 1
        risk.save(update_fields=["state", "version"])
    _told(actor, risk, _What.STEP, at, text=text)
    return step


@transaction.atomic
def set_step(*, actor: Actor, risk_id: int, step_id: int, done: bool, at: datetime) -> RiskStep:
    """The step is done, or not done after all. Said twice, it changes nothing."""
    risk = _live(actor, risk_id, at)
    step = _step(risk, step_id)
    if done != (step.done_on is not None):
        step.done_on, step.done_by = (_day(actor, at), actor.member) if done else (None, None)
        step.save(update_fields=["done_on", "done_by"])
        _told(actor, risk, _What.STEP_DONE if done else _What.STEP_UNDONE, at, text=step.text)
    return step


@transaction.atomic
def remove_step(*, actor: Actor, risk_id: int, step_id: int, at: datetime) -> None:
    risk = _live(actor, risk_id, at)
    step = _step(risk, step_id)
    step.delete()
    _told(actor, risk, _What.STEP_REMOVED, at, text=step.text)


# --- Entered by hand -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RiskValues:
    """What somebody enters. Without an owner it is the deal's, else the customer's, else the one who enters it."""

    title: str
    severity: int
    note: str = ""
    customer_id: int | None = None
    deal_id: int | None = None
    owner_id: int | None = None
    due_on: date | None = None


@transaction.atomic
def enter(*, actor: Actor, values: RiskValues, at: datetime) -> Risk:
    """A risk that no detector finds. Refuses customers, deals and owners outside the actor's reach."""
    require(actor, "risks.edit")
    today = _day(actor, at)
    if values.severity not in Severity.values:
        raise DomainError("unknown_severity", gettext_noop("There is no such severity."), "severity")
    check_day(values.due_on, "due_on")
    if values.due_on is not None and values.due_on < today:
        raise DomainError("past", gettext_noop("That day is past."), "due_on")
    deal, customer_id, owner_id = _about(actor, values, today)
    if not may(actor, "risks.edit", as_of=today, owner_id=owner_id):
        message = gettext_noop("There is no such member among those whose risks you may enter.")
        raise DomainError("unknown_member", message, "owner")
    risk: Risk = Risk.objects.create(
        kind=ENTERED,
        title=_text(values.title, "title", 160, gettext_noop("Say in a few words what may go wrong.")),
        note=values.note.strip()[:4000],
        severity=values.severity,
        owner_id=owner_id,
        customer_id=customer_id,
        deal=deal,
        opened_on=today,
        due_on=values.due_on or today + timedelta(days=DUE_DAYS[Severity(values.severity)]),
    )
    _told(actor, risk, _What.RAISED, at, severity=risk.severity, title=risk.title)
    return risk


def _about(actor: Actor, values: RiskValues, today: date) -> tuple[Deal | None, int | None, int | None]:
    """The deal, the customer and the owner of what is entered."""
    deal: Deal | None = None
    customer = None
    if values.deal_id is not None:
        try:
            deal = get_visible(actor, "deals.view", Deal.objects.all(), as_of=today, pk=values.deal_id)
        except NotVisible:
            raise DomainError("unknown_deal", gettext_noop("There is no such deal."), "deal") from None
    customer_id = values.customer_id or (deal.customer_id if deal else None)
    if customer_id is not None:
        customer = visible_customers(actor, today).filter(pk=customer_id).first()
        if customer is None:
            raise DomainError("unknown_customer", gettext_noop("There is no such customer."), "customer")
    if deal is not None and customer is not None and deal.customer_id not in {None, customer.pk}:
        raise DomainError("other_customer", gettext_noop("That deal is another customer’s."), "deal")
    if values.owner_id is not None:
        if not Member.objects.filter(pk=values.owner_id).exists():
            raise DomainError("unknown_member", gettext_noop("There is no such member."), "owner")
        return deal, customer_id, values.owner_id
    owners = (deal.owner_id if deal else None, customer.owner_id if customer else None)
    own = actor.member.pk if actor.member else None
    return deal, customer_id, next((owner for owner in owners if owner is not None), own)


# --- What is watched -------------------------------------------------------------------------------------------------


@transaction.atomic
def set_rule(
    *, actor: Actor, kind: str, version: int, enabled: bool, severity: int, parameters: Mapping[str, int]
) -> Rule:
    """How the company watches a kind, from the next night on. Parameters that are left out stay as they are."""
    require(actor, "risks.settings")
    detector = find_detector(kind)
    if detector is None:
        raise NotVisible
    if severity not in Severity.values:
        raise DomainError("unknown_severity", gettext_noop("There is no such severity."), "severity")
    setting = RiskSetting.objects.select_for_update().filter(kind=kind).first()
    rule = rule_of(detector, setting)
    if rule.version != version:
        message = gettext_noop("Somebody changed this meanwhile. Nothing was saved; look at it again.")
        raise DomainError("conflict", message)
    known = {parameter.name: parameter for parameter in detector.parameters}
    for name, value in parameters.items():
        if name not in known:
            raise DomainError("unknown_parameter", gettext_noop("There is no such parameter."), name)
        known[name].check(value)
    setting = setting or RiskSetting(kind=kind, version=0)
    setting.enabled, setting.severity, setting.parameters = enabled, severity, {**rule.parameters, **parameters}
    setting.version += 1
    setting.save()
    record(
        actor=actor,
        action="risk.rule_set",
        subject=setting,
        kind=kind,
        enabled=enabled,
        severity=severity,
        parameters=setting.parameters,
    )
    return rule_of(detector, setting)


# --- Shared ----------------------------------------------------------------------------------------------------------


def _reached(actor: Actor, risk_id: int, at: datetime) -> Risk:
    """The risk, which neither the night nor anybody else changes until the end of this."""
    require(actor, "risks.edit")
    risks = Risk.objects.select_for_update()
    risk: Risk = get_visible(actor, "risks.edit", risks, as_of=_day(actor, at), pk=risk_id)
    return risk


def _live(actor: Actor, risk_id: int, at: datetime) -> Risk:
    risk = _reached(actor, risk_id, at)
    _must_live(risk)
    return risk


def _locked(actor: Actor, risk_id: int, version: int, at: datetime) -> Risk:
    """The same, refused when it is not as the actor has seen it."""
    risk = _reached(actor, risk_id, at)
    if risk.version != version:
        message = gettext_noop("Somebody changed this risk meanwhile. Nothing was saved; look at it again.")
        raise DomainError("conflict", message)
    return risk


def _saved(actor: Actor, risk: Risk, what: RiskEvent.What, at: datetime, **data: Any) -> Risk:
    risk.version += 1
    risk.save()
    _told(actor, risk, what, at, **data)
    return risk


def _told(actor: Actor, risk: Risk, what: RiskEvent.What, at: datetime, **data: Any) -> None:
    """In the risk's own history, which its page shows, and in the company's audit trail."""
    RiskEvent.objects.create(risk=risk, what=what, day=_day(actor, at), at=at, actor=actor.member, data=data)
    record(actor=actor, action=f"risk.{what}", subject=risk, version=risk.version, **data)


def _must_live(risk: Risk) -> None:
    if risk.state == _State.CLOSED:
        raise DomainError("is_closed", gettext_noop("The risk is closed; open it again first."))


def _step(risk: Risk, step_id: int) -> RiskStep:
    step: RiskStep | None = risk.steps.filter(pk=step_id).first()
    if step is None:
        raise NotVisible
    return step


def _text(text: str, field: str, most: int, missing: str) -> str:
    text = " ".join(text.replace("\0", "").split())
    if not text:
        raise DomainError("required", missing, field)
    if len(text) > most:
        raise DomainError("too_long", gettext_noop("At most %(most)s characters."), field, most=most)
    return text


def _day(actor: Actor, at: datetime) -> date:
    return actor.tenant.day_of(at)
