"""The service worker that lets the day's pages open without signal: its address, and how far it reaches."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access.views import TenantRequest, needs


@require_GET
@needs("visits.edit")
def visit_worker(request: TenantRequest) -> HttpResponse:
    """The built script, asked for anew each time: an old worker would keep old pages alive.

    Its reach is the company, for the home page leads to the day's visits; it touches no other page (worker.js).
    """
    script = (settings.BASE_DIR / "static" / "dist" / "worker.js").read_bytes()
    headers = {
        "Service-Worker-Allowed": reverse("tenant_home", args=[request.tenant.slug]),
        "Cache-Control": "no-cache",
    }
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers=headers)
