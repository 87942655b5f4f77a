"""The pages of customers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render as render_fragment
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from pipeline.customers import selectors, services
from pipeline.customers.forms import CustomerForm, FilterForm, OptionsForm
from pipeline.customers.models import Customer
from pipeline.customers.page import customer_page
from pipeline.scope import members_within
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render
from salesops.lib.keyset import page, query_with

_TABLE = "pipeline/customers/_customer_table.html"


@require_GET
@needs("customers.view")
def customer_list(request: TenantRequest) -> HttpResponse:
    day = today(request)
    wanted = FilterForm(request.GET).narrowed()
    customers = selectors.find_customers(request.actor, day, wanted).select_related("owner")
    found = page(customers, by=wanted.order, cursor=request.GET.get("cursor", ""))
    context = {
        "page": found,
        "wanted": wanted,
        "filtered": wanted != selectors.CustomerFilter(),
        "today": day,
        "industries": selectors.values_in_use("industry"),
        "segments": selectors.values_in_use("segment"),
        "statuses": Customer.Status.choices,
        "owners": list(members_within(request.actor, "customers.view", day)),
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
        "may_edit": has(request.actor, "customers.edit"),
    }
    return render(request, "pipeline/customers/customer_list.html", context, fragment=_TABLE)


@require_GET
@needs("customers.view")
def customer_detail(request: TenantRequest, customer_id: int) -> HttpResponse:
    customer = selectors.get_customer(request.actor, today(request), customer_id)
    return render(request, "pipeline/customers/customer_detail.html", customer_page(request, customer))


@require_http_methods(["GET", "POST"])
@needs("customers.edit")
def customer_create(request: TenantRequest) -> HttpResponse:
    day = today(request)
    form = CustomerForm(request.POST or None, actor=request.actor, as_of=day)
    if request.method == "POST" and form.is_valid():
        try:
            customer = services.create_customer(actor=request.actor, values=form.values(), as_of=day)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("%(name)s is a customer now.") % {"name": customer.name})
            return redirect(request, "customer_detail", request.tenant.slug, customer.pk)
    return _form_page(request, {"form": form, "customer": None})


@require_http_methods(["GET", "POST"])
@needs("customers.edit")
def customer_edit(request: TenantRequest, customer_id: int) -> HttpResponse:
    day = today(request)
    customer = selectors.get_customer(request.actor, day, customer_id, "customers.edit")
    form = CustomerForm(request.POST or None, actor=request.actor, as_of=day, customer=customer)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            services.edit_customer(
                actor=request.actor, customer_id=customer.pk, version=version, values=form.values(), as_of=day
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, "customer_detail", request.tenant.slug, customer.pk)
    return _form_page(request, {"form": form, "customer": customer})


def _form_page(request: TenantRequest, context: dict[str, Any]) -> HttpResponse:
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/customers/customer_form.html", context)


@require_GET
@needs("customers.view")
def customer_options(request: TenantRequest) -> HttpResponse:
    """Suggestions for a field that names a customer: the options of its datalist."""
    names = OptionsForm(request.GET).names(request.actor, today(request))
    return render_fragment(request, "pipeline/customers/_options.html", {"names": names})
