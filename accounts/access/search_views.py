"""The palette's answer, which is also a page of its own for browsers without script."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.access.search import search
from accounts.access.views import TenantRequest, needs, today
from salesops.lib.htmx import render


@require_GET
@needs("people.view")
def find(request: TenantRequest) -> HttpResponse:
    """What begins with `q` and the reader may see."""
    text = request.GET.get("q", "")
    context = {"text": text, "found": search(request.actor, text, today(request))}
    return render(request, "accounts/access/search.html", context, fragment="accounts/access/_found.html")
