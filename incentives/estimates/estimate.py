"""What a deal would pay if it closed on a day at an amount: the engine's one call, with and without the deal.

The person's standing credits and approved quotas are those that the next night would read; nothing is written. What a
plan takes from elsewhere by then (other deals, a later change) is not foreseen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from accounts.access.actor import Actor
from accounts.access.policy import may
from accounts.facts import Organisation, Person
from incentives.engine import Component as Terms
from incentives.engine import ComponentResult, Credit, Inputs, Participant, ParticipantResult, calculate
from incentives.plans.holding import Holding, Version
from incentives.plans.registry import final_scores
from incentives.plans.words import bound_text
from incentives.runs.books import LEDGER_BASES
from incentives.runs.credits import read_credits
from incentives.statements.lines import Component
from incentives.statements.progress import NextTier, next_tier
from pipeline.deals.facts import Prospect
from pipeline.facts import SHARE_UNIT
from salesops.lib.errors import gettext_noop
from salesops.lib.money import round_half_up
from salesops.lib.periods import FiscalCalendar
from targets.facts import quotas_between

_WITH = "+"  # the participant's other self, who has won the deal
NO_PLAN = gettext_noop("There is no plan on that day.")
Quotas = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Climb:
    """The way of the first component that climbs a table of money, in minor units: from `before` to `after` between the
    bounds of the tiers they lie in (`end` None: above the last bound). `tier` is what is missing then to the next."""

    period: str
    quota: int | None
    before: int
    after: int
    start: Fraction
    end: Fraction | None
    start_text: str
    end_text: str
    tier: NextTier

    @property
    def drawn_to(self) -> Fraction:
        """The right end of the bar; above the last bound a little further than the deal brings one."""
        return self.end if self.end is not None else Fraction(self.after) * Fraction(11, 10)

    @property
    def ratio_before(self) -> Fraction | None:
        return Fraction(self.before, self.quota) if self.quota else None

    @property
    def ratio_after(self) -> Fraction | None:
        return Fraction(self.after, self.quota) if self.quota else None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one participant would earn more, in minor units of the plan's currency. `adds` None: not known, because of
    `reason`, an English sentence marked for translation."""

    member_id: int
    name: str
    currency: str
    adds: int | None
    reason: str = ""
    climb: Climb | None = None


def shown_people(actor: Actor, deal: Prospect, as_of: date) -> list[int]:
    """The participants whose pay is the actor's to see."""
    members = dict.fromkeys(share.member_id for share in deal.shares)
    return [member for member in members if may(actor, "pay.view", as_of=as_of, owner_id=member)]


def estimates(actor: Actor, deal: Prospect, closing: date, amount: int, as_of: date) -> list[Estimate]:
    """One for each participant of the deal whose pay is the actor's to see; up to eight queries, whatever their number.

    `amount` is in minor units of the company's currency.
    """
    people = shown_people(actor, deal, as_of)
    if not people:
        return []
    organisation = Organisation(only=people)
    holding, calendar = Holding(organisation, {}), actor.tenant.calendar
    cases: dict[int, _Case] = {}
    for member in people:
        version = holding.version_on(organisation.people[member], closing)
        if version is not None:
            cases[member] = _case(organisation.people[member], version, holding, closing, calendar)
    rated = _rate(cases, _prospective(deal, organisation, cases, closing, amount), closing, calendar)
    return [
        _estimate(organisation.people[member], cases.get(member), rated.get(member), actor.tenant.currency)
        for member in people
    ]


@dataclass(frozen=True, slots=True)
class _Case:
    """A participant on a version: credits count from `first`, the version holds from `active_from`."""

    person: Person
    version: Version
    first: date
    active_from: date


def _case(person: Person, version: Version, holding: Holding, closing: date, calendar: FiscalCalendar) -> _Case:
    first = min(calendar.containing(closing, component.period).start for component in version.terms.components)
    stretch = holding.stretches(person, first, closing)[-1]  # the one that the closing day ends
    return _Case(person, version, first, stretch.first)


def _prospective(
    deal: Prospect, organisation: Organisation, cases: Mapping[int, _Case], closing: date, amount: int
) -> dict[int, list[Credit]]:
    """The credits that winning the deal would write, for each of the participants."""
    found: dict[int, list[Credit]] = {member: [] for member in cases}
    parts = deal.parts_of(amount)
    for share in deal.shares:
        case = cases.get(share.member_id)
        if case is None:
            continue
        region = _region(organisation, case, closing)
        for place, part in enumerate(parts):
            found[share.member_id].append(
                Credit(
                    day=closing,
                    event=f"{deal.reference}#{share.kind}{place}",
                    basis="booking",
                    amount=part.amount,
                    share=share.share,
                    units=part.units,
                    margin=part.amount,
                    customers=1 if deal.new_customer and not place else 0,
                    category=part.category,
                    region=region,
                    segment=deal.segment,
                    product=part.product,
                    new_customer=deal.new_customer,
                    kind=share.kind,
                )
            )
    return found


def _region(organisation: Organisation, case: _Case, closing: date) -> str:
    """Only looked up where the plan asks for it."""
    if not any(component.filter.region for component in case.version.terms.components):
        return ""
    team = organisation.team_on(case.person.id, closing)
    return organisation.regions.get(team.region_id, "") if team and team.region_id else ""


_Rated = tuple[ParticipantResult, ParticipantResult]


def _rate(
    cases: Mapping[int, _Case], added: Mapping[int, Sequence[Credit]], closing: date, calendar: FiscalCalendar
) -> dict[int, _Rated]:
    """Each participant twice, without the deal and with it, in one call of the engine for each plan version."""
    if not cases:
        return {}
    terms = [component for case in cases.values() for component in case.version.terms.components]
    bases = {LEDGER_BASES[component.measure] for component in terms}
    credits, units = read_credits(bases, {member: case.first for member, case in cases.items()}, closing)
    quotas = _quotas(terms, list(cases), closing, calendar)
    scores = _scores(terms, closing, calendar)
    rated: dict[int, _Rated] = {}
    for version in {case.version.id: case.version for case in cases.values()}.values():
        of_version = [case for case in cases.values() if case.version.id == version.id]
        participants = []
        for case in of_version:
            member = case.person.id
            factor = SHARE_UNIT // units.get(member, 1)  # back to the ledger's millionths, which the deal's shares are
            standing = [credit._replace(share=credit.share * factor) for credit in credits[member]]
            for key, all_credits in (("", standing), (_WITH, [*standing, *added[member]])):
                participants.append(
                    Participant(
                        key=f"{member}{key}",
                        credits=all_credits,
                        quotas=quotas[member],
                        active_from=case.active_from,
                        active_to=closing,
                        share_unit=SHARE_UNIT,
                        scores=scores.get(member, {}),
                    )
                )
        start = min(case.first for case in of_version)
        inputs = Inputs(version.terms, participants, start, closing, calendar)
        results = {result.key: result for result in calculate(inputs).participants}
        for case in of_version:
            member = case.person.id
            rated[member] = (results[f"{member}"], results[f"{member}{_WITH}"])
    return rated


def _quotas(
    terms: Sequence[Terms], members: Sequence[int], closing: date, calendar: FiscalCalendar
) -> dict[int, Quotas]:
    """The approved bookings quotas of the periods that closing falls into, where anything is measured by them."""
    found: dict[int, dict[tuple[str, str], int]] = {member: {} for member in members}
    asked = {
        calendar.containing(closing, one.period)
        for one in terms
        if one.measure == "bookings" and (one.rate.needs_quota or one.threshold or one.curve or one.cap)
    }
    for period in sorted(asked):
        for member, quota in quotas_between(period.start, period.end, members).items():
            found[member]["bookings", period.key] = quota
    return dict(found)


def _scores(
    terms: Sequence[Terms], closing: date, calendar: FiscalCalendar
) -> dict[int, dict[tuple[str, str], Fraction]]:
    """The finished scores that multipliers ask for, by member; nothing is asked where no plan has one."""
    scored = [(one.multiplier.kpi, calendar.containing(closing, one.period).key) for one in terms if one.multiplier]
    found: dict[int, dict[tuple[str, str], Fraction]] = {}
    for (member, card, period), score in final_scores({card for card, _ in scored}, {key for _, key in scored}).items():
        found.setdefault(member, {})[card, period] = score
    return found


def _estimate(person: Person, case: _Case | None, rated: _Rated | None, currency: str) -> Estimate:
    if case is None or rated is None:
        return Estimate(person.id, person.full_name, currency, None, NO_PLAN)
    before, after = rated
    currency = case.version.terms.currency
    if after.problems:
        return Estimate(person.id, person.full_name, currency, None, after.problems[0].message)
    adds = sum(one.earned for one in after.components) - sum(one.earned for one in before.components)
    return Estimate(person.id, person.full_name, currency, adds, climb=_climb(before, after, currency))


def _climb(before: ParticipantResult, after: ParticipantResult, currency: str) -> Climb | None:
    for result in after.components:
        component = _component(result, currency)
        if len(component.terms.rate.tiers) > 1 and component.terms.counts_money and component.bounds:
            earlier = (
                one for one in before.components if (one.component, one.period) == (result.component, result.period)
            )
            reached = next((round_half_up(Fraction(one.measure)) for one in earlier), 0)
            return _between(component, reached, currency)
    return None


def _component(result: ComponentResult, currency: str) -> Component:
    return Component(
        code=result.component.code,
        terms=result.component,
        currency=currency,
        period=result.period.key,
        measure=round_half_up(Fraction(result.measure)),
        quota=None if result.quota is None else round_half_up(Fraction(result.quota)),
        earned=result.earned,
        adjusted=0,
    )


def _between(component: Component, before: int, currency: str) -> Climb:
    """From the last bound below what was reached to the first above what will be."""
    bounds, tiers = component.bounds, component.terms.rate.tiers
    low = max((place for place, bound in enumerate(bounds) if bound <= before), default=0)
    high = next((place for place, bound in enumerate(bounds) if bound > component.measure), None)
    return Climb(
        period=component.period,
        quota=component.quota,
        before=before,
        after=component.measure,
        start=bounds[low],
        end=None if high is None else bounds[high],
        start_text=bound_text(tiers[low], component.terms, currency),
        end_text="" if high is None else bound_text(tiers[high], component.terms, currency),
        tier=next_tier(component),
    )
