"""Writing down what happened, and what comes next."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from accounts.people.models import Member
from pipeline.activities import selectors, services
from pipeline.activities.composer import Composer
from pipeline.activities.forms import ActivityEditForm, FilterForm, NextStepForm
from pipeline.activities.models import Activity
from pipeline.activities.next_step import finish_next_step, plan_next_step
from pipeline.contacts.selectors import contacts_of
from pipeline.customers.models import Customer
from pipeline.customers.selectors import get_customer, silent_days
from pipeline.deals.selectors import get_deal
from salesops.lib import clock
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error, translated
from salesops.lib.htmx import invalid, redirect, render, saved
from salesops.lib.keyset import page, query_with

SAVED = "activity-saved"
"""The event on which the page's other regions read themselves anew."""

_LIST = "pipeline/activities/_activity_table.html"
_COMPOSER = "pipeline/activities/_composer.html"
_BANNER = "pipeline/activities/_banner.html"


@require_GET
@needs("customers.view")
def activity_list(request: TenantRequest) -> HttpResponse:
    """The records behind a count of activities."""
    day = today(request)
    wanted = FilterForm(request.GET).narrowed()
    found = selectors.find_activities(request.actor, day, wanted).select_related(
        "customer", "deal", "contact", "author"
    )
    shown = page(found, by=selectors.NEWEST, cursor=request.GET.get("cursor", ""))
    context = {
        "page": shown,
        "wanted": wanted,
        "member": Member.objects.filter(pk=wanted.author_id).first() if wanted.author_id else None,
        "kinds": Activity.Kind.choices,
        "next_url": query_with(request.GET, shown.next),
        "previous_url": query_with(request.GET, shown.previous),
    }
    return render(request, "pipeline/activities/activity_list.html", context, fragment=_LIST)


@require_http_methods(["GET", "POST"])
@needs("activities.log")
def customer_log(request: TenantRequest, customer_id: int) -> HttpResponse:
    customer = get_customer(request.actor, today(request), customer_id)
    back = reverse("customer_detail", args=[request.tenant.slug, customer.pk])
    return _log(request, Composer.for_customer(request, customer), back)


@require_http_methods(["GET", "POST"])
@needs("activities.log")
def deal_log(request: TenantRequest, deal_id: int) -> HttpResponse:
    deal = get_deal(request.actor, today(request), deal_id, "deals.edit")
    return _log(request, Composer.for_deal(request, deal), reverse("deal_detail", args=[request.tenant.slug, deal.pk]))


def _log(request: TenantRequest, composer: Composer, back: str) -> HttpResponse:
    """The composer alone, or what it has sent: written down, and an empty one in its place."""
    if request.method == "POST" and composer.form.is_valid():
        try:
            said = composer.write(request.actor, clock.now())
        except DomainError as error:
            composer.add(error)
        else:
            messages.success(request, said)
            return saved(request, back, _COMPOSER, {"composer": composer.emptied()}, triggers={SAVED: {}})
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/activities/composer.html", {"composer": composer}, fragment=_COMPOSER)


@require_http_methods(["GET", "POST"])
@needs("activities.log")
def activity_edit(request: TenantRequest, activity_id: int) -> HttpResponse:
    activity = selectors.get_activity(request.actor, today(request), activity_id)
    contacts = contacts_of(activity.customer_id) if activity.customer_id else []
    form = ActivityEditForm(request.POST or None, contacts=contacts, initial=ActivityEditForm.initial_of(activity))
    now = clock.now()
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            services.edit_activity(
                actor=request.actor, activity_id=activity.pk, version=version, values=form.values(), now=now
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, _page_of(request, activity))
    answer = invalid if request.method == "POST" else render
    context = {
        "form": form,
        "activity": activity,
        "back": _page_of(request, activity),
        "may_change": services.may_change(request.actor, activity, now),
    }
    return answer(request, "pipeline/activities/activity_form.html", context)


@require_POST
@needs("activities.log")
def activity_delete(request: TenantRequest, activity_id: int) -> HttpResponse:
    activity = selectors.get_activity(request.actor, today(request), activity_id)
    version = request.POST.get("version", "")
    seen = int(version) if version.isascii() and version.isdecimal() else 0
    try:
        services.delete_activity(actor=request.actor, activity_id=activity.pk, version=seen, now=clock.now())
    except DomainError as error:
        messages.error(request, translated(error))
    else:
        messages.success(request, _("Deleted."))
    return redirect(request, _page_of(request, activity))


def _page_of(request: TenantRequest, activity: Activity) -> str:
    if activity.customer_id is not None:
        return reverse("customer_detail", args=[request.tenant.slug, activity.customer_id])
    return reverse("deal_detail", args=[request.tenant.slug, activity.deal_id])


# --- What comes next -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@needs("activities.log")
def customer_next_step(request: TenantRequest, customer_id: int) -> HttpResponse:
    """The form of the next step, as a dialog of the customer's page or alone."""
    day = today(request)
    customer = get_customer(request.actor, day, customer_id)
    initial = {"next_step": customer.next_step, "next_step_on": customer.next_step_on}
    form = NextStepForm(request.POST or None, initial=initial, auto_id="planned_%s")  # beside the composer
    back = reverse("customer_detail", args=[request.tenant.slug, customer.pk])
    context: dict[str, Any] = {"form": form, "customer": customer, "back": back}
    fragment = "pipeline/activities/_next_step_form.html"
    if request.method == "POST" and form.is_valid():
        on, text = form.cleaned_data["next_step_on"], form.cleaned_data["next_step"]
        try:
            plan_next_step(actor=request.actor, customer_id=customer.pk, on=on, text=text, as_of=day)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Planned."))
            return saved(request, back, fragment, context, triggers={SAVED: {}, "close-dialog": {}})
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/activities/next_step.html", context, fragment=fragment)


@require_GET
@needs("customers.view")
def customer_next_step_banner(request: TenantRequest, customer_id: int) -> HttpResponse:
    """The line at the top of the customer's page, for when the next step has changed."""
    return render(request, _BANNER, _about(request, get_customer(request.actor, today(request), customer_id)))


@require_POST
@needs("activities.log")
def customer_next_step_done(request: TenantRequest, customer_id: int) -> HttpResponse:
    finish_next_step(actor=request.actor, customer_id=customer_id, now=clock.now())
    messages.success(request, _("Done. What comes next?"))
    customer = get_customer(request.actor, today(request), customer_id)
    back = reverse("customer_detail", args=[request.tenant.slug, customer_id])
    return saved(request, back, _BANNER, _about(request, customer), triggers={SAVED: {}})


def _about(request: TenantRequest, customer: Customer) -> dict[str, Any]:
    day = today(request)
    return {
        "customer": customer,
        "today": day,
        "silent_days": silent_days(customer, day),
        "may_log": has(request.actor, "activities.log"),
    }
