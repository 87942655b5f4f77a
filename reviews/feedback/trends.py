"""Feedback over time: by week, by product, by channel, and who says the same again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncWeek
from django.utils.functional import Promise

from accounts.access.actor import Actor
from reviews.feedback.deadlines import days_between
from reviews.feedback.models import Channel, FeedbackCase, Kind, State
from reviews.feedback.selectors import REPEATED, visible_cases
from salesops.lib.pace import px

WEEKS = (13, 26, 52)
_MOST_REPEATS = 20
_KINDS = (Kind.COMPLAINT, Kind.SUGGESTION, Kind.PRAISE)  # from the bottom of a column up
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 180, 28, 20


@dataclass(frozen=True, slots=True)
class Slice:
    """One kind's part of a week's column."""

    y: str
    height: str
    fill: str


@dataclass(frozen=True, slots=True)
class Week:
    """`counts` in the order of the legend; `x` is the column's left edge and `middle` that of its label."""

    starts_on: date
    counts: list[int]
    x: str
    middle: str
    slices: list[Slice]
    labelled: bool

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Chart:
    weeks: list[Week]
    kinds: list[str | Promise]
    width: int
    height: int
    column: str
    base: str
    lines: list[tuple[str, int]]

    @property
    def is_empty(self) -> bool:
        return not any(week.total for week in self.weeks)


@dataclass(frozen=True, slots=True)
class Share:
    """A product's or a channel's part. `in_time` of those whose deadline has come; `satisfaction` on a scale to 5."""

    key: int | str
    name: str | Promise
    cases: int
    complaints: int
    in_time: Fraction | None
    satisfaction: Fraction | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """A customer who has spoken of one product several times in 90 days, and when last."""

    customer_id: int
    customer: str
    product_id: int
    product: str
    cases: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Trends:
    chart: Chart
    products: list[Share]
    channels: list[Share]
    repeats: list[Repeat]


def read_trends(actor: Actor, at: datetime, weeks: int) -> Trends:
    """The last `weeks` weeks, the present one included, within the actor's scope; four queries."""
    day = actor.tenant.day_of(at)
    monday = day - timedelta(days=day.weekday())
    first = monday - timedelta(weeks=weeks - 1)
    every = visible_cases(actor, day)
    cases = every.filter(received_at__range=days_between(actor.tenant, first, day))
    return Trends(
        chart=_chart(cases, first, weeks, ZoneInfo(actor.tenant.time_zone)),
        products=_products(cases, at),
        channels=_channels(cases, at),
        repeats=_repeats(every.filter(received_at__gte=at - REPEATED)),
    )


def _chart(cases: QuerySet[FeedbackCase], first: date, weeks: int, zone: ZoneInfo) -> Chart:
    by_week = cases.annotate(week=TruncWeek("received_at", tzinfo=zone)).order_by().values_list("week", "kind")
    counted = {(week.date(), kind): number for week, kind, number in by_week.annotate(number=Count("pk"))}
    starts = [first + timedelta(weeks=index) for index in range(weeks)]
    table = [[counted.get((start, kind), 0) for kind in _KINDS] for start in starts]
    top = _round_up(max(map(sum, table), default=0))
    step = Fraction(_WIDTH - _LEFT, weeks)
    every = {13: 2, 26: 4, 52: 8}[weeks]
    return Chart(
        weeks=[
            _week(start, counts, _LEFT + step * index, step, top, labelled=index % every == 0)
            for index, (start, counts) in enumerate(zip(starts, table, strict=True))
        ],
        kinds=[kind.label for kind in _KINDS],
        width=_WIDTH,
        height=_HEIGHT,
        column=px(step * Fraction(3, 4)),
        base=px(Fraction(_HEIGHT - _BOTTOM)),
        lines=[(px(_y(Fraction(value), top)), value) for value in (0, top // 2, top)],
    )


def _week(start: date, counts: list[int], x: Fraction, step: Fraction, top: int, *, labelled: bool) -> Week:
    slices, below = [], 0
    for index, number in enumerate(counts):
        upper, lower = _y(Fraction(below + number), top), _y(Fraction(below), top)
        if number:
            slices.append(Slice(px(upper), px(lower - upper), f"f{index + 1}"))
        below += number
    return Week(start, counts, px(x), px(x + step * Fraction(3, 8)), slices, labelled)


def _y(value: Fraction, top: int) -> Fraction:
    room = _HEIGHT - _BOTTOM - 12
    return _HEIGHT - _BOTTOM - value / top * room


def _round_up(most: int) -> int:
    """The end of the axis: 2, 4 or 10 and zeros, so that half of it is a whole number too."""
    ladder = (base * 10**power for power in count() for base in (2, 4, 10))
    return int(next(step for step in ladder if step >= most))


def _products(cases: QuerySet[FeedbackCase], at: datetime) -> list[Share]:
    named = cases.filter(product__isnull=False).values_list("product_id", "product__name")
    return [_share(row[0], row[1], row[2:]) for row in _with_figures(named, at)]


def _channels(cases: QuerySet[FeedbackCase], at: datetime) -> list[Share]:
    named = cases.values_list("channel")
    return [_share(row[0], Channel(row[0]).label, row[1:]) for row in _with_figures(named, at)]


def _with_figures(named: Any, at: datetime) -> Iterable[tuple[Any, ...]]:
    """Cases, complaints, answered in time, deadlines that have come, satisfaction given and how often; most cases
    first."""
    waits = Q(state=State.OPEN, due_at__gte=at)
    found: Iterable[tuple[Any, ...]] = (
        named.order_by()
        .annotate(
            cases=Count("pk"),
            complaints=Count("pk", filter=Q(kind=Kind.COMPLAINT)),
            met=Count("pk", filter=Q(answered_at__lte=F("due_at"))),
            come=Count("pk", filter=~waits),
            content=Sum("satisfaction"),
            rated=Count("satisfaction"),
        )
        .order_by("-cases", "-complaints")
    )
    return found


def _share(key: int | str, name: str | Promise, figures: Sequence[Any]) -> Share:
    cases, complaints, met, come, content, rated = figures
    return Share(
        key=key,
        name=name,
        cases=cases,
        complaints=complaints,
        in_time=Fraction(met, come) if come else None,
        satisfaction=Fraction(content, rated) if rated else None,
    )


def _repeats(cases: QuerySet[FeedbackCase]) -> list[Repeat]:
    columns = ("customer_id", "customer__name", "product_id", "product__name")
    found: Iterable[tuple[Any, ...]] = (
        cases.filter(product__isnull=False)
        .order_by()
        .values_list(*columns)
        .annotate(number=Count("pk"), last=Max("received_at"))
        .filter(number__gte=2)
        .order_by("-number", "-last")[:_MOST_REPEATS]
    )
    return [Repeat(*row) for row in found]
