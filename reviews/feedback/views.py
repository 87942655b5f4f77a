"""The pages of feedback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from pipeline.customers import facts
from reviews.feedback import pages, selectors, services
from reviews.feedback.deadlines import response_times
from reviews.feedback.forms import (
    ActionForm,
    AnswerForm,
    AssignForm,
    EditCaseForm,
    NewCaseForm,
    RateForm,
    ReopenForm,
    ResolveForm,
    ResponseTimesForm,
    SeverityForm,
)
from reviews.feedback.models import Channel, FeedbackCase, Kind, Severity, State
from reviews.feedback.trends import WEEKS, read_trends
from salesops.lib import clock
from salesops.lib.errors import DomainError, NotVisible
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render
from salesops.lib.keyset import page, query_with

_TABLE = "reviews/feedback/_feedback_table.html"


@require_GET
@needs("feedback.view")
def feedback_list(request: TenantRequest) -> HttpResponse:
    """What is to be answered, the most urgent first; with another state what there was, the newest first."""
    now = clock.now()
    narrowed, typed = pages.read_filter(request.GET, default_state=State.OPEN)
    cases = selectors.find_cases(request.actor, now, narrowed)
    found = page(cases, by=narrowed.order, cursor=request.GET.get("cursor", ""))
    context = {
        "rows": pages.table(found.rows, now),
        "filters": typed,
        "filtered": any(value for name, value in typed.items() if name != "state"),
        "count": selectors.count_capped(cases),
        "most": selectors.COUNTED,
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
        "waiting": selectors.count_waiting(selectors.unanswered(request.actor, now), now),
        "choices": {"severity": Severity.choices, "channel": Channel.choices, "kind": Kind.choices},
        "states": [(State.OPEN, State.OPEN.label), ("overdue", _("Overdue")), *State.choices[1:]],
        "products": facts.products(),
        "owners": list(selectors.owners(request.actor, today(request))),
        "may_edit": has(request.actor, "feedback.edit"),
        "may_set": has(request.actor, "settings.manage"),
    }
    return render(request, "reviews/feedback/feedback_list.html", context, fragment=_TABLE)


@require_GET
@needs("feedback.view")
def feedback_detail(request: TenantRequest, case_id: int) -> HttpResponse:
    case = selectors.get_case(request.actor, today(request), case_id)
    context = pages.detail(request.actor, case, clock.now())
    return render(request, "reviews/feedback/feedback_detail.html", context)


@require_GET
@needs("feedback.view")
def feedback_trends(request: TenantRequest) -> HttpResponse:
    """By week, product and channel, and who says the same again."""
    asked = request.GET.get("weeks", "")
    weeks = int(asked) if asked in {str(number) for number in WEEKS} else WEEKS[1]
    choices = [
        {"label": _("%(number)d weeks") % {"number": number}, "url": f"?weeks={number}", "current": number == weeks}
        for number in WEEKS
    ]
    context = {"trends": read_trends(request.actor, clock.now(), weeks), "weeks": weeks, "choices": choices}
    return render(request, "reviews/feedback/feedback_trends.html", context)


@require_http_methods(["GET", "POST"])
@needs("feedback.edit")
def feedback_create(request: TenantRequest) -> HttpResponse:
    """From a customer's page (`?customer=`), from a deal's (`?deal=`), or from nowhere, asking for the customer."""
    now, actor = clock.now(), request.actor
    customer, deal = _begun_from(request)
    form = NewCaseForm(request.POST or None, actor=actor, at=now, customer=customer, deal=deal)
    if request.method == "POST" and form.is_valid():
        try:
            case = services.log(actor=actor, at=now, **form.logged())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The feedback is logged."))
            return redirect(request, "feedback_detail", request.tenant.slug, case.pk)
    return _form_page(request, "reviews/feedback/feedback_form.html", {"form": form, "customer": customer})


def _begun_from(request: TenantRequest) -> tuple[facts.CustomerFact | None, facts.DealFact | None]:
    """The customer and the deal that the address names; one that is not the reader's is no page."""
    named = {name: request.GET.get(name, "") for name in ("customer", "deal")}
    if not all(text == "" or (text.isascii() and text.isdecimal() and len(text) < 19) for text in named.values()):
        raise NotVisible
    day, actor = today(request), request.actor
    deal = facts.find_deal(actor, day, int(named["deal"])) if named["deal"] else None
    customer_id = (deal.customer_id if deal else None) or int(named["customer"] or 0)
    customer = facts.find_customer(actor, day, customer_id=customer_id) if customer_id else None
    if (named["deal"] and deal is None) or (customer_id and customer is None):
        raise NotVisible
    return customer, deal


@require_http_methods(["GET", "POST"])
@needs("feedback.edit")
def feedback_edit(request: TenantRequest, case_id: int) -> HttpResponse:
    day, actor = today(request), request.actor
    case = selectors.get_case(actor, day, case_id, "feedback.edit")
    form = EditCaseForm(request.POST or None, actor=actor, as_of=day, case=case)
    if request.method == "POST" and form.is_valid():
        values, version = form.values(case.customer_id), form.cleaned_data["version"]
        try:
            services.edit(actor=actor, case_id=case.pk, version=version, values=values, at=clock.now())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, "feedback_detail", request.tenant.slug, case.pk)
    return _form_page(request, "reviews/feedback/feedback_form.html", {"form": form, "case": case})


@require_http_methods(["GET", "POST"])
@needs("settings.manage")
def feedback_response_times(request: TenantRequest) -> HttpResponse:
    times = response_times()
    initial = {name: times.hours(name) for name in Severity.values} | {"version": times.version if times.pk else 0}
    form = ResponseTimesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            services.set_response_times(actor=request.actor, version=version, hours=form.hours())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved. The new times hold for deadlines set from now on."))
            return redirect(request, "feedback_list", request.tenant.slug)
    return _form_page(request, "reviews/feedback/response_times.html", {"form": form})


def _form_page(request: TenantRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    answer = invalid if request.method == "POST" else render
    return answer(request, template, context)


# --- What is done about a case: one page each, which is also the dialog's content ------------------------------------


@dataclass(frozen=True, slots=True)
class _Action:
    url_name: str
    form: type[ActionForm]
    service: Callable[..., FeedbackCase]
    title: str | Promise
    submit: str | Promise
    consequence: str | Promise
    done: str | Promise


_ANSWER = _Action(
    "feedback_answer",
    AnswerForm,
    services.answer,
    gettext_lazy("Answer"),
    gettext_lazy("Keep the answer"),
    gettext_lazy("Write down what the customer was told. The first answer stops the clock."),
    gettext_lazy("Answered."),
)
_RESOLVE = _Action(
    "feedback_resolve",
    ResolveForm,
    services.resolve,
    gettext_lazy("Resolve"),
    gettext_lazy("Mark as resolved"),
    gettext_lazy("The customer knows what was done. It can be reopened."),
    gettext_lazy("Resolved. Ask the customer how content they are now."),
)
_REOPEN = _Action(
    "feedback_reopen",
    ReopenForm,
    services.reopen,
    gettext_lazy("Reopen"),
    gettext_lazy("Reopen the feedback"),
    gettext_lazy("An answer is awaited again, within the response time from now."),
    gettext_lazy("It waits for an answer again."),
)
_RATE = _Action(
    "feedback_rate",
    RateForm,
    services.rate,
    gettext_lazy("Satisfaction afterwards"),
    gettext_lazy("Keep the rating"),
    gettext_lazy("As the customer says it, not as it looks from here."),
    gettext_lazy("Thank you. The rating is kept."),
)
_SEVERITY = _Action(
    "feedback_severity",
    SeverityForm,
    services.change_severity,
    gettext_lazy("Severity and deadline"),
    gettext_lazy("Change"),
    gettext_lazy("The deadline is counted anew from when an answer was first awaited. The change is kept on record."),
    gettext_lazy("Severity and deadline are changed."),
)
_ASSIGN = _Action(
    "feedback_assign",
    AssignForm,
    services.assign,
    gettext_lazy("Owner"),
    gettext_lazy("Give it to them"),
    gettext_lazy("They are told, and the deadline stays as it is."),
    gettext_lazy("Somebody else answers for it now."),
)


@require_http_methods(["GET", "POST"])
@needs("feedback.edit")
def feedback_answer(request: TenantRequest, case_id: int) -> HttpResponse:
    return _act(request, case_id, _ANSWER)


@require_http_methods(["GET", "POST"])
@needs("feedback.edit")
def feedback_resolve(request: TenantRequest, case_id: int) -> HttpResponse:
    return _act(request, case_id, _RESOLVE)


@require_http_methods(["GET", "POST"])
@needs("feedback.edit")
def feedback_reopen(request: TenantRequest, case_id: int) -> HttpResponse:
    return _act(request, case_id, _REOPEN)


@require_http_methods(["GET", "POST"])
@needs("feedback.edit")
def feedback_rate(request: TenantRequest, case_id: int) -> HttpResponse:
    return _act(request, case_id, _RATE)


@require_http_methods(["GET", "POST"])
@needs("feedback.edit")
def feedback_severity(request: TenantRequest, case_id: int) -> HttpResponse:
    return _act(request, case_id, _SEVERITY)


@require_http_methods(["GET", "POST"])
@needs("feedback.edit")
def feedback_assign(request: TenantRequest, case_id: int) -> HttpResponse:
    return _act(request, case_id, _ASSIGN)


def _act(request: TenantRequest, case_id: int, action: _Action) -> HttpResponse:
    now = clock.now()
    case = selectors.get_case(request.actor, today(request), case_id, "feedback.edit")
    form = action.form(request.POST or None, actor=request.actor, at=now, case=case, auto_id=f"{action.url_name}_%s")
    if request.method == "POST" and form.is_valid():
        try:
            action.service(actor=request.actor, case_id=case.pk, at=now, **form.arguments())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, str(action.done))
            return redirect(request, "feedback_detail", request.tenant.slug, case.pk)
    context = {"case": case, "form": form, "action": action, "form_id": f"{action.url_name}-form"}
    answer = invalid if request.method == "POST" else render
    fragment = "reviews/feedback/_feedback_action.html"
    return answer(request, "reviews/feedback/feedback_action.html", context, fragment=fragment)
