"""What targets add to the measures of a person: how much of the quota is reached, and what covers the rest of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.measures import Measure, Reading, Window
from pipeline.facts import Slice, totals
from pipeline.forecast.facts import Expected, open_by_owner
from pipeline.ledger.links import credits_url
from targets.facts import quotas_between

Quotas = Mapping[int, int]
Booked = Mapping[int, Fraction]


def attainment_of(quotas: Quotas, booked: Booked) -> dict[int, Reading]:
    """Booked ÷ quota, for those who have one."""
    return {member: Reading(booked.get(member, Fraction(0)), Fraction(quota)) for member, quota in quotas.items()}


def coverage_of(quotas: Quotas, booked: Booked, expected: Mapping[int, Expected]) -> dict[int, Reading]:
    """Open deals expected in time ÷ what is left of the quota, for those who have something left to reach."""
    left = {member: quota - booked.get(member, Fraction(0)) for member, quota in quotas.items()}
    return {
        member: Reading(Fraction(expected[member].amount if member in expected else 0), missing)
        for member, missing in left.items()
        if missing > 0
    }


def _attainment(window: Window, members: Collection[int]) -> Mapping[int, Reading]:
    """Two queries."""
    quotas = quotas_between(window.first, window.last, members)
    return attainment_of(quotas, _booked(window, list(quotas)))


def _coverage(window: Window, members: Collection[int]) -> Mapping[int, Reading]:
    """Three queries."""
    quotas = quotas_between(window.first, window.last, members)
    expected = open_by_owner(window.until, window.last, list(quotas))
    return coverage_of(quotas, _booked(window, list(quotas)), expected)


def _booked(window: Window, members: Collection[int]) -> dict[int, Fraction]:
    if not members or window.until < window.first:
        return {}
    found = totals(Slice(window.first, window.until, participants=members), by=("participant",))
    return {member: total.value for (member,), total in found.items()}


def _credits(tenant_slug: str, window: Window, member: int) -> str:
    return credits_url(tenant_slug, Slice(window.first, window.until, participants=[member]))


def _open_deals(tenant_slug: str, window: Window, member: int) -> str:
    return f"{reverse('deal_list', kwargs={'tenant': tenant_slug})}?owner={member}"


ATTAINMENT = Measure("attainment", _("Attainment"), "ratio", _attainment, _credits, order=10)
COVERAGE = Measure("coverage", _("Coverage"), "ratio", _coverage, _open_deals, order=60)
MEASURES = (ATTAINMENT, COVERAGE)
