"""The profile `crm-opportunities`: four tables of a hardware maker's CRM.

Source: the public data set “CRM sales opportunities” (Maven Analytics), 8,800 opportunities of 2017. Its data
dictionary says that an account's revenue is in millions of US dollars and that the stages run
Prospecting > Engaging > Won / Lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial

from pipeline.imports.cells import Cells
from pipeline.imports.files import FileSpec, Table
from pipeline.imports.profiles.profile import Profile
from pipeline.imports.records import CustomerRecord, DealRecord, Known, PersonRecord, ProductRecord, Records
from pipeline.imports.refusals import Note
from salesops.lib.errors import gettext_noop

TEAMS = FileSpec("sales_teams", ("sales_agent", "manager", "regional_office"))
PRODUCTS = FileSpec("products", ("product", "series", "sales_price"))
ACCOUNTS = FileSpec(
    "accounts",
    ("account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"),
)
OPPORTUNITIES = FileSpec(
    "sales_pipeline",
    (
        "opportunity_id",
        "sales_agent",
        "product",
        "account",
        "deal_stage",
        "engage_date",
        "close_date",
        "close_value",
    ),
)
# Names in the opportunities that the product list spells otherwise: every use of one is counted and reported.
PRODUCT_ALIASES: Mapping[str, str] = {"GTXPro": "GTX Pro"}
_OPEN_STAGES = ("Prospecting", "Engaging")
_CLOSED_STAGES = ("Won", "Lost")
_MILLION = 1_000_000
_YEARS, _MOST = 9999, 999_999_999

_UNKNOWN_MEMBER = gettext_noop("Unknown member “%(name)s”: neither in sales_teams nor in the company.")
_UNKNOWN_PRODUCT = gettext_noop("Unknown product “%(name)s”: neither in products nor in the company.")
_UNKNOWN_CUSTOMER = gettext_noop("Unknown customer “%(name)s”: neither in accounts nor in the company.")
_UNKNOWN_STAGE = gettext_noop("“%(name)s” is not a stage; known are Prospecting, Engaging, Won and Lost.")


def read(tables: Mapping[str, Table], currency: str, known: Known) -> Records:
    """Check every row of the four tables against each other and against what the tenant has."""
    records = Records()
    _read_people(tables[TEAMS.stem], records)
    _read_products(tables[PRODUCTS.stem], currency, records)
    _read_customers(tables[ACCOUNTS.stem], currency, known, records)
    _read_deals(tables[OPPORTUNITIES.stem], currency, known, records)
    if currency != "USD":
        message = gettext_noop("The files' amounts are in US dollars; they are taken as %(currency)s, not converted.")
        records.notes.append(Note(message, {"currency": currency}))
    return records


def _rows(table: Table, spec: FileSpec, noun: str, records: Records) -> Iterator[Cells]:
    """Each whole row's cells; after its turn a row with faults has been counted, and its faults listed."""
    for number, found in table.ragged:
        cells = Cells(table.file, number, {})
        message = gettext_noop("The row has %(found)s cells instead of %(expected)s.")
        cells.refuse("", "ragged_row", message, found=found, expected=len(spec.columns))
        _count(cells, noun, records)
    for number, values in table.rows:
        cells = Cells(table.file, number, dict(zip(spec.columns, values, strict=True)))
        yield cells
        _count(cells, noun, records)


def _count(cells: Cells, noun: str, records: Records) -> None:
    if cells.faults:
        records.refused[noun] += 1
        records.refusals += cells.faults


def _key(cells: Cells, column: str, limit: int, seen: dict[str, int]) -> str:
    """The row's key, which no earlier row of the file may have."""
    key = cells.required(column, limit)
    if key in seen:
        message = gettext_noop("“%(name)s” is already in row %(row)s.")
        cells.refuse(column, "duplicate", message, name=key, row=seen[key])
    elif key:
        seen[key] = cells.number
    return key


def _read_people(table: Table, records: Records) -> None:
    seen: dict[str, int] = {}
    offices: dict[str, str] = {}
    for cells in _rows(table, TEAMS, "reps", records):
        name = _key(cells, "sales_agent", 120, seen)
        manager = cells.required("manager", 120)
        office = cells.required("regional_office", 80)
        if office and offices.setdefault(manager, office) != office:
            message = gettext_noop("The team of %(manager)s is in %(office)s by an earlier row; a team has one region.")
            cells.refuse("regional_office", "two_regions", message, manager=manager, office=offices[manager])
        if not cells.faults:
            records.people.append(PersonRecord(name, manager, office))


def _read_products(table: Table, currency: str, records: Records) -> None:
    seen: dict[str, int] = {}
    for cells in _rows(table, PRODUCTS, "products", records):
        product = ProductRecord(
            name=_key(cells, "product", 120, seen),
            category=cells.text("series", 80),
            list_price=cells.money("sales_price", currency),
        )
        if not cells.faults:
            records.products.append(product)


def _read_customers(table: Table, currency: str, known: Known, records: Records) -> None:
    """A parent may come in a later row than its subsidiary."""
    seen: dict[str, int] = {}
    for cells in _rows(table, ACCOUNTS, "customers", records):
        customer = CustomerRecord(
            name=_key(cells, "account", 160, seen),
            industry=cells.text("sector", 80),
            founded=cells.whole("year_established", _YEARS),
            annual_revenue=cells.money("revenue", currency, unit=_MILLION),
            employees=cells.whole("employees", _MOST),
            country=cells.text("office_location", 80),
            parent=cells.text("subsidiary_of", 160),
        )
        if customer.parent and customer.parent == customer.name:
            message = gettext_noop("“%(name)s” cannot be its own parent.")
            cells.refuse("subsidiary_of", "own_parent", message, name=customer.name)
        if not cells.faults:
            records.customers.append(customer)
    _refuse_orphans(table.file, seen, known, records)


def _refuse_orphans(file: str, row_of: Mapping[str, int], known: Known, records: Records) -> None:
    """A customer whose parent is nowhere, or is itself refused, is refused; and so are those below it."""
    while True:
        names = {customer.name for customer in records.customers} | known.customers | {""}
        orphans = [customer for customer in records.customers if customer.parent not in names]
        if not orphans:
            return
        for customer in orphans:
            cells = Cells(file, row_of[customer.name], {})
            cells.refuse("subsidiary_of", "unknown_customer", _UNKNOWN_CUSTOMER, name=customer.parent)
            _count(cells, "customers", records)
        records.customers = [customer for customer in records.customers if customer.parent in names]


def _read_deals(table: Table, currency: str, known: Known, records: Records) -> None:
    members = {person.name for person in records.people} | known.members
    products = {product.name for product in records.products} | known.products
    customers = {customer.name for customer in records.customers} | known.customers
    aliases = {alias: name for alias, name in PRODUCT_ALIASES.items() if alias not in products}
    seen: dict[str, int] = {}
    used: Counter[str] = Counter()
    for cells in _rows(table, OPPORTUNITIES, "deals", records):
        spelled = cells.values["product"]
        if spelled in aliases:
            used[spelled] += 1
            cells.values["product"] = aliases[spelled]
        reference = _key(cells, "opportunity_id", 60, seen)
        if cells.values["account"]:
            cells.one_of("account", customers, "unknown_customer", _UNKNOWN_CUSTOMER)
        deal = DealRecord(
            reference=reference,
            owner=cells.one_of("sales_agent", members, "unknown_member", _UNKNOWN_MEMBER),
            product=cells.one_of("product", products, "unknown_product", _UNKNOWN_PRODUCT),
            customer=cells.values["account"],
            stage=cells.one_of("deal_stage", _OPEN_STAGES + _CLOSED_STAGES, "unknown_stage", _UNKNOWN_STAGE),
            engaged_on=cells.day("engage_date"),
            closed_on=cells.day("close_date"),
            amount=cells.money("close_value", currency),
        )
        _check_closing(cells, deal)
        if not cells.faults:
            records.deals.append(deal)
    records.deals_file, records.deal_rows = table.file, seen
    records.deals.sort(key=lambda deal: deal.closed_on or date.max)
    records.notes += [_alias_note(alias, aliases[alias], rows, table.file) for alias, rows in sorted(used.items())]


def _check_closing(cells: Cells, deal: DealRecord) -> None:
    """Won and lost deals have a closing day, won ones an amount too; open ones have not been closed."""
    blank = partial(cells.refuse, code="required", message=gettext_noop("A deal that is won or lost needs this."))
    if deal.stage in _CLOSED_STAGES and not cells.values["close_date"]:
        blank("close_date")
    if deal.stage == "Won" and not cells.values["close_value"]:
        blank("close_value")
    if deal.stage in _OPEN_STAGES and deal.closed_on:
        message = gettext_noop("A deal in “%(stage)s” is open and has no closing day.")
        cells.refuse("close_date", "not_closed", message, stage=deal.stage)
    if deal.engaged_on and deal.closed_on and deal.closed_on < deal.engaged_on:
        message = gettext_noop("The deal closes before it was engaged on %(engaged)s.")
        cells.refuse("close_date", "closes_before_engaged", message, engaged=deal.engaged_on)


def _alias_note(alias: str, name: str, rows: int, file: str) -> Note:
    message = gettext_noop("“%(alias)s” is read as the product “%(name)s”, in %(rows)s rows of %(file)s.")
    return Note(message, {"alias": alias, "name": name, "rows": rows, "file": file})


PROFILE = Profile(
    name="crm-opportunities",
    label=gettext_noop("CRM opportunities: teams, products, accounts and the sales pipeline"),
    files=(TEAMS, PRODUCTS, ACCOUNTS, OPPORTUNITIES),
    not_read=("data_dictionary",),
    read=read,
)
