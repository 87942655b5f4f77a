"""What is written into the library and into scorecards, and how it is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings

from accounts.measures import find_measure
from reviews.scorecards.curves import Curve, linear, stepped
from reviews.scorecards.models import Kpi, ScorecardItem, Unit
from salesops.lib.errors import DomainError, DomainErrors, gettext_noop

MOST_ITEMS = 30
WHOLE = Decimal(100)
QUOTA_MEASURES = frozenset({"bookings"})
"""Measures for which people have quotas: the metrics of targets, so far one."""


@dataclass(frozen=True, slots=True)
class KpiValues:
    """The writable fields of a KPI. `measure` blank: entered by hand."""

    names: Mapping[str, str]
    unit: str = Unit.SCORE
    measure: str = ""
    lower_is_better: bool = False
    retired: bool = False


@dataclass(frozen=True, slots=True)
class ItemValues:
    """One row of a scorecard. Numbers are in the KPI's unit; `steps` are (bound, points) from the worst to the best."""

    kpi_id: int
    dimension: str
    weight: Decimal
    of: str = ScorecardItem.Of.PERSON
    against: str = ScorecardItem.Against.FIXED
    shape: str = ScorecardItem.Shape.LINEAR
    floor: Decimal | None = None
    target: Decimal | None = None
    cap: Decimal = Decimal(120)
    steps: Sequence[tuple[Decimal, Decimal]] = field(default=())

    @classmethod
    def stored(cls, item: ScorecardItem) -> ItemValues:
        names = ("kpi_id", "dimension", "weight", "of", "against", "shape", "floor", "target", "cap")
        steps = tuple((Decimal(bound), Decimal(points)) for bound, points in item.steps)
        return cls(**{name: getattr(item, name) for name in names}, steps=steps)

    def curve(self, *, lower_is_better: bool) -> Curve:
        """Refuses numbers that make no curve."""
        if self.shape == ScorecardItem.Shape.STEPS:
            return stepped(self.steps, lower_is_better=lower_is_better)
        target = WHOLE if self.against == ScorecardItem.Against.QUOTA else self.target
        if self.floor is None or target is None:
            message = gettext_noop("A straight line needs a floor and a target.")
            raise DomainError("required", message, "floor" if self.floor is None else "target")
        return linear(floor=self.floor, target=target, cap=self.cap, lower_is_better=lower_is_better)

    def row(self, lower_is_better: bool) -> dict[str, object]:  # noqa: FBT001 (of the KPI, no switch)
        """The columns of `ScorecardItem`."""
        curve = self.curve(lower_is_better=lower_is_better)
        is_line = curve.shape == "linear"
        return {
            "kpi_id": self.kpi_id,
            "dimension": self.dimension,
            "weight": self.weight,
            "of": self.of,
            "against": self.against,
            "shape": self.shape,
            "floor": self.floor if is_line else None,
            "target": (WHOLE if self.against == ScorecardItem.Against.QUOTA else self.target) if is_line else None,
            "cap": self.cap if is_line else self.steps[-1][1],
            "steps": [] if is_line else [[f"{bound:f}", f"{points:f}"] for bound, points in self.steps],
        }


def curve_of(item: ScorecardItem) -> Curve:
    """The stored item's curve; `item.kpi` must have been read with it."""
    return ItemValues.stored(item).curve(lower_is_better=item.kpi.lower_is_better)


def checked_names(names: Mapping[str, str]) -> dict[str, str]:
    """In the site's languages, white space tidied; at least one."""
    known = dict(settings.LANGUAGES)
    tidy = {language: " ".join(names[language].split()) for language in known if names.get(language)}
    found = {language: name for language, name in tidy.items() if name}
    if not found or not set(names) <= set(known):
        raise DomainError("required", gettext_noop("Give it a name in at least one of the site’s languages."), "names")
    if max(map(len, found.values())) > 80:
        raise DomainError("too_long", gettext_noop("Use at most %(most)s characters."), "names", most=80)
    return found


def check_source(values: KpiValues) -> None:
    """A measure must be registered, and brings its unit with it."""
    if values.unit not in Unit.values:
        raise DomainError("bad_unit", gettext_noop("There is no such unit."), "unit")
    if not values.measure:
        return
    measure = find_measure(values.measure)
    if measure is None:
        raise DomainError("unknown_measure", gettext_noop("Nothing of that name is measured."), "measure")
    if values.unit != measure.unit:
        message = gettext_noop("%(measure)s is measured in another unit: %(unit)s.")
        label = Unit(measure.unit).label
        raise DomainError("bad_unit", message, "unit", measure=measure.label, unit=label)


def check_items(items: Sequence[ItemValues], kpis: Mapping[int, Kpi]) -> None:
    """Every problem of every row, and weights that are not exactly 100 with what is missing or too much."""
    problems: list[DomainError] = []
    if not 1 <= len(items) <= MOST_ITEMS:
        message = gettext_noop("A scorecard weighs 1 to %(most)s KPIs.")
        raise DomainError("bad_count", message, "items", most=MOST_ITEMS)
    seen: set[int] = set()
    for place, item in enumerate(items):
        try:
            _check_item(item, kpis, seen)
        except DomainError as error:
            problems.append(DomainError(error.code, error.msgid, f"items.{place}.{error.field}", **error.params))
        seen.add(item.kpi_id)
    if not problems:
        problems += _weights(items)
    if problems:
        raise DomainErrors(problems)


def _check_item(item: ItemValues, kpis: Mapping[int, Kpi], seen: set[int]) -> None:
    kpi = kpis.get(item.kpi_id)
    if kpi is None:
        raise DomainError("unknown_kpi", gettext_noop("There is no such KPI."), "kpi")
    if item.kpi_id in seen:
        raise DomainError("duplicate", gettext_noop("This KPI is weighed twice."), "kpi")
    if item.dimension not in {"results", "customer", "attitude", "teamwork"}:
        raise DomainError("bad_dimension", gettext_noop("There is no such dimension."), "dimension")
    if not 0 < item.weight <= WHOLE or item.weight != round(item.weight, 2):
        message = gettext_noop("A weight is above 0 and at most 100, with two decimals at most.")
        raise DomainError("bad_weight", message, "weight")
    if item.of == ScorecardItem.Of.TEAM and not kpi.measure:
        message = gettext_noop("What is entered by hand is about the person; only what is measured adds up for a team.")
        raise DomainError("by_hand", message, "of")
    if item.against == ScorecardItem.Against.QUOTA and kpi.measure not in QUOTA_MEASURES:
        message = gettext_noop("Only bookings have quotas; choose a fixed target.")
        raise DomainError("no_quota", message, "against")
    item.curve(lower_is_better=kpi.lower_is_better)


def _weights(items: Sequence[ItemValues]) -> list[DomainError]:
    total = sum((item.weight for item in items), Decimal(0))
    if total == WHOLE:
        return []
    message = (
        gettext_noop("The weights add up to %(sum)s, not to 100: %(difference)s is missing. Nothing was saved.")
        if total < WHOLE
        else gettext_noop("The weights add up to %(sum)s, not to 100: %(difference)s is too much. Nothing was saved.")
    )
    shown = {"sum": f"{total.normalize():f}", "difference": f"{abs(WHOLE - total).normalize():f}"}
    return [DomainError("weights", message, "weights", **shown)]
