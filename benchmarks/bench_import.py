"""Importing deals with everything (parse, check, people, customers, deals, history, credits) against plain INSERTs of
the rows that it writes, `INSERT … SELECT` from temporary tables as the application's role under row-level security."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import connection, transaction

from accounts.access.actor import Actor
from accounts.jobs.services import run_inline
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from benchmarks.companies import company
from benchmarks.registry import Result, bench, seconds
from pipeline.imports import services
from pipeline.imports.examination import examine
from pipeline.imports.files import Upload
from pipeline.imports.profiles import get_profile
from salesops.lib import clock

_SIZES = (8_800, 50_000)
_STAGES = ("Won", "Lost", "Won", "Engaging", "Prospecting")
_TABLES = ("pipeline_deal", "pipeline_stagechange", "pipeline_creditline")
# References between the tables, and to rows that both companies have by name: (column, table of names, its column).
_NAMED = (
    ("owner_id", "accounts_member", "full_name"),
    ("participant_id", "accounts_member", "full_name"),
    ("team_id", "accounts_team", "name"),
    ("region_id", "accounts_region", "name"),
    ("customer_id", "pipeline_customer", "name"),
    ("product_id", "pipeline_product", "name"),
    ("stage_id", "pipeline_stage", "name"),
)


@bench("import")
def import_against_insert() -> Iterator[Result]:
    for size in _SIZES:
        yield _measure(size)


def _measure(size: int) -> Result:
    imported, copied = company(f"imported-{size}"), company(f"copied-{size}")
    _run(copied, 0)
    ours = seconds(lambda: _run(imported, size))
    _stage(imported, copied)
    baseline = seconds(lambda: _insert(copied))
    what = f"import of {size:,} deals, {size / ours:,.0f} a second"
    return Result(what, ours, baseline, "INSERT … SELECT of the same deals, moves and credits", goal=10)


def _run(tenant: Tenant, deals: int) -> None:
    """What the command does: check everything, keep the files, write."""
    actor, uploads = Actor.operator(tenant), _files(deals)
    with tenant_scope(tenant.pk):
        with transaction.atomic():
            examination = examine(tenant, get_profile("crm-opportunities"), uploads)
        with transaction.atomic():
            run = services.upload(actor=actor, profile="crm-opportunities", uploads=uploads)
            services.note_examination(run, examination)
            services.prepare(actor=actor, run_id=run.pk, skip_refused=False)
        run_inline(
            actor=actor, kind=services.WRITE, input_version=str(run.pk), payload={"run": run.pk}, as_of=clock.now()
        )


def _files(deals: int) -> list[Upload]:
    teams = "".join(f"Rep {n},Manager {n % 6},Region {n % 3}\n" for n in range(36))
    products = "".join(f"Product {n},Series,100\n" for n in range(7))
    accounts = "".join(f"Account {n},retail,1999,10.5,20,Kenya,\n" for n in range(85))
    pipeline = "".join(_deal(n) for n in range(deals))
    columns = "account,sector,year_established,revenue,employees,office_location,subsidiary_of\n"
    keys = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
    texts = {
        "sales_teams.csv": f"sales_agent,manager,regional_office\n{teams}",
        "products.csv": f"product,series,sales_price\n{products}",
        "accounts.csv": columns + accounts,
        "sales_pipeline.csv": keys + pipeline,
    }
    return [Upload(name, text.encode()) for name, text in texts.items()]


def _deal(n: int) -> str:
    stage = _STAGES[n % 5]
    engaged = date(2016, 10, 1) + timedelta(days=n % 300)
    closed, amount = (engaged + timedelta(days=60), n % 5000) if stage in {"Won", "Lost"} else ("", "")
    return f"O{n},Rep {n % 36},Product {n % 7},Account {n % 85},{stage},{engaged},{closed},{amount}\n"


def _stage(source: Tenant, target: Tenant) -> None:
    """Temporary tables with the rows as the other company must have them: with its ids, found by name."""
    with connection.cursor() as cursor:
        with tenant_scope(source.pk), transaction.atomic():
            for table in _TABLES:
                cursor.execute(f"DROP TABLE IF EXISTS copy_{table}")
                cursor.execute(f"CREATE TEMPORARY TABLE copy_{table} AS SELECT * FROM {table} ORDER BY id")  # noqa: S608
            names = {each: _ids(cursor, *each) for each in {named[1:] for named in _NAMED}}
        with tenant_scope(target.pk), transaction.atomic():
            for column, table, name in _NAMED:
                there = _ids(cursor, table, name)
                pairs = [(id, there[label]) for label, id in names[table, name].items() if label in there]
                _replace_ids(cursor, column, pairs)
            shift = 10**12  # ids that no sequence reaches here
            cursor.execute("UPDATE copy_pipeline_deal SET tenant_id = %s, id = id + %s", [target.pk, shift])
            for table in _TABLES[1:]:
                cursor.execute(
                    f"UPDATE copy_{table} SET tenant_id = %s, id = id + %s, deal_id = deal_id + %s",  # noqa: S608
                    [target.pk, shift, shift],
                )
            for table in _TABLES:
                cursor.execute(f"ANALYZE copy_{table}")


def _ids(cursor: object, table: str, name: str) -> dict[str, int]:
    cursor.execute(f"SELECT {name}, id FROM {table}")  # type: ignore[attr-defined]  # noqa: S608
    return dict(cursor.fetchall())  # type: ignore[attr-defined]


def _replace_ids(cursor: object, column: str, pairs: list[tuple[int, int]]) -> None:
    for table in _TABLES:
        cursor.execute(  # type: ignore[attr-defined]
            "SELECT 1 FROM information_schema.columns WHERE table_name = %s AND column_name = %s",
            [f"copy_{table}", column],
        )
        if cursor.fetchone():  # type: ignore[attr-defined]
            cursor.execute(  # type: ignore[attr-defined]
                f"UPDATE copy_{table} SET {column} = new FROM unnest(%s::bigint[], %s::bigint[]) AS pair(old, new) "  # noqa: S608
                f"WHERE {column} = old",
                [[old for old, _ in pairs], [new for _, new in pairs]],
            )


def _insert(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk), transaction.atomic(), connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM copy_{table}")  # noqa: S608
