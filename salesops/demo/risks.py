"""Risks of the demo company: found by its nights, dealt with by its people, nothing made up but what they say."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.access.actor import Actor
from accounts.jobs.services import run_inline
from accounts.people.models import Member
from accounts.tenancy.models import Tenant
from pipeline.risks import night
from pipeline.risks.models import Risk
from pipeline.risks.registry import Severity
from pipeline.risks.selectors import ORDER, RiskFilter, find_risks
from pipeline.risks.services import RiskValues, acknowledge, add_step, close, enter, mute, set_step
from salesops.nightly import beginning_of

_NIGHTS = (33, 16, 8, 3, 1)  # days ago; the night of today is the company's own, with everything else


def fill(tenant: Tenant, today: date, rng: random.Random) -> None:
    """A month of nights, and after each what somebody did about what it had found."""
    for ago in _NIGHTS:
        day = today - timedelta(days=ago)
        run_inline(
            actor=Actor.operator(tenant),
            kind=night.NAME,
            period=day.isoformat(),
            input_version="demo",
            as_of=beginning_of(day, tenant.time_zone),
        )
        with transaction.atomic():
            if ago == 8:
                _a_rep_plans(_Desk(tenant, "Viktor Hale", day), "Call their head of purchasing about the budget", rng)
            if ago == 3:
                _a_rep_plans(_Desk(tenant, "陈立文", day), "给采购负责人打电话，确认预算", rng)
                _a_rep_hears(_Desk(tenant, "陈立文", day))
                _a_manager_looks(_Desk(tenant, "Ruben Castro", day))


class _Desk:
    """Somebody at work, at half past nine of that day."""

    def __init__(self, tenant: Tenant, name: str, day: date) -> None:
        self.actor = Actor(tenant, Member.objects.get(full_name=name))
        self.day = day
        self.at = datetime.combine(day, time(9, 30), ZoneInfo(tenant.time_zone))

    def risks(self, narrowed: RiskFilter | None = None) -> list[Risk]:
        return list(find_risks(self.actor, self.day, narrowed or RiskFilter(state="open")).order_by(*ORDER))


def _a_rep_plans(desk: _Desk, call: str, rng: random.Random) -> None:
    """A rep goes through the own list: a call for the first, done by now, and the second is acknowledged."""
    mine = desk.risks()
    for risk in mine[:1]:
        reached: dict[str, Any] = {"actor": desk.actor, "risk_id": risk.pk, "at": desk.at}
        step = add_step(**reached, text=call, due_on=desk.day + timedelta(days=2))
        add_step(**reached, text="Demo, 现场演示", due_on=desk.day + timedelta(days=rng.randint(9, 14)))
        set_step(**reached, step_id=step.pk, done=True)
    for risk in mine[1:2]:
        acknowledge(actor=desk.actor, risk_id=risk.pk, version=risk.version, at=desk.at)


def _a_rep_hears(desk: _Desk) -> None:
    values = RiskValues(
        title="客户正在比较另一家供应商的报价",
        severity=int(Severity.MEDIUM),
        note="对方采购经理透露，竞品报价低 5 %，但交货期长三周。",
    )
    enter(actor=desk.actor, values=values, at=desk.at)


def _a_manager_looks(desk: _Desk) -> None:
    """The worst gets a step, the next are acknowledged, muted and closed; and one that no detector finds is entered."""
    for number, risk in enumerate(desk.risks()):
        reached: dict[str, Any] = {"actor": desk.actor, "risk_id": risk.pk, "at": desk.at}
        if number == 0:
            step = "Go there together and bring the service quote"
            add_step(**reached, text=step, due_on=desk.day + timedelta(days=7))
        elif number == 1:
            acknowledge(**reached, version=risk.version)
        elif number == 2:
            until = desk.day + timedelta(days=20)
            mute(**reached, version=risk.version, until=until, reason="They are at the trade fair until then")
        elif number == 3:
            close(**reached, version=risk.version, note="Agreed on the phone; the contract comes next week")
        elif number == 4:
            _a_competitor(desk, risk)


def _a_competitor(desk: _Desk, about: Risk) -> None:
    values = RiskValues(
        title="A competitor offers eight per cent less",
        severity=int(Severity.HIGH),
        note="Their buyer said so on Thursday. We hold the price and offer faster delivery.",
        customer_id=about.customer_id,
        deal_id=about.deal_id,
        due_on=desk.day + timedelta(days=10),
    )
    enter(actor=desk.actor, values=values, at=desk.at)
