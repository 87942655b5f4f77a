"""The demo's customers as people know them: contacts, owners over time, what was said, what is to be done.

Everything is written by the services that pages and imports use, dated as it would have been.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from accounts.access.actor import Actor
from accounts.people.models import Member
from accounts.tenancy.models import Tenant
from pipeline.activities.history import PastActivity, take_over
from pipeline.activities.next_step import plan_next_step
from pipeline.activities.services import ActivityValues
from pipeline.contacts.models import Contact, ContactRole
from pipeline.contacts.services import ContactValues, add_contact, name_in_deal
from pipeline.customers.models import Customer
from pipeline.customers.services import CustomerValues, edit_customer
from pipeline.deals.models import Deal
from pipeline.tasks.services import TaskValues, create_task, finish_task
from salesops.demo.sayings import CHINESE, ENGLISH, Sayings

_TWO_YEARS = 720
_PLACES = {  # country → city, latitude, longitude
    "United States": (("Austin", "30.2672", "-97.7431"), ("Chicago", "41.8781", "-87.6298")),
    "Canada": (("Toronto", "43.6532", "-79.3832"), ("Calgary", "51.0447", "-114.0719")),
    "Germany": (("Hamburg", "53.5511", "9.9937"), ("Stuttgart", "48.7758", "9.1829")),
    "China": (("上海", "31.2304", "121.4737"), ("深圳", "22.5431", "114.0579")),
    "Japan": (("Osaka", "34.6937", "135.5023"), ("Tokyo", "35.6762", "139.6503")),
    "Brazil": (("São Paulo", "-23.5505", "-46.6333"), ("Curitiba", "-25.4284", "-49.2733")),
    "Kenya": (("Nairobi", "-1.2921", "36.8219"), ("Mombasa", "-4.0435", "39.6682")),
}
_STREETS = ("Foundry Road", "Harbour Street", "Mill Lane", "Station Square", "Orchard Avenue", "Canal Walk")
_CHINESE_STREETS = ("人民路", "中山东路", "科技南路", "滨海大道")
_LEGAL = {"Germany": "GmbH", "China": "Co., Ltd.", "Japan": "K.K.", "Brazil": "Ltda.", "Kenya": "Ltd."}
_SOURCES = ("Trade fair", "Referral", "Website", "Cold call", "Partner")
_PEOPLE = (
    *("Priya Raman", "Tom Okafor", "Lena Fischer", "Joan Whitfield", "Samuel Adeyemi", "Ingrid Solberg", "Luis Ferrer"),
    *("Mei Tanaka", "Paul Lindgren", "Aisha Noor", "Daniel Weiss", "Carla Mendes", "Victor Hugo Prado", "Hana Kimura"),
    *("Grace Wanjiru", "Peter Kamau", "Nina Hartmann", "Oliver Grant", "Sofia Marin", "Kenji Mori"),
)
_CHINESE_PEOPLE = ("王建国", "李雪梅", "张伟", "刘思远", "赵敏", "周晓东", "吴佳怡", "郑凯", "孙丽华", "何志强")
_TITLES = (
    ("Head of Infrastructure", "基础设施负责人", ContactRole.USER),
    ("Procurement Lead", "采购主管", ContactRole.BUYER),
    ("Chief Financial Officer", "财务总监", ContactRole.DECIDES),
    ("Operations Manager", "运营经理", ContactRole.INFLUENCES),
    ("Legal Counsel", "法务顾问", ContactRole.REVIEWS),
)
_SEGMENT_SHARES = (("A", 12), ("B", 24))  # of the customers with most deals; the rest are C
_ALWAYS_BUSY = ("Viktor Hale", "陈立文")  # the demo's reps who sign in: they have something to do today


@dataclass(frozen=True, slots=True)
class _Dealt:
    """A deal as far as what was said about it depends on it."""

    id: int
    owner_id: int
    customer_id: int
    engaged_on: date | None
    closed_on: date | None
    product: str


def fill(tenant: Tenant, today: date, rng: random.Random) -> None:
    """Five seconds' worth of customers' lives. In the caller's transaction, inside the tenant."""
    actor = Actor.operator(tenant)
    deals = _deals()
    _know_customers(actor, deals, today, rng)
    contacts = _add_contacts(actor, today, rng)
    _name_people_in_deals(actor, deals, contacts, today, rng)
    now = datetime.combine(today, time(7, 30), ZoneInfo(tenant.time_zone))
    said = sorted(_history(tenant, deals, contacts, today, rng), key=lambda one: one.values.at or now)
    take_over(actor=actor, activities=said, now=now)
    _plan(actor, today, now, rng)


def _deals() -> list[_Dealt]:
    columns = ("id", "owner_id", "customer_id", "engaged_on", "closed_on", "product__name")
    found = Deal.objects.filter(customer__isnull=False, product__isnull=False).order_by("id")
    return [_Dealt(*row) for row in found.values_list(*columns)]


# --- Facts and owners ------------------------------------------------------------------------------------------------


def _know_customers(actor: Actor, deals: Sequence[_Dealt], today: date, rng: random.Random) -> None:
    """Segment, address and registration of each, and an owner: first one rep, for some of them another one since."""
    counted = Counter(deal.customer_id for deal in deals)
    ranked = [id for id, __ in counted.most_common()]
    owners = _owners(deals, rng)
    for customer in Customer.objects.order_by("id"):
        first, present = owners.get(customer.pk, (None, None))
        began = today - timedelta(days=rng.randint(_TWO_YEARS - 120, _TWO_YEARS))
        values = replace(_facts(customer, ranked, rng), owner_id=first)
        known = edit_customer(
            actor=actor, customer_id=customer.pk, version=customer.version, values=values, as_of=began
        )
        if present != first:
            handed = today - timedelta(days=rng.randint(40, 400))
            values = replace(values, owner_id=present)
            edit_customer(actor=actor, customer_id=known.pk, version=known.version, values=values, as_of=handed)


def _facts(customer: Customer, ranked: Sequence[int], rng: random.Random) -> CustomerValues:
    city, latitude, longitude = rng.choice(_PLACES.get(customer.country, _PLACES["United States"]))
    is_chinese = customer.country == "China"
    street = rng.choice(_CHINESE_STREETS if is_chinese else _STREETS)
    number = rng.randint(2, 240)
    slug = customer.name.lower().replace(" ", "-")
    return replace(
        CustomerValues.of(customer),
        legal_name=f"{customer.name} {_LEGAL.get(customer.country, 'Inc.')}",
        registration_number=f"{rng.randint(10, 99)}-{rng.randint(1_000_000, 9_999_999)}",
        segment=_segment(customer.pk, ranked),
        status=Customer.Status.CUSTOMER if customer.pk in ranked else Customer.Status.PROSPECT,
        source=rng.choice(_SOURCES),
        website=f"https://{slug}.example",
        address=f"{city}市{street}{number}号" if is_chinese else f"{number} {street}, {city}",
        latitude=_near(latitude, rng),
        longitude=_near(longitude, rng),
    )


def _segment(customer_id: int, ranked: Sequence[int]) -> str:
    rank = ranked.index(customer_id) if customer_id in ranked else len(ranked)
    for name, share in _SEGMENT_SHARES:
        if rank < share:
            return name
        rank -= share
    return "C"


def _near(degrees: str, rng: random.Random) -> Decimal:
    return Decimal(degrees) + Decimal(rng.randint(-40_000, 40_000)) / 1_000_000


def _owners(deals: Sequence[_Dealt], rng: random.Random) -> dict[int, tuple[int, int]]:
    """Customer → its first and its present owner: reps who have dealt with it, nobody with too many."""
    dealt: dict[int, Counter[int]] = {}
    for deal in deals:
        dealt.setdefault(deal.customer_id, Counter())[deal.owner_id] += 1
    held: Counter[int] = Counter()
    owners = {}
    for customer_id in sorted(dealt):
        candidates = sorted(dealt[customer_id], key=lambda rep: (held[rep], -dealt[customer_id][rep], rep))
        present = candidates[0]
        held[present] += 1
        first = candidates[1] if len(candidates) > 1 and rng.random() < 0.4 else present
        owners[customer_id] = (first, present)
    return owners


# --- People ----------------------------------------------------------------------------------------------------------


def _add_contacts(actor: Actor, today: date, rng: random.Random) -> dict[int, list[Contact]]:
    found: dict[int, list[Contact]] = {}
    for customer in Customer.objects.order_by("id"):
        is_chinese = customer.country == "China"
        names = rng.sample(_CHINESE_PEOPLE if is_chinese else _PEOPLE, rng.randint(2, 4))
        titles = rng.sample(_TITLES, len(names))
        found[customer.pk] = [
            add_contact(
                actor=actor,
                customer_id=customer.pk,
                values=ContactValues(
                    name=name,
                    title=chinese if is_chinese else english,
                    role=role,
                    email=f"{role}@{customer.name.lower().replace(' ', '-')}.example",
                    phone=_phone(customer.country, rng),
                    has_left=index == 3 and rng.random() < 0.5,
                ),
                as_of=today,
            )
            for index, (name, (english, chinese, role)) in enumerate(zip(names, titles, strict=True))
        ]
    return found


def _phone(country: str, rng: random.Random) -> str:
    if country == "China":
        return f"+86 138 {rng.randint(1000, 9999)} {rng.randint(1000, 9999)}"
    return f"+1 415 555 {rng.randint(1000, 9999)}"


def _name_people_in_deals(
    actor: Actor, deals: Sequence[_Dealt], contacts: dict[int, list[Contact]], today: date, rng: random.Random
) -> None:
    for deal in [deal for deal in deals if deal.closed_on is None][:60]:
        for contact in rng.sample(contacts[deal.customer_id], rng.randint(1, 2)):
            name_in_deal(actor=actor, deal_id=deal.id, contact_id=contact.pk, role=contact.role, as_of=today)


# --- What was said ---------------------------------------------------------------------------------------------------


def _history(
    tenant: Tenant, deals: Sequence[_Dealt], contacts: dict[int, list[Contact]], today: date, rng: random.Random
) -> Iterator[PastActivity]:
    """A conversation or two about each deal while it was open, so that whoever sells more has also talked more."""
    zone = ZoneInfo(tenant.time_zone)
    chinese = set(Customer.objects.filter(country="China").values_list("id", flat=True))
    for deal in deals:
        began = deal.engaged_on or today - timedelta(days=30)
        ended = min(deal.closed_on or today, today - timedelta(days=1))
        if began > ended or began < today - timedelta(days=_TWO_YEARS):
            continue
        sayings = CHINESE if deal.customer_id in chinese else ENGLISH
        for _ in range(rng.choices((0, 1, 2, 3), (30, 40, 22, 8))[0]):
            day = began + timedelta(days=rng.randint(0, (ended - began).days))
            at = datetime.combine(day, time(rng.randint(8, 17), rng.randrange(0, 60, 5)), zone)
            yield _said(deal, sayings, rng.choice(contacts[deal.customer_id]), at, rng)


def _said(deal: _Dealt, sayings: Sayings, contact: Contact, at: datetime, rng: random.Random) -> PastActivity:
    kind = rng.choices(("call", "message", "meeting", "note"), (45, 25, 18, 12))[0]
    text = rng.choice(sayings.said[kind]).format(who=contact.name, product=deal.product)
    follows = rng.random() < 0.4
    values = ActivityValues(
        kind=kind,
        text=text,
        at=at,
        contact_id=None if kind == "note" else contact.pk,
        next_step_on=at.date() + timedelta(days=rng.randint(2, 12)) if follows else None,
        next_step=rng.choice(sayings.steps) if follows else "",
    )
    return PastActivity(values, deal.owner_id, deal.customer_id, deal.id)


# --- What is to be done ----------------------------------------------------------------------------------------------


def _plan(actor: Actor, today: date, now: datetime, rng: random.Random) -> None:
    """Next steps of half the customers and a few tasks for each owner; some of both were to be done before today.

    What is overdue was planned when it still lay ahead, so it is written as of then.
    """
    customers = list(Customer.objects.filter(owner__isnull=False).select_related("owner").order_by("id"))
    seen: Counter[int] = Counter()
    for customer in customers:
        seen[customer.owner_id] += 1
        owner = customer.owner
        busy = owner.full_name in _ALWAYS_BUSY
        due = today + timedelta(days=rng.randint(-6, 14) if not busy else (-3, 0, 2, 8)[(seen[owner.pk] - 1) % 4])
        if busy or rng.random() < 0.6:
            planned_on = min(today, due)
            step = rng.choice(_sayings(customer).steps)
            plan_next_step(actor=actor, customer_id=customer.pk, on=due, text=step, as_of=planned_on)
        if busy or rng.random() < 0.5:
            due = today + timedelta(days=rng.randint(-4, 9))
            title = rng.choice(_sayings(customer).tasks)
            values = TaskValues(title=title, due_on=due, owner_id=owner.pk, customer_id=customer.pk)
            _give_task(actor, values, now, done=due < today and rng.random() < 0.5)
    for name in _ALWAYS_BUSY:
        owner = Member.objects.get(full_name=name)
        title = (CHINESE if name == "陈立文" else ENGLISH).tasks[0]
        _give_task(actor, TaskValues(title=title, due_on=today, owner_id=owner.pk), now, done=False)


def _give_task(actor: Actor, values: TaskValues, now: datetime, *, done: bool) -> None:
    """A task made a week before it is due."""
    week_before = datetime.combine(values.due_on - timedelta(days=7), time(9), now.tzinfo)
    task = create_task(actor=actor, values=values, now=min(now, week_before))
    if done:
        finish_task(actor=actor, task_id=task.pk, now=datetime.combine(values.due_on, time(16), now.tzinfo))


def _sayings(customer: Customer) -> Sayings:
    return CHINESE if customer.country == "China" else ENGLISH
