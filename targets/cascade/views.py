"""The pages of targets: the list, setting one, the cascade."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from pipeline.facts import total
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render
from salesops.lib.keyset import page, query_with
from salesops.lib.money import from_minor, minor_digits, round_half_up
from salesops.lib.periods import Period
from targets.attainment.selectors import listed
from targets.cascade.addresses import View
from targets.cascade.forms import TargetForm
from targets.cascade.metrics import METRICS
from targets.cascade.models import TargetPlan
from targets.cascade.page import cascade_page
from targets.cascade.selectors import ORDER, get_plan, visible_plans
from targets.cascade.services import set_target

_GROWTHS = (5, 10, 20)  # percent on last quarter that the form offers; chosen, any amount can be typed


@require_GET
@needs("targets.view")
def target_list(request: TenantRequest) -> HttpResponse:
    """Every version that the actor sees, the newest quarter first, with what has been reached."""
    day = today(request)
    found = page(visible_plans(request.actor, day), by=ORDER, cursor=request.GET.get("cursor", ""))
    context = {
        "rows": listed(request.actor, found.rows, day),
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
        "may_set": has(request.actor, "targets.set"),
    }
    return render(request, "targets/cascade/target_list.html", context, fragment="targets/cascade/_target_table.html")


@require_http_methods(["GET", "POST"])
@needs("targets.set")
def target_set(request: TenantRequest) -> HttpResponse:
    """Set a company target for a quarter, with last quarter's figure to start from."""
    quarter = _asked_quarter(request)
    form = TargetForm(
        request.POST or None, currency=request.tenant.currency, initial={"period": quarter.key, **_amount(request)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            plan = _set(request, form)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The target is set. Now place it."))
            return redirect(request, "target_cascade", request.tenant.slug, plan.pk)
    context = {"form": form, "quarter": quarter, **_base(request, quarter)}
    show = invalid if form.errors else render
    return show(request, "targets/cascade/target_set.html", context, fragment="targets/cascade/_target_form.html")


def _asked_quarter(request: TenantRequest) -> Period:
    """The quarter in the address if it is one, else the next that has no version yet."""
    calendar = request.tenant.calendar
    try:
        asked = calendar.parse(request.POST.get("period") or request.GET.get("period", ""))
    except DomainError:
        asked = None
    if asked is not None and asked.kind == "quarter":
        return asked
    quarter = calendar.quarter_of(today(request))
    taken = set(TargetPlan.objects.filter(starts_on__gte=quarter.start).values_list("period", flat=True))
    while quarter.key in taken:
        quarter = calendar.next(quarter)
    return quarter


def _amount(request: TenantRequest) -> dict[str, str]:
    asked = request.GET.get("amount", "")
    return {"amount": asked} if asked.replace(".", "", 1).isdecimal() else {}


def _base(request: TenantRequest, quarter: Period) -> dict[str, Any]:
    """What was booked in the quarter before, and amounts that grow from it."""
    last = request.tenant.calendar.previous(quarter)
    metric = METRICS["bookings"]
    reached = total(metric.lines(last.start, last.end), metric.measure)
    currency = request.tenant.currency
    whole = 10 ** minor_digits(currency)
    grown = [(growth, round_half_up(reached.value * (100 + growth) / (100 * whole)) * whole) for growth in _GROWTHS]
    return {
        "last_quarter": last,
        "reached": round_half_up(reached.value),
        "suggestions": [
            {"growth": Fraction(growth, 100), "minor": minor, "plain": f"{from_minor(minor, currency):.0f}"}
            for growth, minor in grown
            if minor
        ],
    }


def _set(request: TenantRequest, form: TargetForm) -> TargetPlan:
    return set_target(
        actor=request.actor,
        metric=form.cleaned_data["metric"],
        period=form.cleaned_data["period"],
        amount=form.minor("amount"),
        step=form.minor("step"),
    )


@require_GET
@needs("targets.view")
def target_cascade(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, today(request), plan_id)
    return show_cascade(request, plan, View.read(request.GET))


def show_cascade(
    request: TenantRequest, plan: TargetPlan, view: View, *, status: int = 200, **said: Any
) -> HttpResponse:
    """The cascade as the page or its fragment; `said` is what the last action has to say about itself."""
    context = {**cascade_page(request.actor, plan, view, today(request)), **said}
    return render(
        request,
        "targets/cascade/cascade.html",
        context,
        fragment="targets/cascade/_cascade.html",
        status=status,
    )
