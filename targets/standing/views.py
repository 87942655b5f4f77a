"""The cards of the home page that targets fill, for a manager's teams or the whole company."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access.views import TenantRequest, needs, today
from accounts.home.spans import period_of
from salesops.lib.htmx import render
from targets.standing import pages, selectors
from targets.standing.regions import by_region
from targets.standing.team import heat_map


@require_GET
@needs("targets.view")
def strip_panel(request: TenantRequest) -> HttpResponse:
    """Attainment, booked, landing, needed a day, coverage: one line across the page."""
    day = today(request)
    period = period_of(request.tenant, request.GET, day)
    standing = selectors.standing(request.actor, period, day)
    covered = selectors.coverage(request.actor, period, day, standing.reached.gap) if standing else None
    context = {"standing": standing, "coverage": covered, "period": period}
    return render(request, "targets/standing/_strip.html", context)


@require_GET
@needs("targets.view")
def pace_panel(request: TenantRequest) -> HttpResponse:
    day = today(request)
    period = period_of(request.tenant, request.GET, day)
    standing = selectors.standing(request.actor, period, day)
    chart = pages.pace_chart_of(standing, request.tenant.currency, day) if standing else None
    return render(request, "targets/standing/_pace.html", {"standing": standing, "chart": chart, "period": period})


@require_GET
@needs("targets.view")
def team_panel(request: TenantRequest) -> HttpResponse:
    """The heat map of people, or of teams for who sees the whole company."""
    day = today(request)
    period = period_of(request.tenant, request.GET, day)
    found = heat_map(request.actor, period, day)
    return render(request, "targets/standing/_team.html", {"map": found, "period": period})


@require_GET
@needs("targets.view")
def region_panel(request: TenantRequest) -> HttpResponse:
    day = today(request)
    period = period_of(request.tenant, request.GET, day)
    return render(
        request, "targets/standing/_regions.html", {"places": by_region(request.actor, period, day), "period": period}
    )


@require_GET
@needs("targets.view")
def forecast_panel(request: TenantRequest) -> HttpResponse:
    day = today(request)
    period = period_of(request.tenant, request.GET, day)
    found = selectors.forecast(request.actor, period, day)
    deals_url = reverse("deal_list", kwargs={"tenant": request.tenant.slug})
    steps = pages.waterfall_of(found, request.tenant.currency, deals_url) if found else []
    return render(request, "targets/standing/_forecast.html", {"forecast": found, "steps": steps, "period": period})
