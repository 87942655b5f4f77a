"""The pages that move a deal: to another stage, won, lost, open again.

A card that is dragged, moved by the keyboard or by its menu, and the path on the deal's page all send the same form to
`deal_move`. What a move asks for is one dialog, the same from everywhere; without script it is a page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.access.views import TenantRequest, needs, today
from pipeline.board.pages import refreshed
from pipeline.deals import gates, selectors, services
from pipeline.deals.forms import ActionForm, GateForm, LoseForm, MoveForm, MoveTargetForm, WinForm
from pipeline.deals.models import Criterion, Deal, Stage
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error, translated
from salesops.lib.htmx import invalid, redirect, render, wants_fragment

DIALOG = "move-dialog"


@dataclass(frozen=True, slots=True)
class _Action:
    """One way of moving a deal: its form, the service behind it, and what it says."""

    url_name: str
    form: type[ActionForm]
    service: Callable[..., Deal]
    title: str | Promise
    submit: str | Promise
    consequence: str | Promise
    done: str | Promise


_MOVE = _Action(
    "deal_move",
    MoveForm,
    services.move_to_stage,
    gettext_lazy("Before it moves on"),
    gettext_lazy("Save and move"),
    gettext_lazy("The stage asks for this before a deal leaves it."),
    gettext_lazy("Moved."),
)
_WIN = _Action(
    "deal_win",
    WinForm,
    services.win,
    gettext_lazy("Won"),
    gettext_lazy("Mark as won"),
    gettext_lazy("The amount is credited to the deal’s participants on the closing day."),
    gettext_lazy("Won. Its participants have been credited."),
)
_LOSE = _Action(
    "deal_lose",
    LoseForm,
    services.lose,
    gettext_lazy("Lost"),
    gettext_lazy("Mark as lost"),
    gettext_lazy("The deal leaves the pipeline; it can be reopened."),
    gettext_lazy("Marked as lost."),
)
_REOPEN = _Action(
    "deal_reopen",
    ActionForm,
    services.reopen,
    gettext_lazy("Reopen"),
    gettext_lazy("Reopen the deal"),
    gettext_lazy("It is open again in the stage it was in last. What was credited for it is taken back."),
    gettext_lazy("The deal is open again."),
)


@require_POST
@needs("deals.edit")
def deal_move(request: TenantRequest, deal_id: int) -> HttpResponse:
    """Put a deal into another stage. Where that asks for more, the answer is the dialog with what is asked."""
    day = today(request)
    deal = selectors.get_deal(request.actor, day, deal_id, "deals.edit")
    stages = selectors.stages()
    sent = MoveTargetForm(request.POST)
    sent.is_valid()
    target = next((stage for stage in stages if stage.pk == sent.cleaned_data.get("stage")), None)
    board = sent.cleaned_data.get("board", "")
    if target is None or sent.errors:
        messages.error(request, _("There is no such stage; nothing was changed."))
        return _answer(request, deal, board)
    if deal.version != sent.cleaned_data["version"]:
        return _told_of_conflict(request, deal, sent.cleaned_data["version"], board, day)
    if target.kind != Stage.Kind.OPEN:
        action = _WIN if target.kind == Stage.Kind.WON else _LOSE
        return _dialog(request, deal, action, _form(request, deal, action, stages, board=board))
    form = _form(request, deal, _MOVE, stages, target=target, bound=True)
    if not form.is_valid():
        if not _was_shown(request, form):  # nobody has been asked yet, so there is nothing to complain about
            form = _form(request, deal, _MOVE, stages, target=target, board=board)
        return _dialog(request, deal, _MOVE, form)
    return _carry_out(request, deal, _MOVE, form, day)


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def deal_win(request: TenantRequest, deal_id: int) -> HttpResponse:
    return _act(request, deal_id, _WIN)


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def deal_lose(request: TenantRequest, deal_id: int) -> HttpResponse:
    return _act(request, deal_id, _LOSE)


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def deal_reopen(request: TenantRequest, deal_id: int) -> HttpResponse:
    return _act(request, deal_id, _REOPEN)


def _act(request: TenantRequest, deal_id: int, action: _Action) -> HttpResponse:
    day = today(request)
    deal = selectors.get_deal(request.actor, day, deal_id, "deals.edit")
    form = _form(request, deal, action, selectors.stages(), bound=request.method == "POST")
    if request.method == "POST" and form.is_valid():
        return _carry_out(request, deal, action, form, day)
    return _form_answer(request, deal, action, form)


def _form(
    request: TenantRequest,
    deal: Deal,
    action: _Action,
    stages: Sequence[Stage],
    *,
    target: Stage | None = None,
    bound: bool = False,
    board: str = "",
) -> ActionForm:
    given: dict[str, Any] = {"deal": deal, "actor": request.actor, "as_of": today(request), "board": board}
    if issubclass(action.form, GateForm):
        target = target or next(stage for stage in stages if stage.kind == Stage.Kind.WON)
        given["missing"] = _missing(deal, target, stages)
        if action is _MOVE:
            given["initial"] = {"stage": target.pk}
    return action.form(request.POST if bound else None, auto_id=f"{action.url_name}_%s", **given)


def _missing(deal: Deal, target: Stage, stages: Sequence[Stage]) -> list[Criterion]:
    """An open deal lacks what its gates ask for; a closed one is refused by the service."""
    return gates.missing(deal, target, stages, {}) if deal.stage.kind == Stage.Kind.OPEN else []


def _was_shown(request: TenantRequest, form: ActionForm) -> bool:
    """Whether the dialog has been filled in: a card that was just dropped sends none of its fields."""
    return any(name in request.POST for name in form.fields if name not in MoveTargetForm.base_fields)


def _carry_out(request: TenantRequest, deal: Deal, action: _Action, form: ActionForm, day: date) -> HttpResponse:
    board = form.cleaned_data["board"]
    try:
        action.service(actor=request.actor, deal_id=deal.pk, as_of=day, **form.asked())
    except DomainError as error:
        if error.code == "conflict" and board:
            messages.error(request, translated(error))
            return _answer(request, deal, board)
        add_domain_error(form, error)
        return _form_answer(request, deal, action, form)
    if action is not _MOVE:
        messages.success(request, str(action.done))
    return _answer(request, deal, board)


def _told_of_conflict(request: TenantRequest, deal: Deal, version: int, board: str, day: date) -> HttpResponse:
    """Somebody else was faster: say who, and show where the deal is now."""
    try:
        services.refuse_outdated(actor=request.actor, deal_id=deal.pk, version=version, as_of=day)
    except DomainError as error:
        messages.error(request, translated(error))
    return _answer(request, deal, board)


def _answer(request: TenantRequest, deal: Deal, board: str) -> HttpResponse:
    """Back to where one came from: the board as it is now, or the deal's page."""
    if not board:
        return redirect(request, "deal_detail", request.tenant.slug, deal.pk)
    if not wants_fragment(request):
        return redirect(request, refreshed(request, board).address)
    page = refreshed(request, board)
    answer = render(
        request,
        "pipeline/board/board.html",
        page.context(),
        fragment="pipeline/board/_board.html",
        triggers={"close-dialog": {}},
    )
    return reswap(retarget(answer, "#board"), "outerHTML")


def _dialog(request: TenantRequest, deal: Deal, action: _Action, form: ActionForm) -> HttpResponse:
    """The question itself, put into the dialog that every page with moves has."""
    answer = _form_answer(request, deal, action, form)
    if wants_fragment(request):
        answer.status_code = 200
        reswap(retarget(answer, f"#{DIALOG} .dialog-body"), "innerHTML")
        trigger_client_event(answer, "open-dialog", {"id": DIALOG}, after="settle")
    return answer


def _form_answer(request: TenantRequest, deal: Deal, action: _Action, form: ActionForm) -> HttpResponse:
    context = {"deal": deal, "form": form, "action": action, "form_id": f"{action.url_name}-form"}
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/deals/deal_action.html", context, fragment="pipeline/deals/_deal_action.html")
