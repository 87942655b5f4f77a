"""The payout pages: months, one month, and what two people do with it."""

from __future__ import annotations

import io
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from accounts.jobs.selectors import job_view, latest_job
from incentives.payouts import selectors, services
from incentives.payouts.exports import CONTENT_TYPES, read_format, write_payouts
from incentives.payouts.forms import ApproveForm, SendBackForm
from incentives.payouts.models import PayoutBatch
from incentives.runs.jobs import RECOMPUTE, request_recompute
from incentives.statements.views import read_month
from salesops.lib import clock
from salesops.lib.errors import DomainError, NotVisible
from salesops.lib.forms import translated
from salesops.lib.htmx import redirect, render
from salesops.lib.keyset import page, query_with
from salesops.lib.periods import Period

_PEOPLE = "incentives/payouts/_people.html"


@never_cache
@require_GET
@needs("payouts.export")
def payout_list(request: TenantRequest) -> HttpResponse:
    job = latest_job(request.actor, RECOMPUTE)
    context = {
        "months": selectors.months(),
        "job": job_view(job) if job else None,
        "may_prepare": has(request.actor, "payouts.prepare"),
    }
    return render(request, "incentives/payouts/payout_list.html", context)


@never_cache
@require_GET
@needs("payouts.export")
def payout_detail(request: TenantRequest, month: str) -> HttpResponse:
    period = read_month(month)
    people = page(selectors.people_of(period), by=("sort_name", "id"), cursor=request.GET.get("cursor", ""))
    context = {
        "people": people,
        "month": period,
        "next_url": query_with(request.GET, people.next),
        "previous_url": query_with(request.GET, people.previous),
    }
    return render(request, "incentives/payouts/payout_detail.html", context | _rest(request, period), fragment=_PEOPLE)


def _rest(request: TenantRequest, month: Period) -> dict[str, object]:
    """What the page shows around the table of people."""
    job = latest_job(request.actor, RECOMPUTE)
    running = job is not None and not job.has_ended
    payout = selectors.payout_page(request.actor, month)
    return {
        "payout": payout,
        "why_not": translated(payout.refusal) if payout.refusal else "",
        "states": [state.label for state in PayoutBatch.State],
        "job": job_view(job) if job and running else None,
        "may_prepare": has(request.actor, "payouts.prepare"),
        "may_approve": has(request.actor, "payouts.approve"),
        "send_back_form": SendBackForm(),
    }


@require_POST
@needs("payouts.prepare")
def payout_recompute(request: TenantRequest) -> HttpResponse:
    """Compute the open months now, up to and including today."""
    request_recompute(actor=request.actor, up_to=today(request), at=clock.now())
    messages.success(request, _("The open months are being computed."))
    return redirect(request, "payout_list", request.tenant.slug)


@require_POST
@needs("payouts.prepare")
def payout_submit(request: TenantRequest, month: str) -> HttpResponse:
    period = read_month(month)
    return _act(
        request,
        period,
        lambda: services.submit(actor=request.actor, month=period.start, at=clock.now()),
        _("Submitted. Somebody else can approve it now."),
    )


@require_POST
@needs("payouts.approve")
def payout_approve(request: TenantRequest, month: str) -> HttpResponse:
    period, form = read_month(month), ApproveForm(request.POST)
    digest = form.cleaned_data["digest"] if form.is_valid() else ""
    return _act(
        request,
        period,
        lambda: services.approve(actor=request.actor, month=period.start, digest=digest, at=clock.now()),
        _("Approved. The month is closed; later changes become corrections in the next one."),
    )


@require_POST
@needs("payouts.approve")
def payout_send_back(request: TenantRequest, month: str) -> HttpResponse:
    period, form = read_month(month), SendBackForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return _act(
        request,
        period,
        lambda: services.send_back(actor=request.actor, month=period.start, reason=reason),
        _("Sent back. It is a draft again."),
    )


def _act(request: TenantRequest, month: Period, act: Callable[[], object], done: str) -> HttpResponse:
    """Do it and come back to the month; a refusal is said there."""
    try:
        act()
    except DomainError as error:
        messages.error(request, translated(error))
    else:
        messages.success(request, done)
    return redirect(request, "payout_detail", request.tenant.slug, month.key)


@never_cache
@require_GET
@needs("payouts.export")
def payout_export(request: TenantRequest, month: str, format: str) -> HttpResponse:
    """The month's file, made in memory: 10,000 people are 1 MB."""
    period = read_month(month)
    try:
        known = read_format(format)
    except DomainError:
        raise NotVisible from None
    file = io.BytesIO()
    write_payouts(file, known, [period], request.tenant.currency)
    response = HttpResponse(file.getvalue(), content_type=CONTENT_TYPES[known])
    name = f"payouts-{request.tenant.slug}-{period.key}.{known}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
