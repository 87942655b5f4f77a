"""Writing plans: a new plan, a new version of it, and whom it is for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from accounts.people.models import Member, Role, Team
from incentives.engine import parse_plan
from incentives.plans.locks import take_turns
from incentives.plans.models import Plan, PlanAssignment, PlanVersion
from incentives.plans.reach import check_reach
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.periods import check_day


@dataclass(frozen=True, slots=True)
class Target:
    """Whom an assignment is for: exactly one of the three is set."""

    role: str = ""
    team: Team | None = None
    member: Member | None = None

    def __str__(self) -> str:
        return str(Role(self.role).label) if self.role else str(self.team or self.member)


def digest_of(document: object) -> str:
    """The same for two documents that differ in white space and the order of keys only."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@transaction.atomic
def create_plan(*, actor: Actor, name: str, effective_from: date, document: object) -> PlanVersion:
    """A new plan with its first version. Raises `DomainErrors` naming every problem of the document by its path."""
    require(actor, "plans.manage")
    name = " ".join(name.split())
    if not name:
        raise DomainError("required", gettext_noop("Give the plan a name."), "name")
    if len(name) > 120:
        raise DomainError("too_long", gettext_noop("Use at most 120 characters."), "name")
    take_turns()
    if Plan.objects.filter(name=name).exists():
        raise DomainError("taken", gettext_noop("There is already a plan named %(name)s."), "name", name=name)
    _check(actor, effective_from, document)
    plan: Plan = Plan.objects.create(name=name)
    record(actor=actor, action="plan.created", subject=plan, name=name)
    return add_version(actor=actor, plan=plan, effective_from=effective_from, document=document)


@transaction.atomic
def add_version(*, actor: Actor, plan: Plan, effective_from: date, document: object) -> PlanVersion:
    """What the plan says from that day on. The document that already holds then makes nothing new and is returned.

    Another document for the same day replaces the earlier one where nothing has been approved; both are kept. Approved
    months stay as they are: what the change means for them is booked as corrections in the first open month.
    """
    require(actor, "plans.manage")
    _check(actor, effective_from, document)
    Plan.objects.select_for_update().get(pk=plan.pk)
    versions = PlanVersion.objects.filter(plan=plan).order_by("-effective_from", "-number")
    current: PlanVersion | None = versions.filter(effective_from__lte=effective_from).first()
    digest = digest_of(document)
    if current is not None and (current.digest, current.effective_from) == (digest, effective_from):
        return current
    version: PlanVersion = PlanVersion.objects.create(
        plan=plan,
        number=versions.count() + 1,
        effective_from=effective_from,
        document=document,
        digest=digest,
        created_by=actor.member,
    )
    record(
        actor=actor,
        action="plan.version_added",
        subject=version,
        plan=plan.name,
        number=version.number,
        effective_from=str(effective_from),
        digest=digest,
    )
    return version


@transaction.atomic
def assign(*, actor: Actor, plan: Plan, target: Target, starts_on: date, ends_on: date | None = None) -> PlanAssignment:
    """Put a role, a team or a member on the plan.

    An open assignment of theirs to another plan that began earlier ends the day before; who is on the plan already
    stays so and nothing changes.
    """
    require(actor, "plans.manage")
    check_day(starts_on, "starts_on")
    check_day(ends_on, "ends_on")
    if ends_on is not None and ends_on < starts_on:
        raise DomainError("bad_dates", gettext_noop("The last day is before the first."), "ends_on")
    take_turns()
    others = _assignments_of(target).select_for_update()
    same: PlanAssignment | None = others.filter(plan=plan, starts_on__lte=starts_on, ends_on=ends_on).first()
    if same is not None:
        return same
    others.filter(starts_on__lt=starts_on, ends_on=None).update(ends_on=starts_on - timedelta(days=1))
    _refuse_overlap(others, target, starts_on, ends_on)
    assignment: PlanAssignment = PlanAssignment.objects.create(
        plan=plan,
        role=target.role,
        team=target.team,
        member=target.member,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    record(
        actor=actor,
        action="plan.assigned",
        subject=assignment,
        plan=plan.name,
        target=str(target),
        starts_on=str(starts_on),
        ends_on=str(ends_on or ""),
    )
    return assignment


@transaction.atomic
def end_assignment(*, actor: Actor, assignment_id: int, ends_on: date) -> None:
    """The last day on which the plan holds for its target; an earlier or a later one than was set before, too."""
    require(actor, "plans.manage")
    check_day(ends_on, "ends_on")
    take_turns()
    assignment = PlanAssignment.objects.select_for_update().filter(pk=assignment_id).first()
    if assignment is None:
        raise DomainError("unknown", gettext_noop("There is no such assignment."))
    if ends_on < assignment.starts_on:
        raise DomainError("bad_dates", gettext_noop("The last day is before the first."), "ends_on")
    target = Target(assignment.role, assignment.team, assignment.member)
    others = _assignments_of(target).exclude(pk=assignment.pk)
    _refuse_overlap(others, target, assignment.starts_on, ends_on, field="ends_on")
    assignment.ends_on = ends_on
    assignment.save(update_fields=["ends_on"])
    record(
        actor=actor,
        action="plan.assignment_ended",
        subject=assignment,
        plan=assignment.plan.name,
        target=str(target),
        ends_on=str(ends_on),
    )


def _check(actor: Actor, effective_from: date, document: object) -> None:
    """A version begins with a month, since a month's statement is computed by one version."""
    check_day(effective_from, "effective_from")
    if effective_from.day != 1:
        raise DomainError("mid_month", gettext_noop("A version begins on the first day of a month."), "effective_from")
    terms = parse_plan(document)
    check_reach(terms)
    if terms.currency != actor.tenant.currency:
        raise DomainError(
            "wrong_currency",
            gettext_noop("must be %(expected)s, the company's currency: conversion is not built yet"),
            "currency",
            expected=actor.tenant.currency,
        )


def _assignments_of(target: Target) -> QuerySet[PlanAssignment]:
    whose = {"role": target.role, "team": target.team, "member": target.member}
    found: QuerySet[PlanAssignment] = PlanAssignment.objects.filter(**{key: one for key, one in whose.items() if one})
    return found


def _refuse_overlap(
    others: QuerySet[PlanAssignment],
    target: Target,
    starts_on: date,
    ends_on: date | None,
    field: str = "starts_on",
) -> None:
    """Said here in words; the exclusion constraints say it for everybody who writes past this function."""
    shared = Q(ends_on=None) | Q(ends_on__gte=starts_on)
    if ends_on is not None:
        shared &= Q(starts_on__lte=ends_on)
    clash = others.filter(shared).select_related("plan").first()
    if clash is not None:
        raise DomainError(
            "overlap",
            gettext_noop("%(target)s: already on the plan %(plan)s from %(from)s."),
            field,
            **{"target": str(target), "plan": clash.plan.name, "from": clash.starts_on},
        )
