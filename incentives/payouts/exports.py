"""The payout file: one row for each participant and month that had an assignment. The command and the page write it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Literal, get_args

from django.db.models import F
from django.db.models.functions import Collate
from django.utils.translation import gettext as _

from incentives.payouts.models import PayoutBatch
from incentives.statements.models import Statement, StatementProblem
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.exports import Cell, write_csv, write_xlsx
from salesops.lib.money import from_minor, minor_digits
from salesops.lib.periods import Period, month_of

Format = Literal["csv", "xlsx"]
AMOUNTS = (
    "earned",
    "guaranteed",
    "capped",
    "held",
    "released",
    "clawed_back",
    "draw_advanced",
    "draw_recovered",
    "adjusted",
    "written_off",
    "carried",
    "payable",
)
HEADER = ("participant", "team", "period", "currency", *AMOUNTS, "status")
CONTENT_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a participant is not in the file for a month."""

    participant: str
    month: Period
    component: str
    message: str

    def __str__(self) -> str:
        return f"{self.participant}, {self.month.key}, {self.component}: {_(self.message)}"


def read_format(text: str) -> Format:
    for known in get_args(Format):
        if known == text:
            return known  # type: ignore[no-any-return]
    raise DomainError("bad_format", gettext_noop("“%(format)s” is not csv or xlsx."), "format", format=text)


def write_payouts(file: BinaryIO, format: Format, months: Sequence[Period], currency: str) -> None:
    """The file of these months, participants by full name in code point order, then by month."""
    if format == "csv":
        write_csv(file, HEADER, payout_rows(months))
    else:
        write_xlsx(file, HEADER, payout_rows(months), minor_digits(currency))


def payout_rows(months: Sequence[Period]) -> Iterator[list[Cell]]:
    states = dict(PayoutBatch.objects.values_list("month", "state"))
    rows = (
        Statement.objects.filter(month__in=[month.start for month in months])
        .order_by(Collate(F("participant__full_name"), "C"), "month")
        .values_list("participant__full_name", "team__name", "month", "currency", *AMOUNTS)
    )
    for name, team, month, currency, *amounts in rows.iterator(chunk_size=2000):
        money = [from_minor(amount, currency) for amount in amounts]
        yield [name, team or "", month_of(month).key, currency, *money, states.get(month, PayoutBatch.State.DRAFT)]


def left_out(months: Sequence[Period]) -> list[LeftOut]:
    """Who is missing from the file, by name and month."""
    problems = (
        StatementProblem.objects.filter(month__in=[month.start for month in months])
        .order_by(Collate(F("participant__full_name"), "C"), "month", "component")
        .values_list("participant__full_name", "month", "component", "message")
    )
    return [LeftOut(name, month_of(month), component, message) for name, month, component, message in problems]


def not_computed(months: Sequence[Period]) -> list[Period]:
    """Months of which no run has computed anything."""
    first_days = [month.start for month in months]
    computed: set[date] = set(Statement.objects.filter(month__in=first_days).values_list("month", flat=True))
    computed |= set(StatementProblem.objects.filter(month__in=first_days).values_list("month", flat=True))
    return [month for month in months if month.start not in computed]
