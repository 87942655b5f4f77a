"""Reading a case file: a plan, participants and events in one document, checked and turned into the engine's inputs.

Its format is in commissions.md, "Case file". Facts that only terms not built yet would read are checked and put aside;
one that would change a result (`ramp`) is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import cast, get_args

from incentives.engine.crediting import INHERITED, Event, EventType, Share, credits_of, inherit
from incentives.engine.document import Fields, Node, raise_problems, root
from incentives.engine.facts import Exact, Inputs, Participant
from incentives.engine.terms import MONEY_MEASURES, Measure, Plan, period_kind, read_plan
from salesops.lib.errors import gettext_noop
from salesops.lib.periods import FiscalCalendar, month_of

_PUT_ASIDE = ["manager", "team", "ramp", "weight", "target_incentive", "kpi", "leave"]
_PARTICIPANT_KEYS = ["hired", "left", "assigned_from", "assigned_to", "quota", *_PUT_ASIDE]
_EVENT_KEYS = ["deal", "units", "margin", "credits", *INHERITED, "customer", "discount", "term_months"]
_REFUND_KEYS = {"id", "deal", "date", "type", "amount"}


@dataclass(frozen=True, slots=True)
class _Person:
    id: str
    active_from: date | None
    active_to: date | None
    assigned_from: date | None
    quotas: dict[tuple[str, str], Exact] = field(default_factory=dict)


def read_case(document: object) -> Inputs:
    """The engine's inputs. Raises `DomainErrors` naming every problem by its path."""
    node = root(document)
    fields = node.fields(("plan", "participants"), ("events", "fiscal_year_start_month", "as_of"))
    calendar = FiscalCalendar(fields["fiscal_year_start_month"].whole(range(1, 13), default=1))
    plan = read_plan(fields["plan"])
    items = fields["participants"].items()
    people = [_person(item, plan) for item in items]
    _refuse_repeats(items, [person.id for person in people])
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
        Participant(
            key=person.id,
            credits=credits.get(person.id, ()),
            quotas=person.quotas,
            active_from=person.active_from,
            active_to=person.active_to,
            share_unit=units.get(person.id, 1),
        )
        for person in people
    ]
    last = as_of or month_of(events[-1].day).end
    days = [event.day for event in events[:1]] + [person.assigned_from for person in people if person.assigned_from]
    return Inputs(plan, participants, min(days, default=last), last, calendar)


def _refuse_repeats(items: Sequence[Node], ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for item, id_ in zip(items, ids, strict=True):
        if id_ and id_ in seen:
            item.child("id", id_).refuse("duplicate", gettext_noop("is used twice"))
        seen.add(id_)


def _person(node: Node, plan: Plan) -> _Person:
    fields = node.fields(("id",), _PARTICIPANT_KEYS)
    hired, left, assigned_from, assigned_to = (
        fields[key].day() for key in ("hired", "left", "assigned_from", "assigned_to")
    )
    _check_facts_put_aside(fields)
    return _Person(
        id=fields["id"].text(),
        active_from=max((day for day in (hired, assigned_from) if day), default=None),
        active_to=min((day for day in (left, assigned_to) if day), default=None),
        assigned_from=assigned_from,
        quotas=_quotas(fields["quota"], plan),
    )


def _check_facts_put_aside(fields: Fields) -> None:
    if isinstance(fields["manager"].value, list):
        for item in fields["manager"].items():
            dated = item.fields(("id",), ("from", "to"))
            dated["id"].text(), dated["from"].day(), dated["to"].day()
    else:
        fields["manager"].optional_text()
    fields["team"].optional_text()
    fields["weight"].positive()
    if fields["target_incentive"].value is not None:
        fields["target_incentive"].positive()
    if fields["ramp"].items():
        fields["ramp"].refuse("not_supported", gettext_noop("is not supported yet"))
    for scores in fields["kpi"].entries().values():
        for score in scores.entries().values():
            score.number()
    for item in fields["leave"].items():
        absence = item.fields(("from", "to"))
        absence["from"].day(), absence["to"].day()


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
    margin = fields["margin"].number()
    fields["discount"].number()
    fields["customer"].optional_text()
    fields["term_months"].whole(range(1201), default=0)
    return Event(
        id=id_,
        deal=fields["deal"].optional_text() or id_,
        day=fields["date"].day() or date.max,
        type=type_,
        amount=amount,
        units=_fraction(fields["units"].positive(), default=1),
        margin=amount if margin is None else fields["margin"].whole_minor(margin, digits) or 0,
        shares=_shares(fields["credits"], people) if fields["credits"].present else None,
        category=fields["category"].optional_text(),
        region=fields["region"].optional_text(),
        segment=fields["segment"].optional_text(),
        product=fields["product"].optional_text(),
        new_customer=fields["new_customer"].flag() if fields["new_customer"].present else None,
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
