"""The pages of handovers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from accounts.people.models import Member
from pipeline.handover import selectors, services
from pipeline.handover.forms import HandoverForm, VersionForm
from pipeline.handover.models import Handover
from salesops.lib import clock
from salesops.lib.errors import DomainError, NotVisible
from salesops.lib.forms import add_domain_error, translated
from salesops.lib.htmx import invalid, redirect, render
from salesops.lib.keyset import page, query_with

_ON_A_PANEL = 5
_TABLE = "pipeline/handover/_handover_table.html"


@require_GET
@needs("handovers.view")
def handover_list(request: TenantRequest) -> HttpResponse:
    """Handovers in which somebody of one's own gives or takes, the latest first; `?member=` narrows to one person."""
    handovers = selectors.find_handovers(request.actor, today(request), _number(request.GET.get("member", "")))
    found = page(handovers, by=selectors.NEWEST, cursor=request.GET.get("cursor", ""))
    context = {
        "handovers": found.rows,
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
        "may_manage": has(request.actor, "handovers.manage"),
    }
    return render(request, "pipeline/handover/handover_list.html", context, fragment=_TABLE)


@require_http_methods(["GET", "POST"])
@needs("handovers.manage")
def handover_create(request: TenantRequest) -> HttpResponse:
    """First whose work (`?from=`), then to whom, when and what."""
    day = today(request)
    givers = selectors.givers(request.actor, day)
    giver = givers.filter(pk=_number(request.GET.get("from", "")) or 0).first()
    if giver is None:
        return render(request, "pipeline/handover/handover_from.html", {"givers": list(givers)})
    form = HandoverForm(request.POST or None, actor=request.actor, giver=giver, as_of=day)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.request_handover(actor=request.actor, wanted=form.wanted(), at=clock.now())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _said(made))
            return redirect(request, "handover_detail", request.tenant.slug, made.pk)
    return _form_page(request, form, giver)


def _form_page(request: TenantRequest, form: HandoverForm, giver: Member) -> HttpResponse:
    context = {
        "form": form,
        "giver": giver,
        **form.picks(),
    }
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/handover/handover_form.html", context)


def _said(made: Handover) -> str:
    if made.state == Handover.State.DONE:
        return _("Done: %(number)s records have changed hands.") % {"number": sum(made.moved.values())}
    if made.state == Handover.State.WAITING:
        return _("The handover waits for the approval of somebody who answers for %(name)s.") % {
            "name": made.taker.full_name
        }
    return _("The handover is planned.")


@require_GET
@needs("handovers.view")
def handover_detail(request: TenantRequest, handover_id: int) -> HttpResponse:
    day = today(request)
    handover = selectors.get_handover(request.actor, day, handover_id)
    context: dict[str, Any] = {
        "handover": handover,
        "counts": selectors.counts_of(request.actor, handover, day),
        "customers": selectors.named_customers(handover.customer_ids),
        "deals": selectors.named_deals(handover.deal_ids),
        "may_cancel": selectors.may_cancel(request.actor, handover, day),
        "may_approve": selectors.may_approve(request.actor, handover, day),
    }
    return render(request, "pipeline/handover/handover_detail.html", context)


@require_GET
@needs("handovers.manage")
def member_handovers(request: TenantRequest, member_id: int) -> HttpResponse:
    """On a member's page: what they look after, and their handovers. Empty for who does not answer for them."""
    day = today(request)
    member = Member.objects.filter(pk=member_id).first()
    if member is None:
        raise NotVisible
    answers = selectors.answers_for(request.actor, member, day)
    context = {
        "member": member,
        "answers": answers,
        "counts": selectors.counts(request.actor, member, day) if answers else [],
        "handovers": selectors.latest_of(request.actor, day, member, _ON_A_PANEL) if answers else [],
    }
    return render(request, "pipeline/handover/_member_panel.html", context)


@require_POST
@needs("handovers.manage")
def handover_approve(request: TenantRequest, handover_id: int) -> HttpResponse:
    return _decide(request, handover_id, services.approve)


@require_POST
@needs("handovers.manage")
def handover_cancel(request: TenantRequest, handover_id: int) -> HttpResponse:
    return _decide(request, handover_id, services.cancel)


def _decide(request: TenantRequest, handover_id: int, service: Callable[..., Handover]) -> HttpResponse:
    handover = selectors.get_handover(request.actor, today(request), handover_id)
    form = VersionForm(request.POST)
    try:
        version = form.cleaned_data["version"] if form.is_valid() else 0
        decided = service(actor=request.actor, handover_id=handover.pk, version=version, at=clock.now())
    except DomainError as error:
        messages.error(request, translated(error))
    else:
        cancelled = decided.state == Handover.State.CANCELLED
        messages.success(request, _("The handover is cancelled.") if cancelled else _said(decided))
    return redirect(request, "handover_detail", request.tenant.slug, handover.pk)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
