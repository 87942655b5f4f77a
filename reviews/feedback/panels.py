"""The cards that other pages show: on a customer, on a deal, on the home page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from pipeline.customers import facts
from reviews.feedback import pages, selectors
from reviews.feedback.selectors import FeedbackFilter
from salesops.lib import clock
from salesops.lib.errors import NotVisible

_FEW = 4


@require_GET
@needs("feedback.view")
def feedback_customer_panel(request: TenantRequest, customer_id: int) -> HttpResponse:
    """What the customer said last, and a way to log more."""
    if facts.find_customer(request.actor, today(request), customer_id=customer_id) is None:
        raise NotVisible
    query = f"customer={customer_id}"
    return _panel(request, FeedbackFilter(customer_id=customer_id), "customer-feedback", query)


@require_GET
@needs("feedback.view")
def feedback_deal_panel(request: TenantRequest, deal_id: int) -> HttpResponse:
    if facts.find_deal(request.actor, today(request), deal_id) is None:
        raise NotVisible
    return _panel(request, FeedbackFilter(deal_id=deal_id), "deal-feedback", f"deal={deal_id}")


def _panel(request: TenantRequest, narrowed: FeedbackFilter, name: str, query: str) -> HttpResponse:
    now = clock.now()
    cases = selectors.find_cases(request.actor, now, narrowed).order_by(*selectors.NEWEST)
    found = list(cases[: _FEW + 1])
    context = {
        "panel_name": name,
        "rows": pages.rows(found[:_FEW], now),
        "more": len(found) > _FEW,
        "query": query,
        "may_edit": has(request.actor, "feedback.edit"),
    }
    return render(request, "reviews/feedback/_record_panel.html", context)


@require_GET
@needs("feedback.view")
def feedback_panel(request: TenantRequest) -> HttpResponse:
    """On the home page: what waits for an answer within the reader's reach."""
    now = clock.now()
    cases = selectors.unanswered(request.actor, now)
    context = {"rows": pages.rows(list(cases[:_FEW]), now), "waiting": selectors.count_waiting(cases, now)}
    return render(request, "reviews/feedback/_home_panel.html", context)
