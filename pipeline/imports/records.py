"""What a profile makes of its files, in the product's own terms; people, customers and products go by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from pipeline.imports.refusals import Note, Refusal


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A rep, who manages them, and the region of the manager's team."""

    name: str
    manager: str
    region: str


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """`list_price` is in minor units."""

    name: str
    category: str
    list_price: int | None


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """`annual_revenue` is in minor units; `parent` is blank or another customer's name."""

    name: str
    industry: str
    founded: int | None
    annual_revenue: int | None
    employees: int | None
    country: str
    parent: str


@dataclass(frozen=True, slots=True)
class DealRecord:
    """`amount` is in minor units, None while nobody knows; `customer` is blank where the file has none, and `stage`
    where the deal stays in one that the file has no word for."""

    reference: str
    owner: str
    product: str
    customer: str
    stage: str
    engaged_on: date | None
    closed_on: date | None
    amount: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """Names that the tenant already has, which a file may refer to without bringing them."""

    members: frozenset[str]
    products: frozenset[str]
    customers: frozenset[str]


@dataclass(slots=True)
class Records:
    """Everything a set of files says. `deals` are in the order in which they must be written: by closing day, open
    ones last. `refused` counts the refused rows by noun, `deal_rows` tells the row of `deals_file` that a
    reference is in."""

    people: list[PersonRecord] = field(default_factory=list)
    products: list[ProductRecord] = field(default_factory=list)
    customers: list[CustomerRecord] = field(default_factory=list)
    deals: list[DealRecord] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)
    deals_file: str = ""
    deal_rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """Rows of one noun by what becomes of them."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0

    @property
    def total(self) -> int:
        return self.created + self.changed + self.unchanged

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    def add(self, other: Tally) -> None:
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.refused += other.refused


NOUNS: Sequence[str] = ("regions", "teams", "managers", "reps", "products", "customers", "deals", "won deals")
"""In the order in which a report lists them; won deals are among the deals."""

Tallies = dict[str, Tally]


def tallies_from(stored: Mapping[str, Mapping[str, int]]) -> Tallies:
    """Back from the JSON of `ImportRun.counts`, which keeps no order."""
    return {noun: Tally(**stored[noun]) for noun in NOUNS if noun in stored}
