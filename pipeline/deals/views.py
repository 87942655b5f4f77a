"""The pages of deals."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from pipeline.board.pages import segments
from pipeline.deals import pages, selectors, services
from pipeline.deals.forms import DealForm, NewDealForm
from pipeline.scope import members_within
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render
from salesops.lib.keyset import page, query_with

_TABLE = "pipeline/deals/_deal_table.html"


@require_GET
@needs("deals.view")
def deal_list(request: TenantRequest) -> HttpResponse:
    day = today(request)
    narrowed, typed = pages.read_filter(request.GET, request.tenant.calendar)
    deals = selectors.find_deals(request.actor, day, narrowed)
    found = page(deals, by=narrowed.order, cursor=request.GET.get("cursor", ""))
    stages, owners = selectors.stages(), list(members_within(request.actor, "deals.view", day))
    context = {
        "rows": pages.table(request.actor, found.rows, stages, owners, day),
        "filters": typed,
        "filtered": bool(narrowed),
        "count": selectors.count_capped(deals),
        "most": selectors.COUNTED,
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
        "segments": segments(request.tenant.slug, request.GET, "table"),
        "stages": stages,
        "owners": owners,
        "may_edit": has(request.actor, "deals.edit"),
        "may_import": has(request.actor, "imports.run"),
    }
    return render(request, "pipeline/deals/deal_list.html", context, fragment=_TABLE)


@require_GET
@needs("deals.view")
def deal_detail(request: TenantRequest, deal_id: int) -> HttpResponse:
    day = today(request)
    deal = selectors.get_deal(request.actor, day, deal_id)
    return render(request, "pipeline/deals/deal_detail.html", pages.detail(request.actor, deal, day))


@require_GET
@needs("deals.view")
def deal_changes(request: TenantRequest, deal_id: int) -> HttpResponse:
    """The deal page's panel of changes, loaded after the page: most readers come for the deal as it is."""
    deal = selectors.get_deal(request.actor, today(request), deal_id)
    fragment = "pipeline/deals/_deal_changes.html"
    return render(request, "pipeline/deals/deal_changes.html", pages.changes(deal), fragment=fragment)


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def deal_create(request: TenantRequest) -> HttpResponse:
    """`?customer=` fills in the customer's name, as the customer's page asks for."""
    day = today(request)
    known = {"customer": request.GET.get("customer", "")[:160].replace("\0", "")}
    form = NewDealForm(request.POST or None, actor=request.actor, as_of=day, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            reference = form.cleaned_data["reference"]
            deal = services.create_deal(actor=request.actor, values=form.values(), as_of=day, reference=reference)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The deal %(reference)s is there.") % {"reference": deal.reference})
            return redirect(request, "deal_detail", request.tenant.slug, deal.pk)
    return _form_page(request, {"form": form, "deal": None})


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def deal_edit(request: TenantRequest, deal_id: int) -> HttpResponse:
    day = today(request)
    deal = selectors.get_deal(request.actor, day, deal_id, "deals.edit")
    form = DealForm(request.POST or None, actor=request.actor, as_of=day, deal=deal)
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            services.edit_deal(actor=request.actor, deal_id=deal.pk, version=version, values=form.values(), as_of=day)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, "deal_detail", request.tenant.slug, deal.pk)
    return _form_page(request, {"form": form, "deal": deal})


def _form_page(request: TenantRequest, context: dict[str, Any]) -> HttpResponse:
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/deals/deal_form.html", context)
