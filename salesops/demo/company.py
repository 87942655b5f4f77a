"""The demo company, as the four files a real company would import. Made up from a fixed seed, dated up to today.

Meridian Hardware sells seven devices through 24 reps in six teams and three regions. Reps differ in how much they
sell and so do months; one has only just begun, and had no quota yet in the quarter he began in. The same day always
gives the same company.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from salesops.lib.periods import FiscalCalendar, add_months

# manager → region and people; the last of each team came later
TEAMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Nora Feldt": ("Central", ("Arjun Mehta", "Beatrix Holm", "Caleb Whitfield", "Delia Moreno")),
    "Marcus Ibe": ("Central", ("Emil Sandoval", "Farah Qureshi", "Gregor Pavlik", "Hanne Dahl")),
    "林书瑶": ("East", ("Ivo Castellan", "Jia Wen", "Kofi Mensah", "Lena Brandt")),
    "Olive Tran": ("East", ("Mateo Rios", "Nadia Petrova", "Owen Gallagher", "陈立文")),
    "Petra Novak": ("West", ("Quinn Harper", "Rosa Delgado", "Stefan Lindqvist", "Tara Okafor")),
    "Ruben Castro": ("West", ("Uma Krishnan", "Viktor Hale", "Wren Abbott", "Yusuf Demir")),
}
PRODUCTS = (  # name, series, list price in dollars
    ("Beacon 10", "Beacon", 540),
    ("Beacon 20", "Beacon", 1_120),
    ("Beacon Pro", "Beacon", 3_450),
    ("Meridian S", "Meridian", 4_900),
    ("Meridian X", "Meridian", 8_200),
    ("Harbor Rack", "Harbor", 26_500),
    ("Harbor Care", "Harbor", 260),
)
_PRODUCT_WEIGHTS = (20, 18, 22, 16, 12, 2, 10)
_INDUSTRIES = ("software", "medical", "retail", "telecommunications", "finance", "manufacturing", "logistics")
_COUNTRIES = ("United States", "Canada", "Germany", "China", "Japan", "Brazil", "Kenya")
_FIRST = ("Alder", "Bright", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harvest", "Indigo", "Juniper", "Kestrel")
_SECOND = ("Works", "Systems", "Clinic", "Foods", "Logistics", "Partners")
_SEASON = (0.82, 0.92, 1.10, 0.95, 1.00, 1.12, 0.84, 0.90, 1.08, 1.00, 1.06, 1.25)  # January to December
_NEWEST = "陈立文"
_DEALS_A_MONTH = 7
_QUARTERS = 8


def files(today: date) -> dict[str, bytes]:
    """File name → content, in the layout of the `crm-opportunities` profile."""
    chance = random.Random("Meridian Hardware")  # noqa: S311 (a demo, not a secret)
    accounts = [f"{first} {second}" for second in _SECOND for first in _FIRST]
    return {
        "accounts.csv": _csv(
            ("account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"),
            _accounts(accounts, chance),
        ),
        "products.csv": _csv(("product", "series", "sales_price"), PRODUCTS),
        "sales_teams.csv": _csv(
            ("sales_agent", "manager", "regional_office"),
            ((rep, manager, region) for manager, (region, reps) in TEAMS.items() for rep in reps),
        ),
        "sales_pipeline.csv": _csv(
            (
                *("opportunity_id", "sales_agent", "product", "account"),
                *("deal_stage", "engage_date", "close_date", "close_value"),
            ),
            _pipeline(accounts, chance, today),
        ),
    }


def _accounts(names: Sequence[str], chance: random.Random) -> Iterator[tuple[object, ...]]:
    for index, name in enumerate(names):
        parent = names[index - 11] if index >= 55 else ""  # the last dozen belong to a bigger one
        revenue = f"{chance.uniform(4, 9000):.2f}"
        yield (
            *(name, chance.choice(_INDUSTRIES), chance.randint(1975, 2019), revenue),
            *(chance.randint(12, 30_000), chance.choice(_COUNTRIES), parent),
        )


def _pipeline(accounts: Sequence[str], chance: random.Random, today: date) -> Iterator[tuple[object, ...]]:
    """Closed deals month by month up to today, then what is open."""
    first = FiscalCalendar().quarter_of(today).start
    first = add_months(first, -3 * (_QUARTERS - 1))
    number = 0
    for _manager, (_region, reps) in TEAMS.items():
        for rank, rep in enumerate(reps):
            strength = chance.uniform(0.75, 1.35)
            begins = add_months(today, -2 if rep == _NEWEST else -9) if rank == len(reps) - 1 else first
            for closed in _closing_days(begins, today, strength, chance):
                number += 1
                yield _closed_deal(number, rep, closed, chance.choice(accounts), chance)
            for _ in range(chance.randint(4, 9)):
                number += 1
                yield _open_deal(number, rep, today, chance.choice(accounts), chance)


def _closing_days(begins: date, today: date, strength: float, chance: random.Random) -> Iterator[date]:
    month = begins.replace(day=1)
    while month <= today:
        count = round(_DEALS_A_MONTH * strength * _SEASON[month.month - 1] * chance.uniform(0.8, 1.2))
        days = (add_months(month, 1) - month).days
        for day in sorted(chance.randrange(days) for _ in range(count)):
            if (closed := month + timedelta(days=day)) < today and closed >= begins:
                yield closed
        month = add_months(month, 1)


def _closed_deal(number: int, rep: str, closed: date, account: str, chance: random.Random) -> tuple[object, ...]:
    name, _series, price = chance.choices(PRODUCTS, _PRODUCT_WEIGHTS)[0]
    engaged = closed - timedelta(days=chance.randint(6, 110))
    if chance.random() < 0.37:
        return _reference(number), rep, name, account, "Lost", engaged, closed, 0
    return _reference(number), rep, name, account, "Won", engaged, closed, round(price * chance.uniform(0.88, 1.12))


def _open_deal(number: int, rep: str, today: date, account: str, chance: random.Random) -> tuple[object, ...]:
    name, _series, _price = chance.choices(PRODUCTS, _PRODUCT_WEIGHTS)[0]
    if chance.random() < 0.3:
        return _reference(number), rep, name, account, "Prospecting", "", "", ""
    return _reference(number), rep, name, account, "Engaging", today - timedelta(days=chance.randint(1, 75)), "", ""


def _reference(number: int) -> str:
    return f"M{number:05d}"


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
