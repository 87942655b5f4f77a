"""Reading the KPI library and the scorecards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Count, Prefetch, QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.measures import find_measure
from accounts.tenancy.models import Tenant
from reviews.cycles.models import CycleCard
from reviews.scorecards.models import Kpi, Scorecard, ScorecardItem, ScorecardVersion
from salesops.lib.errors import NotVisible
from salesops.lib.money import minor_digits


def every_kpi(actor: Actor) -> QuerySet[Kpi]:
    """The library with how many scorecards weigh each, the retired ones last."""
    require(actor, "scorecards.view")
    kpis: QuerySet[Kpi] = Kpi.objects.order_by("retired", "code")
    return kpis.annotate(uses=Count("items__card_version__scorecard", distinct=True))


def get_kpi(actor: Actor, kpi_id: int) -> Kpi:
    found = every_kpi(actor).filter(pk=kpi_id).first()
    if found is None:
        raise NotVisible
    return found


def source_label(kpi: Kpi) -> str:
    """What fills the KPI, in the reader's language; blank where people enter it."""
    measure = find_measure(kpi.measure) if kpi.measure else None
    return str(measure.label) if measure else kpi.measure


def scorecards(actor: Actor) -> QuerySet[Scorecard]:
    """Every scorecard, with its versions (newest first) as `every_version`, each with its items and their KPIs."""
    require(actor, "scorecards.view")
    items = ScorecardItem.objects.select_related("kpi").order_by("position")
    versions = (
        ScorecardVersion.objects.select_related("created_by")
        .prefetch_related(Prefetch("items", queryset=items, to_attr="rows"))
        .order_by("-number")
    )
    every: QuerySet[Scorecard] = Scorecard.objects.select_related("team").prefetch_related(
        Prefetch("versions", queryset=versions, to_attr="every_version")
    )
    return every.order_by("code")


def get_scorecard(actor: Actor, scorecard_id: int) -> Scorecard:
    found = scorecards(actor).filter(pk=scorecard_id).first()
    if found is None:
        raise NotVisible
    return found


def used_versions(versions: Sequence[ScorecardVersion]) -> set[int]:
    """Which of them a cycle uses: these cannot be changed any more."""
    ids = [version.pk for version in versions]
    return set(CycleCard.objects.filter(card_version__in=ids).values_list("card_version_id", flat=True))


@dataclass(frozen=True, slots=True)
class Scale:
    """From a measure's own numbers to those that people write: cents to the currency, a ratio to per cent."""

    tenant: Tenant

    def shown(self, kpi: Kpi, value: Fraction) -> Fraction:
        if kpi.unit == "money":
            return value / Fraction(10 ** minor_digits(self.tenant.currency))
        return value * 100 if kpi.unit == "ratio" else value
