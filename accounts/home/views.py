"""The first pages: before a company, choosing one, and the home page inside it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_cookie

from accounts.access.navigation import counts_for
from accounts.access.views import TenantRequest, needs, today
from accounts.home import spans
from accounts.home.panels import home_panels
from accounts.home.selectors import last_night_ended, teams_led
from accounts.home.steps import first_steps
from accounts.home.waiting import waiting_for
from accounts.jobs import selectors
from accounts.people.models import Role
from accounts.people.selectors import companies_of
from salesops.lib import clock
from salesops.lib.htmx import redirect, render

_COUNTS_SECONDS = 30  # that long a browser may go from page to page without asking for the numbers again
_BY_PERIOD = {Role.MANAGER, Role.EXECUTIVE}  # their figures can be those of a month, a quarter or a year


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Signed out: what this is. Signed in: the one company, or a choice of several, or how to get one."""
    if not request.user.is_authenticated:
        return render(request, "landing.html")
    companies = companies_of(request.user.pk, clock.now())
    if len(companies) == 1:
        return redirect(request, "tenant_home", companies[0].slug)
    return render(request, "accounts/home/choose.html", {"companies": companies})


@require_GET
@needs("people.view")
def tenant_home(request: TenantRequest) -> HttpResponse:
    """The day's cards by role, each loaded from the app that owns its numbers; for a new company the first steps."""
    day, role = today(request), request.actor.main_role
    context: dict[str, Any] = {
        "panels": home_panels.shown_to(request.actor),
        "role": role.value if role else "",
        "today": day,
        "hour": clock.now().astimezone(ZoneInfo(request.tenant.time_zone)).hour,
        "steps": first_steps(request.actor),
    }
    if role in _BY_PERIOD:
        span = spans.read_span(request.GET)
        period = request.tenant.calendar.containing(day, span)
        context |= {
            "teams": teams_led(request.actor, day) if role is Role.MANAGER else [],
            "span": span,
            "spans": spans.choices(span),
            "period": period,
            "day_number": (day - period.start).days + 1,
            "night_ended": last_night_ended(),
        }
    return render(request, "accounts/home/tenant_home.html", context)


@require_GET
@needs("people.view")
def waiting_panel(request: TenantRequest) -> HttpResponse:
    """What waits for the reader, from every room that has something; the most urgent first."""
    return render(request, "accounts/home/_waiting.html", {"waiting": waiting_for(request.actor, today(request))})


@require_GET
@needs("jobs.view")
def night_panel(request: TenantRequest) -> HttpResponse:
    """How the last night went, step by step."""
    nights = selectors.nights(limit=1)
    return render(request, "accounts/home/_night.html", {"night": nights[0] if nights else None})


@require_GET
@needs("people.view")
@cache_control(private=True, max_age=_COUNTS_SECONDS)
@vary_on_cookie
def navigation_counts(request: TenantRequest) -> HttpResponse:
    """The numbers beside the navigation's entries, put into their places wherever these are on the page."""
    return render(request, "accounts/home/_counts.html", {"counts": counts_for(request.actor, today(request))})
