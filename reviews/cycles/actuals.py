"""What was measured of the people under review: read from the measures while the review is open, frozen when shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from accounts.measures import Reading, Window, find_measure, together
from accounts.people.selectors import people_led_by
from accounts.tenancy.models import Tenant
from reviews.cycles.models import Review, ReviewScore
from reviews.cycles.scoring import ItemResult, Overall
from reviews.scorecards.models import ScorecardItem
from reviews.scorecards.selectors import Scale
from targets.facts import quotas


@dataclass(frozen=True, slots=True)
class Evidence:
    """A number and where it comes from: numerator, denominator, the day up to which was counted, the records' address.

    `quota` is in minor units, set where the item is measured against it.
    """

    amount: Fraction
    of: Fraction
    as_of: date
    url: str = ""
    quota: int | None = None

    @classmethod
    def stored(cls, reading: Mapping[str, Any]) -> Evidence:
        quota = reading.get("quota")
        return cls(
            Fraction(reading["amount"]),
            Fraction(reading["of"]),
            date.fromisoformat(reading["as_of"]),
            reading.get("url", ""),
            None if quota is None else int(quota),
        )

    def as_json(self) -> dict[str, str]:
        parts = {"amount": str(self.amount), "of": str(self.of), "as_of": self.as_of.isoformat(), "url": self.url}
        return parts if self.quota is None else {**parts, "quota": str(self.quota)}

    def value(self, item: ScorecardItem, tenant: Tenant) -> Fraction | None:
        """In the unit in which the item's curve is written; None where there is nothing to divide by."""
        measured = Reading(self.amount, self.of).value
        if measured is None or (item.against == ScorecardItem.Against.QUOTA and not self.quota):
            return None
        if item.against == ScorecardItem.Against.QUOTA and self.quota:
            return measured * 100 / self.quota
        return Scale(tenant).shown(item.kpi, measured)


def measured(tenant: Tenant, review: Review, items: Iterable[ScorecardItem], today: date) -> dict[int, Evidence]:
    """What the measures say of the review's member, or of those whom they lead, in its period; by item.

    Who did nothing of what adds up has 0 of it; a ratio with nothing to divide by is absent. As many queries as the
    measures need, and one for the quotas of the period.
    """
    rows = [item for item in items if item.kpi.measure]
    until = min(today, review.cycle.ends_on)
    window = Window(review.cycle.starts_on, review.cycle.ends_on, until, tenant.time_zone)
    people = _People(tenant, review, window.until)
    found = {item.pk: _read(item, window, people) for item in rows}
    return {item_id: evidence for item_id, evidence in found.items() if evidence is not None}


class _People:
    """Whom an item counts, and what their quotas add up to; each looked up once, when an item asks."""

    def __init__(self, tenant: Tenant, review: Review, on: date) -> None:
        self.tenant = tenant
        self._review = review
        self._on = on

    @cached_property
    def _led(self) -> frozenset[int]:
        return people_led_by(self._review.member, self._on) - {self._review.member_id}

    @cached_property
    def _quotas(self) -> dict[int, int]:
        return quotas(metric="bookings", period=self.tenant.calendar.parse(self._review.period))

    def counted(self, item: ScorecardItem) -> frozenset[int]:
        return self._led if item.of == ScorecardItem.Of.TEAM else frozenset({self._review.member_id})

    def quota(self, item: ScorecardItem) -> int | None:
        """In minor units; None where the item is measured against something else."""
        if item.against != ScorecardItem.Against.QUOTA:
            return None
        return sum(self._quotas.get(member, 0) for member in self.counted(item))


def _read(item: ScorecardItem, window: Window, people: _People) -> Evidence | None:
    measure, members = find_measure(item.kpi.measure), people.counted(item)
    if measure is None or not members:
        return None
    reading = together(measure.read(window, members).values(), adds_up=measure.adds_up)
    if not reading.of:
        return None
    only = next(iter(members)) if len(members) == 1 else None
    url = measure.explain(people.tenant.slug, window, only) if measure.explain and only else ""
    return Evidence(reading.amount, reading.of, window.until, url, people.quota(item))


def frozen(scores: Mapping[int, ReviewScore]) -> dict[int, Evidence]:
    """What was measured when the review was shared."""
    return {item: Evidence.stored(score.reading) for item, score in scores.items() if score.reading}


def overall(
    tenant: Tenant,
    items: Iterable[ScorecardItem],
    evidence: Mapping[int, Evidence],
    scores: Mapping[int, ReviewScore],
) -> Overall:
    """The score from what was measured and, where people enter it, from the manager's values."""
    return Overall([ItemResult(item, _value(tenant, item, evidence, scores)) for item in items])


def _value(
    tenant: Tenant, item: ScorecardItem, evidence: Mapping[int, Evidence], scores: Mapping[int, ReviewScore]
) -> Fraction | None:
    if item.kpi.measure:
        known = evidence.get(item.pk)
        return None if known is None else known.value(item, tenant)
    score = scores.get(item.pk)
    return None if score is None or score.manager_value is None else Fraction(score.manager_value)
