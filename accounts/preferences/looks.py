"""Theme and language of this browser: kept with the user when signed in, and in a cookie for the pages before that."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.people.models import Theme, User
from salesops.lib.htmx import redirect, wants_fragment

_YEAR_SECONDS = 365 * 24 * 60 * 60
_SYSTEM = "system"


def remember(response: HttpResponse, name: str, value: str) -> None:
    """Keep it for a year; an empty value forgets it."""
    if not value:
        response.delete_cookie(name, samesite="Lax")
        return
    response.set_cookie(name, value, max_age=_YEAR_SECONDS, samesite="Lax", secure=settings.HTTPS, httponly=True)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Unknown languages are ignored."""
    language = request.POST.get("language", "")
    response = redirect(request, _back(request))
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=language)
        remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system does; the switch has already changed the page, so htmx gets nothing to swap."""
    theme = request.POST.get("theme", "")
    response = HttpResponse(status=204) if wants_fragment(request) else redirect(request, _back(request))
    if theme in {_SYSTEM, *Theme.values}:
        chosen = "" if theme == _SYSTEM else theme
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(theme=chosen)
        remember(response, "theme", chosen)
    return response


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next", "")
    inside = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if inside else "/"
