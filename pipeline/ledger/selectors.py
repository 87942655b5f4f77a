"""Reading the ledger for its page and the API."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import visible_members
from accounts.people.models import Member, Region, Team
from pipeline import facts
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal
from pipeline.ledger.models import CreditLine
from salesops.lib.money import round_half_up

PAGE = 50


@dataclass(frozen=True, slots=True)
class CreditRow:
    """A line with the name of who is credited."""

    line: facts.Credit
    participant: str

    @property
    def credited(self) -> int:
        """Minor units, rounded for display; the sum above the list is that of the exact values."""
        return round_half_up(self.line.credited)


@dataclass(frozen=True, slots=True)
class CreditPage:
    rows: list[CreditRow]
    next: str


def within(actor: Actor, where: facts.Slice, as_of: date) -> facts.Slice:
    """The part of the slice that the actor sees: credits of the members whose deals they see."""
    members = visible_members(actor, "deals.view", as_of)
    if members is None:
        return where
    asked = members if where.participants is None else members & set(where.participants)
    return replace(where, participants=sorted(asked))


def credit_page(where: facts.Slice, cursor: str) -> CreditPage:
    """The newest lines first. A cursor that was not made here shows the first page."""
    found = facts.credit_page(where, after=_read(cursor), size=PAGE + 1)
    shown = found[:PAGE]
    names: dict[int, str] = dict(
        Member.objects.filter(pk__in={line.participant_id for line in shown}).values_list("id", "full_name")
    )
    rows = [CreditRow(line, names[line.participant_id]) for line in shown]
    return CreditPage(rows, f"{shown[-1].date}.{shown[-1].id}" if len(found) > PAGE else "")


def described(where: facts.Slice) -> list[str]:
    """The names of what the slice is narrowed to, for the page's heading. Names of the tenant's own rows only."""
    named: list[str] = []
    for model, column, ids in (
        (Region, "name", where.regions),
        (Team, "name", where.teams),
        (Member, "full_name", where.participants),
        (Customer, "name", where.customers),
        (Deal, "reference", [where.deal] if where.deal is not None else None),
    ):
        if ids is not None and len(ids) <= 3:
            named += model.objects.filter(pk__in=ids).order_by(column).values_list(column, flat=True)
    return named


def _read(cursor: str) -> tuple[date, int] | None:
    day, _, number = cursor.partition(".")
    try:
        return (date.fromisoformat(day), int(number)) if number.isdecimal() and len(number) < 19 else None
    except ValueError:
        return None


def every_line(where: facts.Slice) -> QuerySet[CreditLine]:
    """The lines of the slice with reversals and what they reversed, for those who copy the ledger."""
    lines = CreditLine.objects.filter(date__range=(where.first, where.last), basis=where.basis)
    for column in ("participant", "team", "region", "customer"):
        if (wanted := getattr(where, f"{column}s")) is not None:
            lines = lines.filter(**{f"{column}_id__in": wanted})
    return lines if where.deal is None else lines.filter(deal_id=where.deal)
