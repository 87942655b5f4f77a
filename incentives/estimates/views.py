"""What a deal would pay: the panel of its page, and a few words for its card on the board. Never kept by a browser."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access.views import TenantRequest, needs, today
from incentives.estimates.estimate import estimates, shown_people
from incentives.estimates.forms import WhatIfForm, closing_days
from pipeline.deals.facts import prospect
from salesops.lib.htmx import invalid, render


@never_cache
@require_GET
@needs("pay.view")
def pay_panel(request: TenantRequest, deal_id: int) -> HttpResponse:
    """The panel; with `closing` and `amount` for what one would like to know."""
    context = _context(request, deal_id, request.GET if {"closing", "amount"} & request.GET.keys() else {})
    answer = invalid if context["form"] and context["form"].errors else render
    return answer(request, "incentives/estimates/_pay.html", context)


@never_cache
@require_GET
@needs("pay.view")
def pay_card(request: TenantRequest, deal_id: int) -> HttpResponse:
    """The same in two lines, closing by the end of the month; nothing where there is nothing to say."""
    return render(request, "incentives/estimates/_pay_card.html", _context(request, deal_id, {}))


def _context(request: TenantRequest, deal_id: int, typed: Any) -> dict[str, Any]:
    day = today(request)
    deal = prospect(request.actor, day, deal_id)
    if not deal.is_open or not shown_people(request.actor, deal, day):
        return {"deal": deal, "form": None}
    days = closing_days(deal, day, request.tenant.calendar)
    form = WhatIfForm(typed, deal=deal, currency=request.tenant.currency, days=days)
    context: dict[str, Any] = {"deal": deal, "form": form, "closing": days["month"]}
    if form.is_valid():
        closing, amount = form.choice()
        context |= {"closing": closing, "amount": amount}
        if amount is not None:
            context["estimates"] = estimates(request.actor, deal, closing, amount, day)
    return context
