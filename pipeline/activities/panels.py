"""What was done for a deal, on the deal's page."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.access.policy import has, may
from accounts.access.views import TenantRequest, needs, today
from pipeline.activities.composer import Composer
from pipeline.activities.selectors import NEWEST, ActivityFilter, find_activities
from pipeline.deals.selectors import get_deal
from salesops.lib.htmx import render

_SHOWN = 10


@require_GET
@needs("deals.view")
def deal_activities(request: TenantRequest, deal_id: int) -> HttpResponse:
    """The composer, and below it the last activities on the deal. Whoever only shares in the deal reads them."""
    day = today(request)
    deal = get_deal(request.actor, day, deal_id)
    found = find_activities(request.actor, day, ActivityFilter(deal_id=deal.pk)).select_related("author", "contact")
    may_log = has(request.actor, "activities.log") and may(
        request.actor, "deals.view", as_of=day, owner_id=deal.owner_id
    )
    context = {
        "deal": deal,
        "activities": list(found.order_by(*NEWEST)[:_SHOWN]),
        "composer": Composer.for_deal(request, deal) if may_log else None,
    }
    return render(request, "pipeline/activities/_deal_panel.html", context)
