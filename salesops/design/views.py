"""The component sheet: every component in every state, for those who build pages. Development only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from salesops.design.samples import finished_job, sample

View = Callable[[HttpRequest], HttpResponse]


def in_development(view: View) -> View:
    """No page at all where DEBUG is off, should the address ever be included there."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not settings.DEBUG:
            raise Http404
        return view(request)

    return guarded


@require_GET
@in_development
def sheet(request: HttpRequest) -> HttpResponse:
    return render(request, "design/sheet.html", sample())


@require_GET
@in_development
def job(request: HttpRequest) -> HttpResponse:
    """What the sheet's running job asks for: it has ended."""
    return render(request, "components/_job_progress.html", {"job": finished_job()})


@require_GET
@in_development
def waiting(request: HttpRequest) -> HttpResponse:
    """The sheet's queued job waits on for ever."""
    return HttpResponse(status=204)
