"""What the ledger and the deals count of a person: bookings, collections, margin, units, new customers, win rate and
average order. Direct credits only, so that a team's number is the sum of its people's and every deal counts once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.measures import Measure, Reading, Window
from pipeline import facts
from pipeline.deals.models import Deal, Stage
from pipeline.ledger.links import credits_url

Read = Callable[[Window, Collection[int]], Mapping[int, Reading]]
Explain = Callable[[str, Window, int], str]


def _slice(window: Window, members: Collection[int], basis: facts.Basis = "booked") -> facts.Slice:
    return facts.Slice(window.first, window.until, basis, participants=members, kind="direct")


def _sums(basis: facts.Basis, measure: facts.Measure = "amount") -> Read:
    def read(window: Window, members: Collection[int]) -> Mapping[int, Reading]:
        found = facts.totals(_slice(window, members, basis), by=("participant",), measure=measure)
        return {member: Reading(total.value) for (member,), total in found.items() if total.lines}

    return read


def _credits(basis: facts.Basis) -> Explain:
    def explain(slug: str, window: Window, member_id: int) -> str:
        return credits_url(slug, _slice(window, [member_id], basis))

    return explain


def _new_customers(window: Window, members: Collection[int]) -> Mapping[int, Reading]:
    found = facts.deals_credited(_slice(window, members), new_customers=True)
    return {member: Reading(count) for member, count in found.items()}


def _average_order(window: Window, members: Collection[int]) -> Mapping[int, Reading]:
    """Booked amount ÷ deals, where half a deal counts as half of one."""
    where = _slice(window, members)
    booked = facts.totals(where, by=("participant",))
    deals = facts.deals_credited(where)
    return {member: Reading(booked[member,].value, count) for member, count in deals.items()}


def _win_rate(window: Window, members: Collection[int]) -> Mapping[int, Reading]:
    """Won ÷ closed deals of the window, by the deals' owner."""
    closed = Deal.objects.filter(owner_id__in=members, closed_on__range=(window.first, window.until))
    won = Count("id", filter=Q(stage__kind=Stage.Kind.WON))
    found = closed.order_by().values_list("owner_id").annotate(won_count=won, closed_count=Count("id"))
    return {member: Reading(Fraction(won), Fraction(count)) for member, won, count in found}


def _closed_deals(slug: str, window: Window, member_id: int) -> str:
    query = urlencode({"owner": member_id, "first": window.first, "last": window.until})
    return f"{reverse('deal_list', kwargs={'tenant': slug})}?{query}"


MEASURES = (
    Measure("bookings", _("Bookings"), "money", _sums("booked"), _credits("booked"), order=10),
    Measure("collections", _("Collections"), "money", _sums("collected"), _credits("collected"), order=12),
    Measure("margin", _("Margin"), "money", _sums("booked", "margin"), _credits("booked"), order=14),
    Measure("units", _("Units"), "count", _sums("booked", "units"), _credits("booked"), order=16),
    Measure("new_customers", _("New customers"), "count", _new_customers, _credits("booked"), order=18),
    Measure("win_rate", _("Win rate"), "ratio", _win_rate, _closed_deals, order=20),
    Measure("average_order", _("Average order"), "money", _average_order, _credits("booked"), order=22),
)
