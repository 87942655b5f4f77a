"""Everything a run needs to know before it calculates, and what each participant's months were computed from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from accounts.facts import Organisation, Person
from accounts.tenancy.models import Tenant
from incentives.engine import ENGINE_VERSION, Component, Measure
from incentives.payouts.locks import closed_until
from incentives.plans.holding import Holding, Stretch, Version
from incentives.plans.registry import final_scores
from incentives.statements.models import Statement
from pipeline import facts
from salesops.lib.periods import FiscalCalendar, Period, months_between
from targets.facts import quotas

LEDGER_BASES: dict[Measure, facts.Basis] = {
    "bookings": "booked",
    "margin": "booked",
    "units": "booked",
    "new_customers": "booked",
    "invoiced": "invoiced",
    "collections": "collected",
}
Quotas = dict[tuple[str, str], int]
Scores = dict[tuple[str, str], Fraction]


@dataclass(frozen=True, slots=True)
class Stored:
    """What a statement was computed from, and what came out. `version_id` is part of the content's digest."""

    input_digest: str
    content_digest: str
    version_id: int | None = field(default=None, compare=False)


@dataclass(slots=True)
class Case:
    """One participant: which versions held when, and the digest of what each month is computed from.

    Besides the months on a plan, `months` has approved ones that have been paid without, and for who has approved
    months only the first open one: there a late change of them is corrected, even when the person has left.
    """

    person: Person
    stretches: list[Stretch]
    months: list[Period]
    quotas: Quotas
    scores: Scores = field(default_factory=dict)
    digests: dict[date, str] = field(default_factory=dict)

    def stretches_in(self, month: Period) -> list[Stretch]:
        """Those that hold in a part of the month, in order; none in a month that is there for corrections only."""
        return [one for one in self.stretches if one.first <= month.end and one.last >= month.start]


class Books:
    """The state of plans, people, targets, ledger and payouts that one run works from; `up_to` is its last day.

    Months up to the last approved one are closed: they are read for what was paid, and never written.
    """

    def __init__(self, tenant: Tenant, up_to: date) -> None:
        self.up_to = up_to
        self.currency = tenant.currency
        self.calendar: FiscalCalendar = tenant.calendar
        self.organisation = Organisation()
        self.position = facts.position()
        self.closed_until = closed_until()
        self.stored, plans = _stored()
        approved = {key: plan for key, plan in plans.items() if self.closed_until and key[1] <= self.closed_until}
        self.holding = Holding(self.organisation, approved)
        begins = self.holding.begins
        self.months = months_between(begins, up_to) if begins else []
        self._versions = list(self.holding.versions.values())
        self._quotas: dict[str, dict[int, int]] = {}
        self._scores = self._final_scores()
        self._prints = self._fingerprints() if self.months else {}

    def is_open(self, month: Period) -> bool:
        return self.closed_until is None or month.start > self.closed_until

    def drafts(self) -> dict[int, set[date]]:
        """The months in which each participant has a draft that this run may replace."""
        found: dict[int, set[date]] = {}
        for person, month in self.stored:
            if month <= self.up_to and (self.closed_until is None or month > self.closed_until):
                found.setdefault(person, set()).add(month)
        return found

    def cases(self) -> list[Case]:
        """Everybody who is on a plan or has been paid in one of the months, by name in code point order."""
        if not self.months:
            return []
        people = sorted(self.organisation.people.values(), key=lambda person: person.full_name)
        found = [self._case(person) for person in people]
        return [case for case in found if case.months]

    def bases(self) -> set[facts.Basis]:
        """What the plans' measures count."""
        return {LEDGER_BASES[part.measure] for version in self._versions for part in version.terms.components}

    def periods(self, stretch: Stretch, first: date, last: date) -> Iterable[tuple[Component, Period]]:
        """Each component's measurement periods that the stretch has a part in between two days."""
        first, last = max(first, stretch.first), min(last, stretch.last)
        for component in stretch.version.terms.components:
            period = self.calendar.containing(first, component.period)
            while period.start <= last:
                yield component, period
                period = self.calendar.next(period)

    def window(self, case: Case, month: Period) -> date:
        """The first day that matters for the month: its longest measurement period's; without a plan the year's."""
        starts = (
            self.calendar.containing(month.start, component.period).start
            for stretch in case.stretches_in(month)
            for component in stretch.version.terms.components
        )
        return min(starts, default=self.calendar.year_of(month.start).start)

    def version_in(self, case: Case, month: Period) -> Version:
        """The version that a statement of the month names: the last that holds in it, else the last that did before."""
        found = case.stretches_in(month) or [one for one in case.stretches if one.first <= month.end]
        if found:
            return found[-1].version
        paid = [self.stored.get((case.person.id, one.start)) for one in case.months if one < month]
        return self.holding.versions[[one.version_id for one in paid if one and one.version_id][-1]]

    def _case(self, person: Person) -> Case:
        stretches = self.holding.stretches(person, self.months[0].start, self.months[-1].end)
        case = Case(person, stretches, [], self._quotas_of(person.id, stretches), self._scores.get(person.id, {}))
        case.months = [
            month
            for month in self.months
            if case.stretches_in(month) or (not self.is_open(month) and (person.id, month.start) in self.stored)
        ]
        if case.months and not any(self.is_open(month) for month in case.months):
            case.months += [month for month in self.months if self.is_open(month)][:1]
        case.digests = {month.start: self._digest(case, month) for month in case.months}
        return case

    def _quotas_of(self, person_id: int, stretches: list[Stretch]) -> Quotas:
        found: Quotas = {}
        for stretch in stretches:
            for component, period in self.periods(stretch, stretch.first, min(stretch.last, self.months[-1].end)):
                if component.measure == "bookings":  # the one metric that targets have so far
                    amount = self._period_quotas(period).get(person_id)
                    if amount is not None:
                        found["bookings", period.key] = amount
        return found

    def _period_quotas(self, period: Period) -> dict[int, int]:
        if period.key not in self._quotas:
            self._quotas[period.key] = quotas(metric="bookings", period=period)
        return self._quotas[period.key]

    def _final_scores(self) -> dict[int, Scores]:
        """Everybody's scores by the cards that the plans multiply by, in every measurement period of the months."""
        scored = [part for version in self._versions for part in version.terms.components if part.multiplier]
        cards = {part.multiplier.kpi for part in scored if part.multiplier}
        kinds = {part.period for part in scored}
        periods = {self.calendar.containing(month.start, kind).key for month in self.months for kind in kinds}
        found: dict[int, Scores] = {}
        for (member, card, period), score in final_scores(cards, periods).items():
            found.setdefault(member, {})[card, period] = score
        return found

    def _fingerprints(self) -> dict[tuple[int, date], list[str]]:
        """What stands in the ledger for each participant and month, on every basis that a plan counts."""
        found: dict[tuple[int, date], list[str]] = {}
        first = min(self.calendar.year_of(self.months[0].start).start, self.months[0].start)
        for basis in sorted(self.bases()):
            for key, print_ in facts.fingerprints(facts.Slice(first, self.up_to, basis, up_to=self.position)).items():
                found.setdefault(key, []).append(f"{basis}:{print_}")
        return found

    def _digest(self, case: Case, month: Period) -> str:
        """SHA-256 of all that the month's statement depends on, but for what earlier months carry into it.

        Blank for a month without a plan: nothing of its own goes into its statement, which holds corrections only.
        """
        if not case.stretches_in(month):
            return ""
        window = self.window(case, month)
        stretches = [one for one in case.stretches if one.first <= month.end and one.last >= window]
        keys = sorted(
            {
                (component.measure, period.key)
                for stretch in stretches
                for component, period in self.periods(stretch, window, month.end)
            }
        )
        scores = sorted(
            {
                (component.multiplier.kpi, period.key)
                for stretch in stretches
                for component, period in self.periods(stretch, window, month.end)
                if component.multiplier
            }
        )
        team = self.organisation.team_on(case.person.id, month.end)
        content: tuple[object, ...] = (
            ENGINE_VERSION,
            self.currency,
            self.calendar.start_month,
            month.key,
            team.id if team else None,
            [(one.version.digest, str(max(one.first, window)), str(min(one.last, month.end))) for one in stretches],
            [(*key, case.quotas.get(key)) for key in keys],
            [(one.key, self._prints.get((case.person.id, one.start))) for one in months_between(window, month.end)],
        )
        if scores:  # a plan without multipliers keeps the digests that it had before there were any
            content += ([(*key, str(case.scores.get(key))) for key in scores],)
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _stored() -> tuple[dict[tuple[int, date], Stored], dict[tuple[int, date], int]]:
    """Every statement by (participant, month), and the plan that it was computed by if it had one (see `_digest`)."""
    stored: dict[tuple[int, date], Stored] = {}
    plans: dict[tuple[int, date], int] = {}
    columns = ("participant_id", "month", "input_digest", "content_digest", "plan_version_id", "plan_version__plan_id")
    for participant, month, inputs, content, version, plan in Statement.objects.values_list(*columns):
        stored[participant, month] = Stored(inputs, content, version)
        if inputs:
            plans[participant, month] = plan
    return stored, plans
