"""The first pages: before a company, choosing one, and the home page inside it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts.access.navigation import navigation_for
from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from accounts.home.panels import home_panels
from accounts.people.models import Member, Team, User
from accounts.people.selectors import companies_of
from salesops.lib import clock
from salesops.lib.htmx import redirect, render

_YEAR_SECONDS = 365 * 24 * 60 * 60
_NOT_WORK = {"home", "settings"}  # sections of the navigation that are no day's work


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
    """The day's cards, the ways from here, and for a new company the first steps."""
    sections = navigation_for(request.actor, request.path)
    context = {
        "panels": home_panels.shown_to(request.actor),
        "sections": [section for section in sections if section.key not in _NOT_WORK],
        "today": today(request),
        "hour": clock.now().astimezone(ZoneInfo(request.tenant.time_zone)).hour,
        "steps": _first_steps(request),
    }
    return render(request, "accounts/home/tenant_home.html", context)


def _first_steps(request: TenantRequest) -> dict[str, bool]:
    """Each step an admin takes in a new company, and whether it is done; empty when all are."""
    if not has(request.actor, "people.manage"):
        return {}
    steps = {"members": Member.objects.count() > 1, "teams": Team.objects.exists()}
    return {} if all(steps.values()) else steps


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language: with the user when signed in, and on this browser anyhow. Unknown ones are ignored."""
    language, back = request.POST.get("language", ""), request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(request, back)
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=_YEAR_SECONDS,
            samesite="Lax",
            secure=settings.HTTPS,
            httponly=True,
        )
    return response
