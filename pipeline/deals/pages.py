"""What the deal pages show, put together from selectors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.access.actor import Actor
from accounts.access.policy import has, may
from accounts.audit.models import AuditEntry
from accounts.people.models import Member
from pipeline.customers.selectors import visible_customers
from pipeline.deals import selectors
from pipeline.deals.ages import Age, age_of
from pipeline.deals.forms import FilterForm
from pipeline.deals.models import Deal, Split, Stage, StageChange
from pipeline.deals.selectors import DealFilter
from pipeline.deals.splitting import as_percent
from pipeline.deals.values import LABELS
from pipeline.ledger.models import WHOLE
from pipeline.risks.selectors import open_risks_of_deals
from pipeline.risks.telling import risk_marks
from pipeline.scope import names_of
from pipeline.slots import deal_panels
from salesops.lib.errors import DomainError
from salesops.lib.money import round_half_up
from salesops.lib.periods import FiscalCalendar, Period


def read_filter(query: Any, calendar: FiscalCalendar) -> tuple[DealFilter, dict[str, str]]:
    """The filter in the address, and its texts for the form; what makes no sense is left out."""
    form = FilterForm(query)
    form.is_valid()
    cleaned = form.cleaned_data
    first, last, period = cleaned.get("first"), cleaned.get("last"), _period(cleaned.get("period", ""), calendar)
    narrowed = DealFilter(
        search=cleaned.get("search", "").replace("\0", ""),
        stage_id=_row_id(cleaned.get("stage")),
        owner_id=_row_id(cleaned.get("owner")),
        customer_id=_row_id(cleaned.get("customer")),
        closing=(first, last) if first and last else (period.start, period.end) if period else None,
    )
    return narrowed, {name: query.get(name, "") for name in form.fields}


@dataclass(frozen=True, slots=True)
class Row:
    """A deal as the list shows it. The badge of its stage is drawn once for each stage, not for each deal."""

    deal: Deal
    owner: str
    badge: SafeString
    age: Age | None
    step_is_late: bool
    risk: SafeString


def table(actor: Actor, deals: list[Deal], stages: Iterable[Stage], owners: Iterable[Member], as_of: date) -> list[Row]:
    """The rows of a page of deals; `owners` are all members in the reader's scope, others own what is shared."""
    by_id = {stage.pk: stage for stage in stages}
    badges = {
        stage.pk: render_to_string("pipeline/deals/_stage_badge.html", {"stage": stage}) for stage in by_id.values()
    }
    names = {owner.pk: owner.full_name for owner in owners}
    names |= names_of({deal.owner_id for deal in deals} - names.keys())
    risks, marks = open_risks_of_deals(actor, [deal.pk for deal in deals]), risk_marks()
    return [
        Row(
            deal,
            names[deal.owner_id],
            badges[deal.stage_id],
            age_of(deal.stage_since, by_id[deal.stage_id], as_of),
            deal.closed_on is None and deal.next_step_on is not None and deal.next_step_on < as_of,
            marks[risks[deal.pk]] if deal.pk in risks else SafeString(),
        )
        for deal in deals
    ]


def _row_id(number: int | None) -> int | None:
    """A number that may be a row's id; 0 stands for one that no row has."""
    return number if number is None or 0 < number < 2**63 else 0


def _period(key: str, calendar: FiscalCalendar) -> Period | None:
    try:
        return calendar.parse(key) if key else None
    except DomainError:
        return None


@dataclass(frozen=True, slots=True)
class Stay:
    """A stage that the deal has been in: when it came, who moved it, and how many days it stayed (until today)."""

    change: StageChange
    days: int
    is_present: bool


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who is credited, with the part in words and, on the deal's present amount, in money."""

    name: str
    kind: str
    share: str
    minor: int | None


def stays(moves: Sequence[StageChange], deal: Deal, as_of: date) -> list[Stay]:
    """From the moves, newest first. A closed deal stays where it is, so its last stay has no length."""
    ends = [as_of, *(change.entered_on for change in moves)]
    return [
        Stay(change, max((end - change.entered_on).days, 0), at == 0)
        for at, (change, end) in enumerate(zip(moves, ends, strict=False))
    ]


def participants(deal: Deal) -> list[Participant]:
    """Direct shares first; the owner's whole where the deal is not split."""
    splits = sorted(selectors.splits(deal), key=lambda one: one.kind != Split.Kind.DIRECT)
    found = [
        Participant(one.member.full_name, one.get_kind_display(), as_percent(one.share), _part(deal, one.share))
        for one in splits
    ]
    if not any(one.kind == Split.Kind.DIRECT for one in splits):
        direct = str(Split.Kind.DIRECT.label)
        found.insert(0, Participant(deal.owner.full_name, direct, as_percent(WHOLE), deal.amount))
    return found


def _part(deal: Deal, share: int) -> int | None:
    return None if deal.amount is None else round_half_up(Fraction(deal.amount * share, WHOLE))


def stage_path(deal: Deal, stages: Sequence[Stage], moves: Sequence[StageChange]) -> list[Stage]:
    """An open deal has the open stages and the win before it; of a closed one only what it has been in is left."""
    if deal.stage.kind == Stage.Kind.OPEN:
        return [stage for stage in stages if stage.kind != Stage.Kind.LOST]
    been = {move.stage_id for move in moves}
    return [
        stage for stage in stages if stage.pk == deal.stage_id or (stage.kind == Stage.Kind.OPEN and stage.pk in been)
    ]


def detail(actor: Actor, deal: Deal, as_of: date) -> dict[str, Any]:
    """Everything on one deal's page."""
    stages, moves = selectors.stages(), selectors.stage_history(deal)
    path = stage_path(deal, stages, moves)
    lines = selectors.credit_lines(deal)
    return {
        "deal": deal,
        "age": age_of(deal.stage_since, deal.stage, as_of),
        "is_open": deal.stage.kind == Stage.Kind.OPEN,
        "step_is_late": deal.closed_on is None and deal.next_step_on is not None and deal.next_step_on < as_of,
        "path": [stage.name for stage in path],
        "at": [stage.pk for stage in path].index(deal.stage_id),
        "other_stages": [one for one in stages if one.kind == Stage.Kind.OPEN and one.pk != deal.stage_id],
        "stays": stays(moves, deal, as_of),
        "lines": selectors.lines(deal),
        "participants": participants(deal),
        "credit_lines": lines,
        "credited": round_half_up(Fraction(sum(line.amount * line.share for line in lines), WHOLE)),
        "may_edit": has(actor, "deals.edit") and may(actor, "deals.edit", as_of=as_of, owner_id=deal.owner_id),
        "may_open_customer": may_open_customer(actor, deal, as_of),
        "panels": deal_panels.shown_to(actor, deal_id=deal.pk),
    }


def may_open_customer(actor: Actor, deal: Deal, as_of: date) -> bool:
    """Whoever only shares in a deal does not see its customer by that."""
    if may(actor, "deals.view", as_of=as_of, owner_id=deal.owner_id) or deal.customer_id is None:
        return True
    return visible_customers(actor, as_of).filter(pk=deal.customer_id).exists()


def changes(deal: Deal) -> dict[str, Any]:
    """Who changed what in the deal, after it was made."""
    return {"deal": deal, "amendments": [(entry, _told(entry)) for entry in selectors.amendments(deal)]}


def _told(entry: AuditEntry) -> list[str]:
    return [str(LABELS.get(name, name)) for name in entry.data.get("changes", {})]
