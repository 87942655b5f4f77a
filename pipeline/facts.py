"""The one door to the credit ledger: attainment, commission, forecast and reviews read it here and nowhere else.

Plain values only; no queryset or model leaves. All functions answer for the tenant that has been entered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Case, DecimalField, F, IntegerField, Max, Q, QuerySet, Sum, TextField, Value, When
from django.db.models.functions import MD5, Cast, Concat, TruncMonth

from accounts.jobs.models import JobState
from accounts.jobs.selectors import latest_ended
from pipeline.ledger.models import WHOLE, CreditLine

Basis = Literal["booked", "invoiced", "collected", "refunded"]
Kind = Literal["direct", "overlay"]
Dimension = Literal["participant", "team", "region", "product", "customer", "month", "day", "kind"]
Measure = Literal["amount", "margin", "units"]

SHARE_UNIT = WHOLE
"""A share of 1, in the millionths that `share` counts."""

_COLUMNS: dict[Dimension, str] = {
    "participant": "participant_id",
    "team": "team_id",
    "region": "region_id",
    "product": "product_id",
    "customer": "customer_id",
    "month": "month",
    "day": "date",
    "kind": "kind",
}


@dataclass(frozen=True, slots=True)
class Slice:
    """Which lines are asked for. Both days are included; None leaves a filter out.

    `up_to` asks what the ledger showed when its position was that. `kind` "direct" counts every deal once; overlays are
    credited on top of it and belong into a person's sums, never into a company's.
    """

    first: date
    last: date
    basis: Basis = "booked"
    participants: Collection[int] | None = None
    teams: Collection[int] | None = None
    regions: Collection[int] | None = None
    deal: int | None = None
    up_to: int | None = None
    customers: Collection[int] | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """`value` is credited minor units (or units), exact; `lines` counts the standing lines behind it."""

    value: Fraction
    lines: int


@dataclass(frozen=True, slots=True)
class Credit:
    """One standing line. `amount` and `margin` (None: not known) are the whole fact's, in minor units.

    `share` is in millionths. Names are blank where the fact has no customer, product or region.
    """

    id: int
    basis: Basis
    kind: str
    date: date
    participant_id: int
    team_id: int | None
    region_id: int | None
    share: int
    amount: int
    units: int
    margin: int | None
    deal_id: int
    deal_reference: str
    customer_id: int | None
    customer_name: str
    product_id: int | None
    product_name: str
    category: str
    segment: str
    region_name: str
    new_customer: bool

    @property
    def credited(self) -> Fraction:
        """Amount × share, in minor units, exact."""
        return Fraction(self.amount * self.share, WHOLE)


def position() -> int:
    """The ledger's last number; 0 when it is empty. Two equal positions saw the same lines."""
    return CreditLine.objects.aggregate(last=Max("id"))["last"] or 0


def failed_its_check() -> bool:
    """Whether the last night's check of the ledger found differences, or broke: then nothing may be paid by it."""
    last = latest_ended("ledger.reconcile")
    return last is not None and (last.state == JobState.DEAD or bool(last.counts.get("differences")))


def total(where: Slice, measure: Measure = "amount") -> Total:
    """What the lines add up to."""
    return _total(_lines(where).aggregate(credited=_credited(measure), counted=_lines_counted()))


def totals(where: Slice, *, by: Sequence[Dimension], measure: Measure = "amount") -> dict[tuple[Any, ...], Total]:
    """Sums by one dimension or several, one query. Keys are tuples of ids as in `by`; a month is its first day."""
    lines = _lines(where)
    if "month" in by:
        lines = lines.annotate(month=TruncMonth("date"))
    columns = [_COLUMNS[name] for name in by]
    found = lines.order_by().values(*columns).annotate(credited=_credited(measure), counted=_lines_counted())
    return {tuple(row[column] for column in columns): _total(row) for row in found}


def _total(row: Mapping[str, Any]) -> Total:
    return Total(Fraction(row["credited"] or 0) / WHOLE, row["counted"] or 0)


def deals_credited(where: Slice, *, new_customers: bool = False) -> dict[int, Fraction]:
    """How many deals each participant was credited for: a half for a half share, one however many line items it has.

    `new_customers` counts only each customer's first deal.
    """
    lines = _standing(_lines(where), where.up_to)
    if new_customers:
        lines = lines.filter(new_customer=True)
    counted: dict[int, Fraction] = {}
    for participant, _, _, share in lines.values_list("participant_id", "deal_id", "kind", "share").distinct():
        counted[participant] = counted.get(participant, Fraction(0)) + Fraction(share, WHOLE)
    return counted


def credits(where: Slice) -> Iterator[Credit]:
    """The standing lines (neither reversed nor reversals), by participant, date and id, streamed."""
    lines = _standing(_lines(where), where.up_to).order_by("participant_id", "date", "id")
    return (Credit(*row) for row in lines.values_list(*_CREDIT).iterator(chunk_size=5000))


def credit_columns(where: Slice) -> Iterator[tuple[Any, ...]]:
    """The standing lines as bare rows in the order of `CREDIT_COLUMNS`, by participant, date and id.

    For the night, which reads hundreds of thousands: an object for each line would cost as much as reading it.
    """
    lines = _standing(_lines(where), where.up_to).order_by("participant_id", "date", "id")
    return lines.values_list(*CREDIT_COLUMNS).iterator(chunk_size=5000)  # type: ignore[no-any-return]


def fingerprints(where: Slice) -> dict[tuple[int, date], str]:
    """What stands for each participant and month (its first day): equal fingerprints, equal credits.

    Lines never change, so their ids say it all but for the names that they borrow.
    """
    line = Concat(
        Cast("id", TextField()), Value("|"), "product_label", Value("|"), "region_label", output_field=TextField()
    )
    found = (
        _standing(_lines(where), where.up_to)
        .annotate(month=TruncMonth("date"))
        .order_by()
        .values_list("participant_id", "month")
        .annotate(print=MD5(StringAgg(line, Value("\n"), order_by="id", output_field=TextField())))
    )
    return {(participant, month): print for participant, month, print in found}


def newest(where: Slice) -> int:
    """The highest id of any line in the slice, reversals included; 0 without one. Compare with a position seen."""
    return _lines(where).aggregate(last=Max("id"))["last"] or 0


def credit_page(where: Slice, *, after: tuple[date, int] | None, size: int) -> list[Credit]:
    """The newest standing lines first, `size` of them, beginning after (date, id): what a number opens onto."""
    lines = _standing(_lines(where), where.up_to).order_by("-date", "-id")
    if after is not None:
        lines = lines.filter(Q(date__lt=after[0]) | Q(date=after[0], id__lt=after[1]))
    return [Credit(*row) for row in lines.values_list(*_CREDIT)[:size]]


_CREDIT = (  # noqa: SIM905 (the fields of `Credit`, in its order)
    "id basis kind date participant_id team_id region_id share amount units margin deal_id deal__reference "
    "customer_id customer_label product_id product_label category segment region_label new_customer"
).split()


CREDIT_COLUMNS = (  # noqa: SIM905
    "participant_id date id deal__reference amount share units margin category region_label segment product_label "
    "new_customer kind"
).split()


def _lines(where: Slice) -> QuerySet[CreditLine]:
    lines: QuerySet[CreditLine] = CreditLine.objects.filter(date__range=(where.first, where.last), basis=where.basis)
    for column, wanted in (
        ("participant_id", where.participants),
        ("team_id", where.teams),
        ("region_id", where.regions),
        ("customer_id", where.customers),
    ):
        if wanted is not None:
            lines = lines.filter(**{f"{column}__in": wanted})
    for column, one in (("deal_id", where.deal), ("kind", where.kind)):
        if one is not None:
            lines = lines.filter(**{column: one})
    return lines if where.up_to is None else lines.filter(id__lte=where.up_to)


def _standing(lines: QuerySet[CreditLine], up_to: int | None) -> Any:
    """Without reversals and what they reversed, with the names that `Credit` carries."""
    reversed_by = CreditLine.objects.filter(reverses_id__isnull=False)
    if up_to is not None:
        reversed_by = reversed_by.filter(id__lte=up_to)
    return (
        lines.filter(reverses__isnull=True)
        .exclude(id__in=reversed_by.values("reverses_id"))
        .annotate(
            customer_label=_or_blank("customer__name"),
            product_label=_or_blank("product__name"),
            region_label=_or_blank("region__name"),
        )
    )


def _or_blank(path: str) -> Case:
    return Case(When(**{f"{path}__isnull": False}, then=F(path)), default=Value(""))


def _credited(measure: Measure) -> Any:
    """Σ measure × share, in millionths; an unknown margin is the amount. Numeric: 10^17 × 10^6 overflows a bigint."""
    column = {"amount": F("amount"), "units": F("units"), "margin": F("margin")}[measure]
    known = Case(When(margin__isnull=True, then=F("amount")), default=F("margin")) if measure == "margin" else column
    exact = DecimalField(max_digits=40, decimal_places=0)
    return Sum(Cast(known, exact) * F("share"), output_field=exact, default=Decimal(0))


def _lines_counted() -> Any:
    """Standing lines: each reversal takes its line off the count again."""
    counted = Case(When(reverses__isnull=True, then=1), default=-1, output_field=IntegerField())
    return Sum(counted)
