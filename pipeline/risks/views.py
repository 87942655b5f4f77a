"""The pages of risks: the board, the list, one risk and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access.views import TenantRequest, needs, today
from pipeline.risks import pages, selectors, services
from pipeline.risks.forms import CloseForm, MuteForm, RiskForm, RuleForm, StepForm, VersionForm
from pipeline.risks.models import Risk
from pipeline.risks.rules import rules_in_force
from pipeline.risks.telling import tell, tell_all
from salesops.lib import clock
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error, translated
from salesops.lib.htmx import invalid, redirect, render, wants_fragment
from salesops.lib.keyset import page, query_with

_WORK = "pipeline/risks/_work.html"


@require_GET
@needs("risks.view")
def risk_board(request: TenantRequest) -> HttpResponse:
    """The worst first, in columns by severity; what is oldest stands on top."""
    day = today(request)
    narrowed, typed = pages.read_filter(request.GET)
    context = pages.filters(request.actor, day, narrowed, typed) | pages.board(
        request.actor, day, narrowed, request.GET
    )
    return render(request, "pipeline/risks/risk_board.html", context, fragment="pipeline/risks/_board.html")


@require_GET
@needs("risks.view")
def risk_list(request: TenantRequest) -> HttpResponse:
    day = today(request)
    narrowed, typed = pages.read_filter(request.GET)
    risks = selectors.find_risks(request.actor, day, narrowed)
    found = page(risks, by=selectors.ORDER, cursor=request.GET.get("cursor", ""))
    context = pages.filters(request.actor, day, narrowed, typed) | {
        "rows": tell_all(found.rows, day, request.tenant.currency),
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
    }
    return render(request, "pipeline/risks/risk_list.html", context, fragment="pipeline/risks/_table.html")


@require_GET
@needs("risks.view")
def risk_detail(request: TenantRequest, risk_id: int) -> HttpResponse:
    day = today(request)
    risk = selectors.get_risk(request.actor, day, risk_id)
    context = pages.detail(request.actor, risk, day) | {"step_form": StepForm()}
    return render(request, "pipeline/risks/risk_detail.html", context)


@require_http_methods(["GET", "POST"])
@needs("risks.edit")
def risk_enter(request: TenantRequest) -> HttpResponse:
    """A risk that no detector finds."""
    form = RiskForm(request.POST or None, initial=_about(request), actor=request.actor, as_of=today(request))
    if request.method == "POST" and form.is_valid():
        try:
            risk = services.enter(actor=request.actor, values=form.values(), at=clock.now())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The risk is on the board."))
            return redirect(request, "risk_detail", request.tenant.slug, risk.pk)
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/risks/risk_enter.html", {"form": form})


def _about(request: TenantRequest) -> dict[str, str]:
    """A link on a customer's or a deal's page brings its name along."""
    return {name: request.GET.get(name, "").replace("\0", "")[:160] for name in ("customer", "deal")}


# --- What is done about it -------------------------------------------------------------------------------------------


@require_POST
@needs("risks.edit")
def risk_acknowledge(request: TenantRequest, risk_id: int) -> HttpResponse:
    return _at_once(request, risk_id, services.acknowledge, _("Acknowledged. It is yours to deal with now."))


@require_POST
@needs("risks.edit")
def risk_mitigate(request: TenantRequest, risk_id: int) -> HttpResponse:
    return _at_once(request, risk_id, services.mitigate, _("It is being mitigated now."))


@require_POST
@needs("risks.edit")
def risk_reopen(request: TenantRequest, risk_id: int) -> HttpResponse:
    return _at_once(request, risk_id, services.reopen, _("The risk is open again."))


def _at_once(request: TenantRequest, risk_id: int, service: Callable[..., Risk], done: str) -> HttpResponse:
    """An action that asks for nothing more. A refusal is told on the page, which shows what has changed meanwhile."""
    risk = selectors.get_risk(request.actor, today(request), risk_id, "risks.edit")
    form = VersionForm(request.POST, risk=risk, as_of=today(request))
    try:
        service(actor=request.actor, risk_id=risk.pk, at=clock.now(), version=_version(form))
    except DomainError as error:
        messages.error(request, translated(error))
    else:
        messages.success(request, done)
    return redirect(request, "risk_detail", request.tenant.slug, risk.pk)


def _version(form: VersionForm) -> int:
    return form.cleaned_data["version"] if form.is_valid() else 0


@dataclass(frozen=True, slots=True)
class _Action:
    url_name: str
    form: type[VersionForm]
    service: Callable[..., Risk]
    title: str | Promise
    submit: str | Promise
    consequence: str | Promise
    done: str | Promise


_CLOSE = _Action(
    "risk_close",
    CloseForm,
    services.close,
    gettext_lazy("Close the risk"),
    gettext_lazy("Close"),
    gettext_lazy("It leaves the board, and comes back only if its cause goes and returns, or becomes worse."),
    gettext_lazy("Closed."),
)
_MUTE = _Action(
    "risk_mute",
    MuteForm,
    services.mute,
    gettext_lazy("Mute the risk"),
    gettext_lazy("Mute"),
    gettext_lazy("It leaves the board until the end of that day; the nights go on watching it."),
    gettext_lazy("Muted."),
)


@require_http_methods(["GET", "POST"])
@needs("risks.edit")
def risk_close(request: TenantRequest, risk_id: int) -> HttpResponse:
    return _act(request, risk_id, _CLOSE)


@require_http_methods(["GET", "POST"])
@needs("risks.edit")
def risk_mute(request: TenantRequest, risk_id: int) -> HttpResponse:
    return _act(request, risk_id, _MUTE)


def _act(request: TenantRequest, risk_id: int, action: _Action) -> HttpResponse:
    day = today(request)
    risk = selectors.get_risk(request.actor, day, risk_id, "risks.edit")
    form = action.form(request.POST or None, risk=risk, as_of=day, auto_id=f"{action.url_name}_%s")
    if request.method == "POST" and form.is_valid():
        try:
            action.service(actor=request.actor, risk_id=risk.pk, at=clock.now(), **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, str(action.done))
            return redirect(request, "risk_detail", request.tenant.slug, risk.pk)
    shown = tell(risk, day, request.tenant.currency)
    context: dict[str, Any] = {"shown": shown, "form": form, "action": action, "form_id": f"{action.url_name}-form"}
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/risks/risk_action.html", context, fragment="pipeline/risks/_action.html")


# --- The plan of response --------------------------------------------------------------------------------------------


@require_POST
@needs("risks.edit")
def risk_step_add(request: TenantRequest, risk_id: int) -> HttpResponse:
    """The first step changes the risk's state, so the whole page is drawn anew."""
    day = today(request)
    risk = selectors.get_risk(request.actor, day, risk_id, "risks.edit")
    form = StepForm(request.POST)
    if form.is_valid():
        try:
            services.add_step(actor=request.actor, risk_id=risk.pk, at=clock.now(), **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect(request, "risk_detail", request.tenant.slug, risk.pk)
    context = pages.detail(request.actor, risk, day) | {"step_form": form}
    return invalid(request, "pipeline/risks/risk_detail.html", context, fragment=_WORK)


@require_POST
@needs("risks.edit")
def risk_step_done(request: TenantRequest, risk_id: int, step_id: int) -> HttpResponse:
    """Done, or with an empty `done` not done after all."""
    done = bool(request.POST.get("done"))
    try:
        services.set_step(actor=request.actor, risk_id=risk_id, step_id=step_id, done=done, at=clock.now())
    except DomainError as error:
        messages.error(request, translated(error))
    return _work(request, risk_id)


@require_POST
@needs("risks.edit")
def risk_step_remove(request: TenantRequest, risk_id: int, step_id: int) -> HttpResponse:
    try:
        services.remove_step(actor=request.actor, risk_id=risk_id, step_id=step_id, at=clock.now())
    except DomainError as error:
        messages.error(request, translated(error))
    return _work(request, risk_id)


def _work(request: TenantRequest, risk_id: int) -> HttpResponse:
    """Plan and history as a fragment; without htmx back to the page."""
    if not wants_fragment(request):
        return redirect(request, "risk_detail", request.tenant.slug, risk_id)
    day = today(request)
    risk = selectors.get_risk(request.actor, day, risk_id)
    context = pages.detail(request.actor, risk, day) | {"step_form": StepForm()}
    return render(request, "pipeline/risks/risk_detail.html", context, fragment=_WORK)


# --- Panels on other pages -------------------------------------------------------------------------------------------


@require_GET
@needs("risks.view")
def risk_home_panel(request: TenantRequest) -> HttpResponse:
    """The card on the home page: the worst that ask for something."""
    return _panel(request, pages.home_panel(request.actor, today(request)))


@require_GET
@needs("risks.view")
def deal_risks(request: TenantRequest, deal_id: int) -> HttpResponse:
    return _panel(request, pages.deal_panel(request.actor, today(request), deal_id))


@require_GET
@needs("risks.view")
def customer_risks(request: TenantRequest, customer_id: int) -> HttpResponse:
    return _panel(request, pages.customer_panel(request.actor, today(request), customer_id))


def _panel(request: TenantRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "pipeline/risks/risk_panel.html", context, fragment=context["card"])


# --- What is watched -------------------------------------------------------------------------------------------------


@require_GET
@needs("risks.settings")
def risk_settings(request: TenantRequest) -> HttpResponse:
    """Every kind with its explanation and what holds for the company."""
    return render(request, "pipeline/risks/risk_settings.html", {"rules": rules_in_force()})


@require_http_methods(["GET", "POST"])
@needs("risks.settings")
def risk_rule(request: TenantRequest, kind: str) -> HttpResponse:
    rule = selectors.get_rule(kind)
    form = RuleForm(request.POST or None, rule=rule)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_rule(
                actor=request.actor,
                kind=kind,
                version=form.cleaned_data["version"],
                enabled=form.cleaned_data["enabled"],
                severity=form.cleaned_data["severity"],
                parameters=form.chosen(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved. It holds from the next night on."))
            return redirect(request, "risk_settings", request.tenant.slug)
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/risks/risk_rule.html", {"form": form, "rule": rule})
