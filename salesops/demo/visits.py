"""Where the demo's reps have been in two years, where they go this week, and whose customers change hands.

Most check in at the door; some phones are vague, some are told the place by hand, a few are elsewhere. Today Viktor
Hale has been at one customer's, is due at the next, and has two more to see.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.access.actor import Actor
from accounts.people.models import Member, Role
from accounts.tenancy.models import Tenant
from pipeline.contacts.models import Contact
from pipeline.customers.models import Customer, CustomerOwner
from pipeline.deals.models import Deal
from pipeline.handover.registry import Chosen
from pipeline.handover.services import Wanted, request_handover
from pipeline.visits import services
from pipeline.visits.history import PastVisit, take_over
from pipeline.visits.models import Visit
from pipeline.visits.place import Place
from pipeline.visits.values import Arrival, Plan, Report

_TWO_YEARS = 720
_ROUND = 8  # customers whom one rep visits
_A_WEEK = (1, 2, 2, 3, 3, 4)
_OUTCOMES = ("order", "interested", "interested", "interested", "not_now", "not_now", "no_one")
_HERO, _NEWEST, _MANAGER = "Viktor Hale", "陈立文", "Ruben Castro"
_TODAY = ((8, 30), (10, 30), (14, 0), (16, 15))


@dataclass(frozen=True, slots=True)
class Words:
    """What is written in one language: purposes, what was said by outcome, next steps, a place by hand."""

    purposes: tuple[str, ...]
    notes: dict[str, tuple[str, ...]]
    steps: tuple[str, ...]
    place: str


_ENGLISH = Words(
    ("Stock check", "Quarterly call", "Show the Beacon Pro", "Go through the quote", "Returned unit", "Site survey"),
    {
        "order": ("Ordered on the spot; papers follow by mail.", "Took four, two more if the first week goes well."),
        "interested": ("Wants a quote for six.", "Likes the new rack, asks about delivery before quarter’s end."),
        "not_now": ("Budget is spent until the new year.", "Still happy with what they have."),
        "no_one": ("Closed for stocktaking.", "Nobody at the gate; left a card."),
    },
    ("Send the quote", "Call about delivery dates", "Bring the demo unit", "Ask again after the budget round"),
    "Warehouse gate",
)
_CHINESE = Words(
    ("库存检查", "季度拜访", "演示 Beacon Pro", "讨论报价", "取回退货", "现场勘察"),
    {
        "order": ("当场下单，文件随后邮寄。", "先要四台，第一周顺利再加两台。"),
        "interested": ("需要六台的报价。", "对新机架感兴趣，询问季末前能否交货。"),
        "not_now": ("预算已用完，明年再谈。", "目前的设备够用。"),
        "no_one": ("今天盘点，不接待。", "门口没有人，留了名片。"),
    },
    ("发送报价", "电话确认交货日期", "带演示机过来", "预算会议后再问"),
    "仓库门口",
)


@dataclass(frozen=True, slots=True)
class _Round:
    """A rep with the own customers first, then those of the own deals, and somebody to meet at each."""

    tenant: Tenant
    rep: Member
    words: Words
    customers: Sequence[Customer]
    contacts: Mapping[int, Contact]

    def contact_at(self, buyer: Customer) -> int | None:
        contact = self.contacts.get(buyer.pk)
        return contact.pk if contact else None

    def plan(self, buyer: Customer, when: datetime, at: datetime, purpose: str) -> Visit:
        """Planned by the rep; the key is the same whenever the demo is made."""
        seed = random.Random(f"{self.rep.pk} {buyer.pk} {when}")  # noqa: S311 (a demo, not a secret)
        return services.plan(
            actor=Actor(self.tenant, self.rep),
            plan=Plan(self.rep.pk, buyer.pk, when, purpose, contact_id=self.contact_at(buyer)),
            client_key=UUID(int=seed.getrandbits(128), version=4),
            at=at,
        )


def fill(tenant: Tenant, today: date, rng: random.Random) -> None:
    """Two years of visits and the week to come. Inside the tenant; a few seconds' work."""
    with transaction.atomic():
        rounds = _rounds(tenant)
        past = [one for each in rounds for one in _past(each, today, rng)]
        take_over(actor=Actor.operator(tenant), visits=past, now=_at(tenant, today, 7, 0))
        for each in rounds:
            _plan_ahead(each, today, rng)
            if each.rep.full_name == _HERO:
                _todays(each, today)
        _hand_over(tenant, today)


def _rounds(tenant: Tenant) -> list[_Round]:
    owned: dict[int, dict[int, None]] = {}
    held = Customer.objects.filter(owner__isnull=False).order_by("id").values_list("owner_id", "id")
    dealt = Deal.objects.filter(customer__isnull=False).order_by("id").values_list("owner_id", "customer_id")
    for owner_id, customer_id in [*held, *dealt]:
        theirs = owned.setdefault(owner_id, {})
        if len(theirs) < _ROUND:
            theirs[customer_id] = None
    customers = Customer.objects.in_bulk()
    contacts = {one.customer_id: one for one in Contact.objects.filter(has_left=False).order_by("-id")}
    reps = Member.objects.filter(roles__contains=[Role.REP], pk__in=owned).order_by("id")
    return [_Round(tenant, rep, _words(rep), [customers[id] for id in owned[rep.pk]], contacts) for rep in reps]


def _words(rep: Member) -> Words:
    return _CHINESE if rep.full_name == _NEWEST else _ENGLISH


# --- The past ---------------------------------------------------------------------------------------------------------


def _past(each: _Round, today: date, rng: random.Random) -> Iterator[PastVisit]:
    """A few visits a week, on working days; whoever has only just begun has few."""
    first = _first_day(each.rep, today)
    monday = first - timedelta(days=first.weekday())
    diligence = rng.uniform(0.5, 1.2)
    while monday < today:
        for _ in range(round(rng.choice(_A_WEEK) * diligence)):
            day = monday + timedelta(days=rng.randrange(5))
            if first <= day < today:
                yield _past_visit(each, day, rng)
        monday += timedelta(days=7)


def _first_day(rep: Member, today: date) -> date:
    begun = Deal.objects.filter(owner=rep).order_by("stage_since").values_list("stage_since", flat=True).first()
    return max(begun or today, today - timedelta(days=_TWO_YEARS))


def _past_visit(each: _Round, day: date, rng: random.Random) -> PastVisit:
    buyer = rng.choice(each.customers)
    arrived = _at(each.tenant, day, rng.randint(8, 16), rng.choice((0, 10, 20, 30, 40, 50)))
    outcome = rng.choice(_OUTCOMES)
    follows = outcome in {"order", "interested"} and rng.random() < 0.6
    return PastVisit(
        owner_id=each.rep.pk,
        customer_id=buyer.pk,
        contact_id=each.contact_at(buyer) if outcome != "no_one" else None,
        purpose=rng.choice(each.words.purposes),
        planned_for=arrived - timedelta(minutes=rng.randint(0, 25)) if rng.random() < 0.8 else None,
        arrival=Arrival(arrived, _place(buyer, each.words, rng)),
        report=Report(
            outcome,
            arrived + timedelta(minutes=3 if outcome == "no_one" else rng.randint(15, 70)),
            rng.choice(each.words.notes[outcome]),
            day + timedelta(days=rng.randint(2, 21)) if follows else None,
            rng.choice(each.words.steps) if follows else "",
        ),
    )


def _place(buyer: Customer, words: Words, rng: random.Random) -> Place:
    """Mostly at the door; one in ten by hand, one in twenty a street away, one in twenty from a cell tower."""
    luck = rng.random()
    if luck < 0.10 or buyer.latitude is None or buyer.longitude is None:
        return Place(text=words.place)
    if luck < 0.15:
        return _beside(buyer.latitude, buyer.longitude, Decimal("0.0042"), 18)
    if luck < 0.20:
        return _beside(buyer.latitude, buyer.longitude, Decimal("0.0009"), 900)
    return _beside(buyer.latitude, buyer.longitude, Decimal(rng.randint(0, 900)) / 1_000_000, rng.randint(6, 40))


def _beside(latitude: Decimal, longitude: Decimal, degrees: Decimal, accuracy_m: int) -> Place:
    return Place(latitude + degrees, longitude, accuracy_m)


# --- Today and after --------------------------------------------------------------------------------------------------


def _plan_ahead(each: _Round, today: date, rng: random.Random) -> None:
    """Two to four visits in the week to come, and for some one of the days before that nobody has reported."""
    asked = _at(each.tenant, today - timedelta(days=3), 7, 0)
    for ahead in rng.sample(range(1, 8), rng.randint(2, 4)):
        when = _at(each.tenant, today + timedelta(days=ahead), rng.randint(8, 16), rng.choice((0, 30)))
        each.plan(rng.choice(each.customers), when, asked, rng.choice(each.words.purposes))
    if each.rep.full_name == _HERO or rng.random() < 0.2:
        each.plan(each.customers[-1], asked + timedelta(days=1, hours=8), asked, each.words.purposes[3])


def _todays(hero: _Round, today: date) -> None:
    morning = _at(hero.tenant, today, 7, 0)
    stops = zip(hero.customers, _TODAY, hero.words.purposes, strict=False)
    planned = [hero.plan(buyer, _at(hero.tenant, today, *when), morning, purpose) for buyer, when, purpose in stops]
    arrived, buyer = _at(hero.tenant, today, 8, 27), hero.customers[0]
    place = Place(text=hero.words.place)
    if buyer.latitude is not None and buyer.longitude is not None:
        place = _beside(buyer.latitude, buyer.longitude, Decimal("0.00034"), 12)
    gone = arrived + timedelta(minutes=34)
    services.log_visit(
        actor=Actor(hero.tenant, hero.rep),
        client_key=planned[0].client_key,
        plan=None,
        version=planned[0].version,
        arrival=Arrival(arrived, place),
        report=Report("interested", gone, hero.words.notes["interested"][0]),
        at=gone,
    )


# --- Handovers --------------------------------------------------------------------------------------------------------


def _hand_over(tenant: Tenant, today: date) -> None:
    """One done within Ruben Castro's team, one that Viktor Hale will take over, one that waits for another team."""
    people = {member.full_name: member for member in Member.objects.all()}
    manager = Actor(tenant, people[_MANAGER])
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    for giver, taker, asked_on, day, count, reason in (
        ("Yusuf Demir", "Uma Krishnan", today - timedelta(days=12), today - timedelta(days=12), 2, "Closer to Uma"),
        ("Wren Abbott", _HERO, today - timedelta(days=2), next_month, 3, "Part-time from next month"),
        ("Uma Krishnan", _NEWEST, today - timedelta(days=1), next_month, 1, "客户要求中文服务"),
    ):
        chosen = _some_of(people[giver], asked_on, count)
        if chosen:
            wanted = Wanted(people[giver].pk, people[taker].pk, day, Chosen(frozenset(chosen)), reason)
            request_handover(actor=manager, wanted=wanted, at=_at(tenant, asked_on, 9, 15))


def _some_of(giver: Member, day: date, count: int) -> list[int]:
    """Customers that were the giver's before that day."""
    since = CustomerOwner.objects.filter(owner=giver, ends_on__isnull=True, starts_on__lt=day)
    held = Customer.objects.filter(owner=giver, pk__in=since.values("customer_id")).order_by("id")
    return list(held.values_list("id", flat=True)[:count])


def _at(tenant: Tenant, day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(tenant.time_zone))
