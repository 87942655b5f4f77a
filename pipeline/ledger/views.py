"""What a number opens onto."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.access.views import TenantRequest, needs, today
from pipeline import facts
from pipeline.ledger import selectors
from pipeline.ledger.links import slice_of
from salesops.lib.htmx import render
from salesops.lib.keyset import query_with
from salesops.lib.money import round_half_up


@require_GET
@needs("deals.view")
def credit_list(request: TenantRequest) -> HttpResponse:
    day = today(request)
    asked = slice_of(request.GET, day)
    where = selectors.within(request.actor, asked, day)
    found = selectors.credit_page(where, request.GET.get("cursor", ""))
    total = facts.total(where)
    context = {
        "where": where,
        "narrowed": where is not asked,
        "names": selectors.described(asked),
        "total": round_half_up(total.value),
        "lines": total.lines,
        "rows": found.rows,
        "next_url": query_with(request.GET, found.next),
    }
    return render(request, "pipeline/ledger/credit_list.html", context, fragment="pipeline/ledger/_credit_table.html")
