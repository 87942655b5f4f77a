"""What the deal pages show, put together from selectors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.access.actor import Actor
from accounts.access.policy import has, may
from accounts.audit.models import AuditEntry
from accounts.people.models import Member
from pipeline.deals import selectors
from pipeline.deals.forms import FilterForm
from pipeline.deals.models import Deal, Stage
from pipeline.deals.selectors import DealFilter
from pipeline.deals.values import LABELS
from pipeline.slots import deal_panels
from salesops.lib.errors import DomainError
from salesops.lib.periods import FiscalCalendar, Period


def read_filter(query: Any, calendar: FiscalCalendar) -> tuple[DealFilter, dict[str, str]]:
    """The filter in the address, and its texts for the form; what makes no sense is left out."""
    form = FilterForm(query)
    form.is_valid()
    cleaned = form.cleaned_data
    closing = _period(cleaned.get("period", ""), calendar)
    narrowed = DealFilter(
        search=cleaned.get("search", "").replace("\0", ""),
        stage_id=_row_id(cleaned.get("stage")),
        owner_id=_row_id(cleaned.get("owner")),
        customer_id=_row_id(cleaned.get("customer")),
        closing=closing,
    )
    return narrowed, {name: query.get(name, "") for name in form.fields}


@dataclass(frozen=True, slots=True)
class Row:
    """A deal as the list shows it. The badge of its stage is drawn once for each stage, not for each deal."""

    deal: Deal
    owner: str
    badge: SafeString


def table(deals: list[Deal], stages: Iterable[Stage], owners: Iterable[Member]) -> list[Row]:
    """The rows of a page of deals; `owners` are all members in the reader's scope."""
    badges = {stage.pk: render_to_string("pipeline/deals/_stage_badge.html", {"stage": stage}) for stage in stages}
    names = {owner.pk: owner.full_name for owner in owners}
    return [Row(deal, names[deal.owner_id], badges[deal.stage_id]) for deal in deals]


def _row_id(number: int | None) -> int | None:
    """A number that may be a row's id; 0 stands for one that no row has."""
    return number if number is None or 0 < number < 2**63 else 0


def _period(key: str, calendar: FiscalCalendar) -> Period | None:
    try:
        return calendar.parse(key) if key else None
    except DomainError:
        return None


def detail(actor: Actor, deal: Deal, as_of: date) -> dict[str, Any]:
    """Everything on one deal's page."""
    stages = selectors.stages()
    path = [stage for stage in stages if stage.kind == Stage.Kind.OPEN or stage.pk == deal.stage_id]
    if deal.stage.kind == Stage.Kind.OPEN:
        path.append(next(stage for stage in stages if stage.kind == Stage.Kind.WON))
    lines = selectors.credit_lines(deal)
    return {
        "deal": deal,
        "days_in_stage": (as_of - deal.stage_since).days,
        "is_open": deal.stage.kind == Stage.Kind.OPEN,
        "path": [stage.name for stage in path],
        "at": [stage.pk for stage in path].index(deal.stage_id),
        "other_stages": [one for one in stages if one.kind == Stage.Kind.OPEN and one.pk != deal.stage_id],
        "history": selectors.stage_history(deal),
        "credit_lines": lines,
        "credited": sum(line.amount * line.share for line in lines) // 1_000_000,
        "may_edit": has(actor, "deals.edit") and may(actor, "deals.edit", as_of=as_of, owner_id=deal.owner_id),
        "panels": deal_panels.shown_to(actor, deal_id=deal.pk),
    }


def changes(deal: Deal) -> dict[str, Any]:
    """Who changed what in the deal, after it was made."""
    return {"deal": deal, "amendments": [(entry, _told(entry)) for entry in selectors.amendments(deal)]}


def _told(entry: AuditEntry) -> list[str]:
    return [str(LABELS.get(name, name)) for name in entry.data.get("changes", {})]
