"""`manage.py split_target`: set a quarter's company target, split it over the whole tree and, if asked, approve it.

Run again, it works on the open draft, or makes the next version, which supersedes the approved one. If the approved
version already says the same, nothing is changed and the exit status is 0.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts.access.actor import Actor
from accounts.tenancy.command import TenantCommand
from accounts.tenancy.models import Tenant
from salesops.lib import clock
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.money import plain, to_minor
from targets.cascade.approval import approve, discard, same_targets, submit
from targets.cascade.methods import get_cascading
from targets.cascade.models import TargetNode, TargetPlan
from targets.cascade.services import set_target, split_below
from targets.cascade.tree import parse_levels


class Command(TenantCommand):
    help = "Sets a company target for a quarter and splits it down to the reps."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--metric", required=True, help="bookings")
        parser.add_argument("--period", required=True, help="a quarter: 2017-Q4")
        parser.add_argument("--amount", required=True, help="the company's target in whole currency: 3578706")
        parser.add_argument("--levels", default="region,team,rep", help="region,team,rep or part of it, in that order")
        parser.add_argument("--method", default="last-period-share", help="last-period-share or evenly")
        parser.add_argument("--step", default="1", help="amounts are multiples of it, in whole currency")
        parser.add_argument("--approve", action="store_true", help="submit and approve as the operator")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        with transaction.atomic():
            said = _run(Actor.operator(tenant), options)
        self.stdout.write(said)


def _run(actor: Actor, options: dict[str, Any]) -> str:
    get_cascading(options["method"])
    plan = _draft(actor, options)
    split_below(actor=actor, node=TargetNode.objects.get(plan=plan, parent=None), method=options["method"])
    standing = TargetPlan.objects.filter(metric=plan.metric, period=plan.period, state="approved").first()
    if options["approve"] and standing is not None and same_targets(standing, plan):
        discard(actor=actor, plan=plan)
        return f"Unchanged: version {standing.number} of {plan.period} already has these targets."
    if options["approve"]:
        submit(actor=actor, plan=plan, as_of=clock.now())
        plan = approve(actor=actor, plan=plan, as_of=clock.now())
    return _summary(plan, options)


def _draft(actor: Actor, options: dict[str, Any]) -> TargetPlan:
    """A new draft in the place of an open one. One that waits for approval is left to its approver."""
    levels = parse_levels(options["levels"])
    amount = to_minor(options["amount"], actor.tenant.currency, "amount")
    step = to_minor(options["step"], actor.tenant.currency, "step")
    same_period = TargetPlan.objects.filter(metric=options["metric"], period=options["period"])
    if (submitted := same_period.filter(state="submitted").first()) is not None:
        message = gettext_noop("Version %(number)s of %(period)s waits for approval; approve it or send it back first.")
        raise DomainError("in_review", message, "period", number=submitted.number, period=submitted.period)
    if (draft := same_period.filter(state="draft").first()) is not None:
        discard(actor=actor, plan=draft)
    return set_target(
        actor=actor, metric=options["metric"], period=options["period"], amount=amount, step=step, levels=levels
    )


def _summary(plan: TargetPlan, options: dict[str, Any]) -> str:
    nodes = TargetNode.objects.filter(plan=plan)
    counted = ", ".join(
        f"{nodes.filter(kind=kind).count()} {kind.label.lower()}s" for kind in TargetNode.Kind if kind != "company"
    )
    amount = plain(to_minor(options["amount"], plan.currency), plan.currency)
    return f"{plan.period} {plan.metric}: {amount} {plan.currency} over {counted}; version {plan.number} {plan.state}."
