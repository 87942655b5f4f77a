"""The statement pages. What somebody earns is never kept by a browser's cache."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from incentives.statements.selectors import latest_month, statement_page
from salesops.lib.errors import DomainError, NotVisible
from salesops.lib.htmx import render
from salesops.lib.periods import FiscalCalendar, Period

_PAGE = "incentives/statements/statement_detail.html"


@never_cache
@require_GET
@needs("pay.view")
def statement_mine(request: TenantRequest) -> HttpResponse:
    """The member's own newest month."""
    day, member = today(request), request.actor.member
    if member is None:
        raise NotVisible
    return _show(request, member.pk, latest_month(member, day))


@never_cache
@require_GET
@needs("pay.view")
def statement_detail(request: TenantRequest, member_id: int, month: str) -> HttpResponse:
    return _show(request, member_id, read_month(month))


def read_month(key: str) -> Period:
    """The month of an address; anything else is an address that does not exist."""
    try:
        month = FiscalCalendar().parse(key)
    except DomainError:
        raise NotVisible from None
    if month.kind != "month":
        raise NotVisible
    return month


def _show(request: TenantRequest, member_id: int, month: Period) -> HttpResponse:
    page = statement_page(request.actor, member_id, month, today(request))
    own = request.actor.member is not None and request.actor.member.pk == member_id
    payouts = has(request.actor, "payouts.export")
    return render(request, _PAGE, {"page": page, "own": own, "may_see_payouts": payouts})
