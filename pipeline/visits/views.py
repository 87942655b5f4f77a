"""The pages of visits: the phone's first, then planning, then the week."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from pipeline.customers.selectors import get_customer
from pipeline.deals.selectors import get_deal
from pipeline.visits import pages, selectors, services
from pipeline.visits.forms import CancelForm, LogForm, PlanForm
from pipeline.visits.models import Visit
from pipeline.visits.selectors import ORDER, VisitFilter
from salesops.lib import clock
from salesops.lib.errors import DomainError, NotVisible
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render
from salesops.lib.keyset import page, query_with

_LIST = "pipeline/visits/_visit_table.html"
_PHONE = "pipeline/visits/visit_log.html"


# --- On the phone -----------------------------------------------------------------------------------------------------


@require_GET
@needs("visits.edit")
def visit_today(request: TenantRequest) -> HttpResponse:
    """The day of whoever asks; kept on the phone."""
    return _kept(request, render(request, "pipeline/visits/visit_today.html", _day(request)))


@require_GET
@needs("visits.edit")
def visits_today_panel(request: TenantRequest) -> HttpResponse:
    return render(request, "pipeline/visits/_today_panel.html", _day(request))


def _day(request: TenantRequest) -> dict[str, Any]:
    member, day = request.actor.member, today(request)
    if member is None:
        raise NotVisible
    visits = selectors.day_of(member, request.actor, day)
    return {
        "day": day,
        "visits": visits,
        "next": next((visit for visit in visits if visit.state != Visit.State.DONE), None),
        "left_open": selectors.left_open(request.actor, member, day, limit=10),
    }


@require_http_methods(["GET", "POST"])
@needs("visits.edit")
def visit_log(request: TenantRequest) -> HttpResponse:
    """A visit that was not planned."""
    return _log(request, None)


@require_http_methods(["GET", "POST"])
@needs("visits.view")
def visit_detail(request: TenantRequest, visit_id: int) -> HttpResponse:
    """To whom it belongs: check in and say how it went. To others, and afterwards: what it says."""
    visit = selectors.get_visit(request.actor, today(request), visit_id)
    if pages.is_at_work_on(request.actor, visit):
        return _log(request, visit)
    if request.method == "POST":
        return redirect(request, "visit_detail", request.tenant.slug, visit.pk)
    context = {"visit": visit, "may_replan": pages.may_replan(request.actor, visit, today(request))}
    return _kept(request, render(request, "pipeline/visits/visit_detail.html", context))


def _log(request: TenantRequest, visit: Visit | None) -> HttpResponse:
    at = clock.now()
    form = LogForm(request.POST or None, actor=request.actor, at=at, visit=visit)
    if request.method == "POST" and form.is_valid():
        try:
            logged = services.log_visit(
                actor=request.actor,
                client_key=form.cleaned_data["client_key"],
                plan=form.plan(),
                version=form.cleaned_data["version"],
                arrival=form.arrival(),
                report=form.report(),
                at=at,
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return _logged(request, logged)
    context = {
        **pages.phone(request.actor, today(request), visit),
        "form": form,
        "may_replan": visit is not None and pages.may_replan(request.actor, visit, today(request)),
    }
    answer = invalid if request.method == "POST" else render
    return _kept(request, answer(request, _PHONE, context))


def _logged(request: TenantRequest, visit: Visit) -> HttpResponse:
    if visit.state == Visit.State.DONE:
        messages.success(request, _("The visit is saved."))
        return redirect(request, "visit_today", request.tenant.slug)
    messages.success(request, _("You are checked in."))
    return redirect(request, "visit_detail", request.tenant.slug, visit.pk)


def _kept(request: TenantRequest, response: HttpResponse) -> HttpResponse:
    """Let the phone keep the page, for this member only (static/js/worker.js)."""
    if response.status_code == 200 and request.actor.member is not None:
        response[pages.KEEP] = str(request.actor.member.pk)
    return response


# --- Planning ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@needs("visits.edit")
def visit_plan(request: TenantRequest) -> HttpResponse:
    """`?customer=` or `?deal=` says whom the visit is to, so that its deals and contacts can be chosen."""
    at = clock.now()
    form = PlanForm(request.POST or None, actor=request.actor, at=at, **_about(request))
    if request.method == "POST" and form.is_valid():
        try:
            key = form.cleaned_data["client_key"]
            visit = services.plan(actor=request.actor, plan=form.plan(), client_key=key, at=at)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The visit is planned."))
            return redirect(request, "visit_detail", request.tenant.slug, visit.pk)
    return _form_page(request, {"form": form, "visit": None})


def _about(request: TenantRequest) -> dict[str, Any]:
    day = today(request)
    wanted = {name: request.GET.get(name, "") for name in ("customer", "deal")}
    ids = {name: int(text) for name, text in wanted.items() if text.isascii() and text.isdigit() and len(text) < 19}
    if "deal" in ids:
        deal = get_deal(request.actor, day, ids["deal"])
        return {"deal": deal, "customer": deal.customer}
    return {"customer": get_customer(request.actor, day, ids["customer"])} if "customer" in ids else {}


@require_http_methods(["GET", "POST"])
@needs("visits.edit")
def visit_change(request: TenantRequest, visit_id: int) -> HttpResponse:
    """Move a planned visit, or change what else the plan says."""
    at = clock.now()
    visit = selectors.get_visit(request.actor, today(request), visit_id, "visits.edit")
    form = PlanForm(request.POST or None, actor=request.actor, at=at, visit=visit)
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            services.change(actor=request.actor, visit_id=visit.pk, version=version, plan=form.plan(), at=at)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, "visit_detail", request.tenant.slug, visit.pk)
    return _form_page(request, {"form": form, "visit": visit})


def _form_page(request: TenantRequest, context: dict[str, Any]) -> HttpResponse:
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/visits/visit_form.html", context)


@require_http_methods(["GET", "POST"])
@needs("visits.edit")
def visit_cancel(request: TenantRequest, visit_id: int) -> HttpResponse:
    visit = selectors.get_visit(request.actor, today(request), visit_id, "visits.edit")
    form = CancelForm(request.POST or None, initial={"version": visit.version})
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel(actor=request.actor, visit_id=visit.pk, at=clock.now(), **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The visit is cancelled."))
            return redirect(request, "visit_list", request.tenant.slug)
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/visits/visit_cancel.html", {"form": form, "visit": visit})


# --- The week ---------------------------------------------------------------------------------------------------------


@require_GET
@needs("visits.view")
def visit_list(request: TenantRequest) -> HttpResponse:
    """One person's week as a calendar; a team's with what each of them did, and every visit below."""
    day, actor = today(request), request.actor
    asked = pages.read_list(request.GET.dict(), day)
    people = page(selectors.visitors(actor, day), by=("sort_name", "id"), cursor=request.GET.get("people", ""))
    member = pages.looked_at(actor, asked, people.rows)
    visits = selectors.find_visits(actor, day, asked.narrowed)
    context: dict[str, Any] = {
        "asked": asked,
        "member": member,
        "people": people.rows,
        "states": Visit.State.choices,
        "verifications": Visit.Verification.choices,
        "may_edit": has(actor, "visits.edit"),
        "today": day,
        "as_calendar": asked.by_week and member is not None,
    }
    if context["as_calendar"]:
        context["days"] = selectors.week_of(visits, asked.week)
    else:
        found = page(visits, by=ORDER, cursor=request.GET.get("cursor", ""))
        context |= {
            "visits": found.rows,
            "next_url": query_with(request.GET, found.next),
            "previous_url": query_with(request.GET, found.previous),
            "more_people_url": query_with(request.GET, people.next, "people"),
            "earlier_people_url": query_with(request.GET, people.previous, "people"),
        }
        if asked.by_week and member is None:
            context["team"] = selectors.team_week(actor, asked.week, people.rows)
    return render(request, "pipeline/visits/visit_list.html", context, fragment=_LIST)


# --- On other rooms' pages --------------------------------------------------------------------------------------------


@require_GET
@needs("visits.view")
def customer_visits_panel(request: TenantRequest, customer_id: int) -> HttpResponse:
    customer = get_customer(request.actor, today(request), customer_id)
    return _panel(request, VisitFilter(customer_id=customer.pk), f"customer={customer.pk}", "customer_visits")


@require_GET
@needs("visits.view")
def deal_visits_panel(request: TenantRequest, deal_id: int) -> HttpResponse:
    deal = get_deal(request.actor, today(request), deal_id)
    return _panel(request, VisitFilter(deal_id=deal.pk), f"deal={deal.pk}", "deal_visits")


def _panel(request: TenantRequest, narrowed: VisitFilter, query: str, name: str) -> HttpResponse:
    context = {
        "around": selectors.around(request.actor, today(request), narrowed),
        "query": query,
        "panel": name,
        "may_edit": has(request.actor, "visits.edit"),
    }
    return render(request, "pipeline/visits/_panel.html", context)
