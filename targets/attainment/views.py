"""Attainment: what every node of the plan in force has reached, and the lines behind it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.access.views import TenantRequest, needs, today
from salesops.lib.htmx import render
from targets.attainment.selectors import Standing, plan_of_today, plans_in_force, standings
from targets.cascade.addresses import View
from targets.cascade.models import TargetPlan
from targets.cascade.selectors import shown_tree


@require_GET
@needs("targets.view")
def attainment(request: TenantRequest) -> HttpResponse:
    """The plan that runs today, or the one of `?period=`."""
    day = today(request)
    plans = plans_in_force(request.actor, day)
    asked = request.GET.get("period")
    plan = next((plan for plan in plans if plan.period == asked), None) or plan_of_today(plans, day)
    context: dict[str, Any] = {"plan": plan, "plans": _choices(plans, plan), "today": day}
    if plan is not None:
        view = View.read(request.GET)
        tree = shown_tree(request.actor, day, plan, view.opened)
        found = standings(request.actor, plan, tree, day)
        context |= {"rows": _with_toggles(found, plan, tree.opened), "top": found[0] if found else None}
    return render(request, "targets/attainment/attainment.html", context, fragment="targets/attainment/_standings.html")


def _choices(plans: list[TargetPlan], current: TargetPlan | None) -> list[dict[str, Any]]:
    return [
        {
            "label": plan.period,
            "url": f"?period={plan.period}",
            "current": current is not None and plan.pk == current.pk,
        }
        for plan in plans[:4]
    ]


def _with_toggles(found: list[Standing], plan: TargetPlan, opened: frozenset[int]) -> list[tuple[Standing, str]]:
    """Each row with the address that opens or closes it; a leaf has none."""
    return [
        (row, "" if row.node.leaf else f"{View().toggling(row.node.pk, opened).query()}&period={plan.period}")
        for row in found
    ]
