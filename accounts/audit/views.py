"""The audit log's page."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.access.views import TenantRequest, needs
from accounts.audit.selectors import ORDER, TrailFilter, details, trail
from salesops.lib.htmx import render
from salesops.lib.keyset import page, query_with


@require_GET
@needs("audit.view")
def audit_log(request: TenantRequest) -> HttpResponse:
    wanted = TrailFilter(*(request.GET.get(name, "").replace("\0", "").strip() for name in ("who", "what", "subject")))
    found = page(trail(request.actor, wanted), by=ORDER, cursor=request.GET.get("cursor", ""))
    context = {
        "page": found,
        "lines": [(entry, list(details(entry.data))) for entry in found.rows],
        "wanted": wanted,
        "filtered": wanted != TrailFilter(),
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
    }
    return render(request, "accounts/audit/audit_log.html", context, fragment="accounts/audit/_audit_table.html")
