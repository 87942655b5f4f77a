"""The people at a customer, and who of them has a part in a deal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access.policy import has, may
from accounts.access.views import TenantRequest, needs, today
from pipeline.contacts import selectors, services
from pipeline.contacts.forms import ContactForm, DealContactForm
from pipeline.contacts.models import Contact
from pipeline.customers.models import Customer
from pipeline.customers.selectors import get_customer
from pipeline.deals.models import Deal
from pipeline.deals.selectors import get_deal
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render, saved

_PANEL = "pipeline/contacts/_deal_panel.html"


@require_http_methods(["GET", "POST"])
@needs("contacts.edit")
def contact_add(request: TenantRequest, customer_id: int) -> HttpResponse:
    day = today(request)
    customer = get_customer(request.actor, day, customer_id)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_contact(actor=request.actor, customer_id=customer.pk, values=form.values(), as_of=day)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Added."))
            return redirect(request, _page_of(request, customer.pk))
    return _form_page(request, form, customer, None)


@require_http_methods(["GET", "POST"])
@needs("contacts.edit")
def contact_edit(request: TenantRequest, contact_id: int) -> HttpResponse:
    day = today(request)
    contact = selectors.get_contact(request.actor, day, contact_id)
    form = ContactForm(request.POST or None, initial=ContactForm.initial_of(contact))
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            services.edit_contact(
                actor=request.actor, contact_id=contact.pk, version=version, values=form.values(), as_of=day
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, _page_of(request, contact.customer_id))
    return _form_page(request, form, contact.customer, contact)


def _page_of(request: TenantRequest, customer_id: int) -> str:
    return f"{reverse('customer_detail', args=[request.tenant.slug, customer_id])}?tab=contacts"


def _form_page(request: TenantRequest, form: ContactForm, customer: Customer, contact: Contact | None) -> HttpResponse:
    answer = invalid if request.method == "POST" else render
    context = {"form": form, "customer": customer, "contact": contact, "back": _page_of(request, customer.pk)}
    return answer(request, "pipeline/contacts/contact_form.html", context)


# --- In a deal -------------------------------------------------------------------------------------------------------


@require_GET
@needs("deals.view")
def deal_contacts(request: TenantRequest, deal_id: int) -> HttpResponse:
    """Who at the customer has which part in the deal."""
    deal = get_deal(request.actor, today(request), deal_id)
    return render(request, _PANEL, _panel(request, deal))


@require_POST
@needs("contacts.edit")
def deal_contact_name(request: TenantRequest, deal_id: int) -> HttpResponse:
    day = today(request)
    deal = get_deal(request.actor, day, deal_id, "deals.edit")
    context = _panel(request, deal)
    form = context["form"] = DealContactForm(request.POST, contacts=context["others"] + context["here"])
    if form.is_valid():
        try:
            services.name_in_deal(actor=request.actor, deal_id=deal.pk, as_of=day, **_chosen(form))
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return saved(request, _deal_page(request, deal), _PANEL, _panel(request, deal))
    return invalid(request, _PANEL, context)


@require_POST
@needs("contacts.edit")
def deal_contact_remove(request: TenantRequest, deal_contact_id: int) -> HttpResponse:
    day = today(request)
    deal = services.take_off_deal(actor=request.actor, deal_contact_id=deal_contact_id, as_of=day)
    return saved(request, _deal_page(request, deal), _PANEL, _panel(request, deal))


def _chosen(form: DealContactForm) -> dict[str, Any]:
    return {"contact_id": form.cleaned_data["contact"], "role": form.cleaned_data["role"]}


def _panel(request: TenantRequest, deal: Deal) -> dict[str, Any]:
    """`named` have a part; `others` are those of the customer's people who have none yet, `here` those who have."""
    named = selectors.named_in(deal)
    taken = {one.contact_id for one in named}
    people = selectors.contacts_of(deal.customer_id) if deal.customer_id else []
    others = [contact for contact in people if contact.pk not in taken and not contact.has_left]
    may_edit = has(request.actor, "contacts.edit") and may(
        request.actor, "deals.edit", as_of=today(request), owner_id=deal.owner_id
    )
    return {
        "deal": deal,
        "named": named,
        "others": others,
        "here": [one.contact for one in named],
        "may_edit": may_edit,
        "form": DealContactForm(contacts=others),
    }


def _deal_page(request: TenantRequest, deal: Deal) -> str:
    return reverse("deal_detail", args=[request.tenant.slug, deal.pk])
