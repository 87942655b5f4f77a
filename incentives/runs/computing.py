"""From the books to drafts: read some participants' credits, calculate them in one call, cut them into months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from incentives.engine import (
    ComponentResult,
    Inputs,
    Participant,
    ParticipantResult,
    Problem,
    calculate,
)
from incentives.engine.payouts import Movement, Opening, balance
from incentives.plans.holding import Version
from incentives.runs.books import Books, Case
from incentives.runs.corrections import Paid, corrections, paid
from incentives.runs.credits import read_credits
from incentives.runs.drafts import Draft, Part, monthly, part_of
from incentives.statements.models import Statement
from salesops.lib.periods import Period

_Rated = list[tuple[Version, ParticipantResult]]


@dataclass(slots=True)
class Outcome:
    """What a chunk of participants comes to: drafts by (participant, month), and why others have none."""

    drafts: list[Draft] = field(default_factory=list)
    problems: list[tuple[int, Period, Problem]] = field(default_factory=list)


def to_compute(books: Books, cases: Sequence[Case]) -> list[Case]:
    """Those with an open month, and of them only those of whom something has changed."""
    drafts = books.drafts()
    return [
        case
        for case in cases
        if any(books.is_open(month) for month in case.months)
        and (
            any(_has_changed(books, case, month) for month in case.months)
            or drafts.get(case.person.id, set()) - {month.start for month in case.months}
        )
    ]


def _has_changed(books: Books, case: Case, month: Period) -> bool:
    stored = books.stored.get((case.person.id, month.start))
    if books.is_open(month) and not case.stretches_in(month):
        return stored is not None  # a correction: whether it still stands, only computing it tells
    return stored is None or stored.input_digest != case.digests[month.start]


def compute(books: Books, cases: Sequence[Case]) -> Outcome:
    """Drafts of every open month of these participants."""
    needed = {case.person.id: _needed_from(books, case) for case in cases}
    rated = _calculate(books, cases, needed)
    closed = books.closed_until
    was_paid = paid(needed, closed, books.calendar) if closed else {}
    opening = _carried(cases, closed)
    outcome = Outcome()
    for case in cases:
        person = case.person.id
        parts = _corrections(books, case, rated[person], was_paid, needed[person])
        outcome.drafts += _drafts(books, case, rated[person], parts, opening.get(person, 0))
        outcome.problems += [
            (person, month, problem)
            for _, result in rated[person]
            for problem in result.problems
            for month in case.months
            if books.is_open(month) and month.start in problem.period
        ]
    return outcome


def _needed_from(books: Books, case: Case) -> date:
    """Credits count from the window of the first open month, or of the first approved one that has changed since."""
    first = next(month for month in case.months if books.is_open(month))
    changed = (month for month in case.months if not books.is_open(month) and _has_changed(books, case, month))
    return books.window(case, next(changed, first))


def _calculate(books: Books, cases: Sequence[Case], needed: dict[int, date]) -> dict[int, _Rated]:
    """One call of the engine for each plan version; each stretch of days on a version is a participant of it."""
    credits, units = read_credits(books.bases(), needed, books.up_to, books.position)
    by_version: dict[int, tuple[Version, list[Participant]]] = {}
    for case in cases:
        person = case.person.id
        for stretch in case.stretches:
            if stretch.last >= needed[person]:
                _, participants = by_version.setdefault(stretch.version.id, (stretch.version, []))
                participants.append(
                    Participant(
                        key=str(person),
                        credits=credits[person],
                        quotas=case.quotas,
                        scores=case.scores,
                        active_from=stretch.first,
                        active_to=stretch.last,
                        share_unit=units.get(person, 1),
                    )
                )
    rated: dict[int, _Rated] = {person: [] for person in needed}
    start = min(needed.values())
    for version, participants in by_version.values():
        inputs = Inputs(version.terms, participants, start, books.up_to, books.calendar)
        for result in calculate(inputs).participants:
            rated[int(result.key)].append((version, result))
    return rated


def _carried(cases: Sequence[Case], closed: date | None) -> dict[int, int]:
    """What each one's last statement of a closed month carries on."""
    if closed is None:
        return {}
    people = [case.person.id for case in cases]
    rows = Statement.objects.filter(month__lte=closed, participant_id__in=people)
    rows = rows.order_by("participant_id", "-month").distinct("participant_id")
    return dict(rows.values_list("participant_id", "carried"))


def _corrections(books: Books, case: Case, rated: _Rated, was_paid: Paid, first: date) -> list[Part]:
    closed = books.closed_until
    if closed is None or case.months[0].start > closed:
        return []
    stopped = {(problem.component, problem.period.key) for _, result in rated for problem in result.problems}
    results = [(version, component) for version, result in rated for component in result.components]
    found = corrections(
        results,
        was_paid[case.person.id],
        first=first,
        closed_end=next(month.end for month in books.months if month.start == closed),
        calendar=books.calendar,
        version=books.version_in(case, case.months[-1]),
    )
    return [part for part in found if part.key not in stopped]


def _drafts(books: Books, case: Case, rated: _Rated, corrected: list[Part], opening: int) -> Iterator[Draft]:
    """Months in which a component period cannot be computed have none: nothing is payable on half a sum.

    A month without a plan has one for corrections only.
    """
    results = [(version, part, monthly(part)) for version, result in rated for part in result.components]
    stopped = [problem.period for _, result in rated for problem in result.problems]
    months = [
        month
        for month in case.months
        if books.is_open(month) and not _touches(month, stopped) and (case.stretches_in(month) or corrected)
    ]
    if not months:
        return
    parts = {month.start: _parts(books, case, month, results) for month in months}
    _add_corrections(parts[months[0].start], corrected)
    earned = [Movement(month, sum(part.earned for part in parts[month.start])) for month in months]
    adjusted = {months[0].key: sum(part.adjusted for part in corrected)}
    for payout in balance(books.version_in(case, months[-1]).terms, earned, Opening(opening), adjusted):
        month = payout.month
        team = books.organisation.team_on(case.person.id, month.end)
        yield Draft(
            participant_id=case.person.id,
            month=month,
            team_id=team.id if team else None,
            version=books.version_in(case, month),
            input_digest=case.digests[month.start],
            parts=parts[month.start],
            payout=payout,
        )


def _touches(month: Period, periods: Iterable[Period]) -> bool:
    return any(month.start in period for period in periods)


def _parts(
    books: Books, case: Case, month: Period, results: Sequence[tuple[Version, ComponentResult, dict[date, int]]]
) -> list[Part]:
    """The month's components in the plan's order; one that has no credit yet shows what it is measured by."""
    found = [
        part_of(result, version, month, earned[month.start], _score(case, result))
        for version, result, earned in results
        if month.start in result.period
    ]
    have = {part.key for part in found}
    for stretch in case.stretches:
        for component, period in books.periods(stretch, month.start, month.end):
            key = (component.code, period.key)
            if month.start in period and key not in have:
                quota = case.quotas.get((component.measure, period.key))
                found.append(
                    Part(
                        stretch.version.id, *key, measure=Fraction(0), quota=None if quota is None else Fraction(quota)
                    )
                )
    return found


def _score(case: Case, result: ComponentResult) -> Fraction | None:
    """What picked the band of the component's multiplier; None without one."""
    multiplier = result.component.multiplier
    return case.scores.get((multiplier.kpi, result.period.key)) if multiplier else None


def _add_corrections(parts: list[Part], corrected: list[Part]) -> None:
    """To the part of the same component period, else as a part of their own."""
    by_key = {part.key: part for part in parts}
    for correction in corrected:
        part = by_key.get(correction.key)
        if part is None:
            parts.append(correction)
        else:
            part.adjusted = correction.adjusted
            part.lines += correction.lines
