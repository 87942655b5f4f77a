"""The cards of the home page that incentives fill. What somebody earns is never kept by a browser's cache."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access.views import TenantRequest, needs, today
from incentives.home import selectors
from salesops.lib.errors import NotVisible
from salesops.lib.htmx import render
from salesops.lib.templatetags.charts import Column
from salesops.lib.templatetags.numbers import percent


@never_cache
@require_GET
@needs("pay.view")
def my_pay_panel(request: TenantRequest) -> HttpResponse:
    """The rep's card: how far the quarter's quota is reached, what the month pays, what is next."""
    day, member = today(request), request.actor.member
    if member is None:
        raise NotVisible
    quarter = request.tenant.calendar.quarter_of(day)
    return render(request, "incentives/home/_my_pay.html", {"pay": selectors.my_pay(member, quarter, day)})


@never_cache
@require_GET
@needs("payouts.export")
def payouts_panel(request: TenantRequest) -> HttpResponse:
    """The newest months and what keeps people of them from being paid."""
    context = {"months": selectors.recent_months(), "troubles": selectors.troubles()}
    return render(request, "incentives/home/_payouts.html", context)


@never_cache
@require_GET
@needs("payouts.export")
def cost_panel(request: TenantRequest) -> HttpResponse:
    """Incentives as a share of bookings, month by month."""
    costs = selectors.costs(request.actor, today(request))
    month_format = _("M")
    columns = [Column(date_format(one.month.start, month_format), one.share, percent(one.share)) for one in costs]
    return render(request, "incentives/home/_cost.html", {"costs": costs, "columns": columns})
