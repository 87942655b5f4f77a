"""The timeline of a customer."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from pipeline.customers.selectors import get_customer
from pipeline.tasks.selectors import open_tasks_of
from pipeline.timeline.registry import Cursor, sources_for
from pipeline.timeline.selectors import read_timeline
from salesops.lib.htmx import render

_WHOLE, _MORE = "pipeline/timeline/_timeline.html", "pipeline/timeline/_older.html"


@require_GET
@needs("customers.view")
def customer_timeline(request: TenantRequest, customer_id: int) -> HttpResponse:
    """What happened, newest first; with `before` what is older, which is put below what is shown."""
    day = today(request)
    customer = get_customer(request.actor, day, customer_id)
    only, before = request.GET.get("only", "")[:40], Cursor.read(request.GET.get("before", ""))
    timeline = read_timeline(request.actor, day, customer.pk, only=only, before=before)
    address = reverse("customer_timeline", args=[request.tenant.slug, customer.pk])
    context = {
        "customer": customer,
        "timeline": timeline,
        "older_url": f"{address}?{urlencode({'only': only, 'before': timeline.next})}" if timeline.next else "",
        "address": address,
        "only": only,
        "sources": sources_for(request.actor),
        "tasks": [] if before or only else open_tasks_of(customer.pk),
        "may_edit_tasks": has(request.actor, "tasks.edit"),
        "today": day,
        "yesterday": day - timedelta(days=1),
    }
    return render(request, "pipeline/timeline/timeline.html", context, fragment=_MORE if before else _WHOLE)
