"""Reading a case file: a plan, participants and events in one document, checked and turned into the engine's inputs.

Its format is in commissions.md, "Case file".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import cast, get_args

from incentives.engine.crediting import INHERITED, Event, EventType, Share, credits_of, deals_of, inherit
from incentives.engine.document import Node, raise_problems, root
from incentives.engine.facts import Exact, Inputs, Membership, Participant, Reporting
from incentives.engine.reading import period_kind, read_plan
from incentives.engine.terms import MONEY_MEASURES, Measure, Plan
from salesops.lib.errors import gettext_noop
from salesops.lib.periods import FiscalCalendar, month_of

_DATES = ("hired", "left", "assigned_from", "assigned_to")
_PARTICIPANT_KEYS = [*_DATES, "quota", "manager", "team", "ramp", "weight", "target_incentive", "kpi", "leave"]
_EVENT_KEYS = ["deal", "units", "margin", "credits", *INHERITED, "customer"]
_MAX_MONTHS = 1200
_REFUND_KEYS = {"id", "deal", "date", "type", "amount"}


@dataclass(frozen=True, slots=True)
class _Person:
    """A participant without credits, and when the assignment began."""

    participant: Participant
    assigned_from: date | None

    @property
    def id(self) -> str:
        return self.participant.key


def read_case(document: object) -> Inputs:
    """The engine's inputs. Raises `DomainErrors` naming every problem by its path."""
    node = root(document)
    fields = node.fields(("plan", "participants"), ("events", "fiscal_year_start_month", "as_of"))
    calendar = FiscalCalendar(fields["fiscal_year_start_month"].whole(range(1, 13), default=1))
    plan = read_plan(fields["plan"])
    items = fields["participants"].items()
    people = [_person(item, plan) for item in items]
    _refuse_repeats(items, [person.id for person in people])
    _check_managers(items, [person.participant for person in people])
    events = _events(fields["events"], {person.id for person in people}, plan.digits)
    as_of = fields["as_of"].day()
    if as_of is None and not events and not node.problems:
        fields["as_of"].refuse("required", gettext_noop("is required where there are no events"))
    raise_problems(node)
    return _inputs(plan, people, inherit(events), as_of, calendar)


def _inputs(
    plan: Plan, people: Sequence[_Person], events: Sequence[Event], as_of: date | None, calendar: FiscalCalendar
) -> Inputs:
    credits, units = credits_of(events)
    participants = [
        replace(person.participant, credits=credits.get(person.id, ()), share_unit=units.get(person.id, 1))
        for person in people
    ]
    last = as_of or month_of(events[-1].day).end
    days = [event.day for event in events[:1]] + [person.assigned_from for person in people if person.assigned_from]
    return Inputs(plan, participants, min(days, default=last), last, calendar, deals_of(events))


def _refuse_repeats(items: Sequence[Node], ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for item, id_ in zip(items, ids, strict=True):
        if id_ and id_ in seen:
            item.child("id", id_).refuse("duplicate", gettext_noop("is used twice"))
        seen.add(id_)


def _person(node: Node, plan: Plan) -> _Person:
    fields = node.fields(("id",), _PARTICIPANT_KEYS)
    hired, left, assigned_from, assigned_to = (fields[key].day() for key in _DATES)
    incentive = fields["target_incentive"]
    participant = Participant(
        key=fields["id"].text(),
        credits=(),
        quotas=_quotas(fields["quota"], plan),
        active_from=max((day for day in (hired, assigned_from) if day), default=None),
        active_to=min((day for day in (left, assigned_to) if day), default=None),
        service_from=hired or assigned_from,
        scores=_scores(fields["kpi"]),
        ramp=tuple(_fraction(item.positive(), default=1) for item in fields["ramp"].items()),
        leave=tuple(_leave(item) for item in fields["leave"].items()),
        weight=_fraction(fields["weight"].positive(), default=1),
        target_incentive=Fraction(incentive.positive() or 0) * 10**plan.digits if incentive.given else None,
        teams=(Membership(team),) if (team := fields["team"].optional_text()) else (),
        managers=_managers(fields["manager"]),
    )
    return _Person(participant, assigned_from)


def _scores(node: Node) -> dict[tuple[str, str], Exact]:
    scores: dict[tuple[str, str], Exact] = {}
    for kpi, by_period in node.entries().items():
        for key, entry in by_period.entries().items():
            if period_kind(key) is None:
                entry.refuse("bad_period", gettext_noop("is not a period such as 2026-01, 2026-Q1 or 2026"))
            scores[kpi, key] = Fraction(entry.number() or 0)
    return scores


def _leave(node: Node) -> tuple[date, date]:
    fields = node.fields(("from", "to"))
    first, last = fields["from"].day() or date.min, fields["to"].day() or date.min
    if last < first:
        fields["to"].refuse("before_start", gettext_noop("must not be before its beginning"))
    return first, last


def _managers(node: Node) -> tuple[Reporting, ...]:
    """A manager's id, or a dated list of them, of which no two may share a day."""
    if not isinstance(node.value, list):
        manager = node.optional_text()
        return (Reporting(manager),) if manager else ()
    found: list[Reporting] = []
    for item in node.items():
        fields = item.fields(("id",), ("from", "to"))
        one = Reporting(fields["id"].text(), starts_on=fields["from"].day(), ends_on=fields["to"].day())
        if any(_overlap(one, other) for other in found):
            item.refuse("overlap", gettext_noop("overlaps another manager's days"))
        found.append(one)
    return tuple(found)


def _overlap(one: Reporting, other: Reporting) -> bool:
    first = max(one.starts_on or date.min, other.starts_on or date.min)
    return first <= min(one.ends_on or date.max, other.ends_on or date.max)


def _check_managers(items: Sequence[Node], people: Sequence[Participant]) -> None:
    """Nobody is, on any day, below the one who reports to him. A manager need not be a participant."""
    by_key = {person.key: person for person in people}
    for item, person in zip(items, people, strict=True):
        if _is_in_cycle(person, by_key):
            message = gettext_noop("leads back to the participant: a manager tree has no cycle")
            item.child("manager", None).refuse("cycle", message)


def _is_in_cycle(person: Participant, people: dict[str, Participant]) -> bool:
    """Whether the way up from the person comes back on some day; it can only begin where a manager does."""
    waiting = [(one.manager, one.starts_on or date.min, one.ends_on or date.max) for one in person.managers]
    seen: set[tuple[str, date, date]] = set()
    while waiting:
        step = waiting.pop()
        key, first, last = step
        if key == person.key:
            return True
        if step in seen or key not in people:
            continue
        seen.add(step)
        for one in people[key].managers:
            start, end = max(first, one.starts_on or date.min), min(last, one.ends_on or date.max)
            if start <= end:
                waiting.append((one.manager, start, end))
    return False


def _quotas(node: Node, plan: Plan) -> dict[tuple[str, str], Exact]:
    quotas: dict[tuple[str, str], Exact] = {}
    for measure, by_period in node.entries().items():
        if measure not in get_args(Measure):
            by_period.refuse("unknown_measure", gettext_noop("is not a measure"))
            continue
        scale = 10**plan.digits if measure in MONEY_MEASURES else 1
        for key, entry in by_period.entries().items():
            if period_kind(key) is None:
                entry.refuse("bad_period", gettext_noop("is not a period such as 2026-01, 2026-Q1 or 2026"))
            quotas[measure, key] = Fraction(entry.positive() or 0) * scale
    return quotas


def _events(node: Node, people: set[str], digits: int) -> list[Event]:
    items = node.items()
    events = [_event(item, people, digits) for item in items]
    _refuse_repeats(items, [event.id for event in events])
    booked = {event.deal for event in events if event.type == "booking"}
    begun: dict[str, tuple[date, str]] = {}
    for event in events:
        if event.type != "refund":
            begun[event.deal] = min(begun.get(event.deal, (event.day, event.id)), (event.day, event.id))
    for item, event in zip(items, events, strict=True):
        _check_deal(item, event, has_booking=event.deal in booked, begun=begun.get(event.deal))
    return events


def _check_deal(node: Node, event: Event, *, has_booking: bool, begun: tuple[date, str] | None) -> None:
    if event.type == "refund":
        if begun is None or begun >= (event.day, event.id):
            node.child("deal", None).refuse("no_deal", gettext_noop("must name a deal with an earlier event"))
    elif event.shares is None and not (has_booking and event.type != "booking"):
        node.child("credits", None).refuse("required", gettext_noop("is required: there is no booking to inherit from"))


def _event(node: Node, people: set[str], digits: int) -> Event:
    fields = node.fields(("id", "date", "type", "amount"), _EVENT_KEYS)
    type_ = cast(EventType, fields["type"].choice(get_args(EventType)))
    if type_ == "refund":
        for key in fields.keys() - _REFUND_KEYS:
            fields[key].refuse("not_on_refund", gettext_noop("must be left out: a refund carries only an amount"))
    id_ = fields["id"].text()
    if fields["date"].value is None:
        fields["date"].refuse("required", gettext_noop("is required"))
    amount = fields["amount"].money(digits) or 0
    margin, discount = fields["margin"].number(), fields["discount"].number()
    fields["customer"].optional_text()
    term = fields["term_months"]
    return Event(
        id=id_,
        deal=fields["deal"].optional_text() or id_,
        day=fields["date"].day() or date.max,
        type=type_,
        amount=amount,
        units=_fraction(fields["units"].positive(), default=1) if fields["units"].present else None,
        margin=None if margin is None else fields["margin"].whole_minor(margin, digits) or 0,
        shares=_shares(fields["credits"], people) if fields["credits"].present else None,
        category=fields["category"].optional_text(),
        region=fields["region"].optional_text(),
        segment=fields["segment"].optional_text(),
        product=fields["product"].optional_text(),
        new_customer=fields["new_customer"].flag() if fields["new_customer"].present else None,
        discount=None if discount is None else Fraction(discount),
        term_months=term.whole(range(_MAX_MONTHS + 1), default=0) if term.given else None,
    )


def _shares(node: Node, people: set[str]) -> tuple[Share, ...]:
    """Direct shares add up to exactly 1; overlays come on top."""
    shares = [_share(item, people) for item in node.items()]
    direct = sum(share.part for share in shares if share.kind == "direct")
    if isinstance(node.value, list) and direct != 1:
        node.refuse("bad_shares", gettext_noop("must have direct shares that add up to 1"))
    return tuple(shares)


def _share(node: Node, people: set[str]) -> Share:
    fields = node.fields(("participant",), ("share", "kind"))
    participant = fields["participant"].text()
    if participant and participant not in people:
        fields["participant"].refuse("unknown_participant", gettext_noop("is not among the participants"))
    kind = fields["kind"].choice(("direct", "overlay"))
    return Share(participant, _fraction(fields["share"].positive(), default=1), kind)


def _fraction(value: Decimal | None, default: int) -> Fraction:
    return Fraction(default if value is None else value)
