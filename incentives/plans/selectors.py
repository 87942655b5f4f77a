"""Reading plans for their pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from accounts.people.models import Dated
from incentives.engine import Plan as Terms
from incentives.engine import parse_plan
from incentives.plans.models import Plan, PlanAssignment, PlanVersion
from incentives.plans.words import ComponentWords, closing, describe
from salesops.lib.errors import NotVisible


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan in the list, with the version that holds today (else the first to come) and who is on it today."""

    plan: Plan
    version: PlanVersion | None
    assignments: list[PlanAssignment]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan with one of its versions in words."""

    plan: Plan
    version: PlanVersion
    versions: list[PlanVersion]
    current: PlanVersion | None
    components: list[ComponentWords]
    closing: list[str]
    assignments: list[PlanAssignment]
    terms: Terms


def plan_rows(as_of: date) -> list[PlanRow]:
    """By name. Three queries."""
    plans = Plan.objects.order_by("name").prefetch_related(
        Prefetch("versions", PlanVersion.objects.order_by("-effective_from", "-number")),
        Prefetch("assignments", PlanAssignment.objects.filter(Dated.on(as_of)).select_related("team", "member")),
    )
    return [PlanRow(plan, in_force(list(plan.versions.all()), as_of), list(plan.assignments.all())) for plan in plans]


def get_plan(plan_id: int) -> Plan:
    plan: Plan | None = Plan.objects.filter(pk=plan_id).first()
    if plan is None:
        raise NotVisible
    return plan


def get_assignment(assignment_id: int) -> PlanAssignment:
    found: PlanAssignment | None = (
        PlanAssignment.objects.select_related("plan", "team", "member").filter(pk=assignment_id).first()
    )
    if found is None:
        raise NotVisible
    return found


def plan_page(plan_id: int, as_of: date, number: int | None = None) -> PlanPage:
    """The plan with that version, or with the one in force. Three queries."""
    plan = get_plan(plan_id)
    versions = list(
        PlanVersion.objects.filter(plan=plan).select_related("created_by").order_by("-effective_from", "-number")
    )
    current = in_force(versions, as_of)
    version = current if number is None else next((one for one in versions if one.number == number), None)
    if version is None:
        raise NotVisible
    terms = parse_plan(version.document)
    for one in versions:
        one.plan = plan
    return PlanPage(
        plan=plan,
        version=version,
        versions=versions,
        current=current,
        components=describe(terms),
        closing=closing(terms),
        assignments=list(
            PlanAssignment.objects.filter(plan=plan)
            .select_related("team", "member")
            .order_by("-starts_on", "role", "team__name", "member__sort_name")
        ),
        terms=terms,
    )


def in_force(versions: list[PlanVersion], as_of: date) -> PlanVersion | None:
    """Of versions, newest first: the one that holds on the day, else the first to come."""
    began = next((version for version in versions if version.effective_from <= as_of), None)
    return began or (versions[-1] if versions else None)


def two_versions(plan_id: int, old: int, new: int) -> tuple[PlanVersion, PlanVersion]:
    found = {
        version.number: version
        for version in PlanVersion.objects.select_related("plan").filter(plan_id=plan_id, number__in=[old, new])
    }
    if old not in found or new not in found:
        raise NotVisible
    return found[old], found[new]
