"""The pages that say no: the same 404 for everything that is not there, and what can be done about the rest."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template


def not_found() -> HttpResponse:
    """The one 404: the same bytes for a stranger's tenant, somebody else's row and an id that never was."""
    return HttpResponse(get_template("errors/404.html").render({}), status=404)


def unknown_address(request: HttpRequest, exception: Exception) -> HttpResponse:
    return not_found()


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is missing or too old: nothing was changed, and sending it again from a fresh page works."""
    return render(request, "errors/403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Static: whatever broke must not break the page that says so."""
    return HttpResponse(get_template("errors/500.html").render({}), status=500)
