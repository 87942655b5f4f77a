"""What targets add to the measures of a person: how much of the quota is reached, and what covers the rest of it.

Only the months count for which somebody has an approved quota: what was booked before a first target is a share of
nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.measures import Measure, Reading, Window
from pipeline.facts import Slice, totals
from pipeline.forecast.facts import Expected, open_by_owner
from pipeline.ledger.links import credits_url
from targets.facts import quotas_by_month

ByMonth = Mapping[tuple[int, date], Fraction]
"""Minor units by member and first day of the month."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What a member was to reach in the months with a quota, and what was booked in them; minor units."""

    quota: int
    booked: Fraction


def reached(quotas: Mapping[tuple[int, date], int], booked: ByMonth) -> dict[int, Reached]:
    """By member; whose quotas come to 0 is absent."""
    found: dict[int, Reached] = {}
    for (member, month), quota in quotas.items():
        before = found.get(member, Reached(0, Fraction(0)))
        found[member] = Reached(before.quota + quota, before.booked + booked.get((member, month), Fraction(0)))
    return {member: one for member, one in found.items() if one.quota}


def attainment_of(people: Mapping[int, Reached]) -> dict[int, Reading]:
    return {member: Reading(one.booked, Fraction(one.quota)) for member, one in people.items()}


def coverage_of(people: Mapping[int, Reached], expected: Mapping[int, Expected]) -> dict[int, Reading]:
    """Open deals expected in time ÷ what is left of the quota, for those who have something left to reach."""
    return {
        member: Reading(Fraction(expected[member].amount if member in expected else 0), one.quota - one.booked)
        for member, one in people.items()
        if one.quota > one.booked
    }


def _attainment(window: Window, members: Collection[int]) -> Mapping[int, Reading]:
    """Two queries."""
    return attainment_of(_reached(window, members))


def _coverage(window: Window, members: Collection[int]) -> Mapping[int, Reading]:
    """Three queries."""
    people = _reached(window, members)
    return coverage_of(people, open_by_owner(window.until, window.last, list(people)))


def _reached(window: Window, members: Collection[int]) -> dict[int, Reached]:
    quotas = quotas_by_month(window.first, window.last, members)
    people = {member for member, _ in quotas}
    lines = Slice(window.first, window.until, participants=people)
    booked = totals(lines, by=("participant", "month")) if people else {}
    return reached(quotas, {(member, month): total.value for (member, month), total in booked.items()})


def _credits(tenant_slug: str, window: Window, member: int) -> str:
    return credits_url(tenant_slug, Slice(window.first, window.until, participants=[member]))


def _open_deals(tenant_slug: str, window: Window, member: int) -> str:
    return f"{reverse('deal_list', kwargs={'tenant': tenant_slug})}?owner={member}"


ATTAINMENT = Measure("attainment", _("Attainment"), "ratio", _attainment, _credits, order=10)
COVERAGE = Measure("coverage", _("Coverage"), "ratio", _coverage, _open_deals, order=60)
MEASURES = (ATTAINMENT, COVERAGE)
