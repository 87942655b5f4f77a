"""The board of deals."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.access.views import TenantRequest, needs
from pipeline.board.pages import MOST, SHOWN, BoardPage
from salesops.lib.errors import NotVisible
from salesops.lib.htmx import render

_PAGE = "pipeline/board/board.html"


@require_GET
@needs("deals.view")
def deal_board(request: TenantRequest) -> HttpResponse:
    context = BoardPage(request, request.GET).context()
    return render(request, _PAGE, context, fragment="pipeline/board/_board.html")


@require_GET
@needs("deals.view")
def deal_board_lane(request: TenantRequest, stage_id: int) -> HttpResponse:
    """One column with more of its cards: `?shown=40`. As a page it is the whole board."""
    shown = request.GET.get("shown", "")
    size = min(int(shown), MOST) if shown.isascii() and shown.isdecimal() and len(shown) < 4 else SHOWN
    context = BoardPage(request, request.GET).context({stage_id: size})
    lane = next((lane for lane in context["lanes"] if lane.stage.pk == stage_id), None)
    if lane is None:
        raise NotVisible
    return render(request, _PAGE, context | {"lane": lane}, fragment="pipeline/board/_lane.html")
