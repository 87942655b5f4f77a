"""No page asks the database more often with 30 rows than with 3, nor more than 12 times.

Every page of url_table.py is counted without being listed here: the company grows by an import, a split and a night
in between, as a real one does.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access import navigation
from accounts.tenancy.context import tenant_scope
from salesops.demo.loading import PLAN
from tests.architecture.test_url_matrix import _INSIDE, _address
from tests.architecture.url_table import MEMBERS, Line
from tests.factories import Company

MOST = 12
# The numbers beside the navigation: one query for each entry that has one.
MORE = {"navigation_counts": 4 + len(navigation._entries)}
_FEW, _MANY = 3, 30
_PAGES = [line for line in _INSIDE if line.methods[0] == "GET" and 200 in line.statuses]
_BOOKKEEPING = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "BEGIN", "COMMIT")


@pytest.fixture
def company(acme: Company) -> Iterator[Company]:
    with tenant_scope(acme.tenant.pk):
        yield acme


def _files(rows: int) -> dict[str, list[list[Any]]]:
    """So many reps in a third as many teams, customers, products, and deals: won in two quarters, and open."""
    deals = [
        [f"{kind}{row}", f"Rep {row}", f"Product {row}", f"Customer {row}", stage, engaged, closed, value]
        for row in range(rows)
        for kind, stage, engaged, closed, value in (
            ("A", "Won", "2017-05-01", "2017-07-15", 1000 + row),
            ("B", "Won", "2017-09-01", "2017-11-15", 1100 + row),
            ("C", "Engaging", "2017-11-01", "", ""),
        )
    ]
    return {
        "accounts": [
            ["account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"],
            *([f"Customer {row}", "retail", 1990, "10.5", 100, "Kenya", ""] for row in range(rows)),
        ],
        "products": [
            ["product", "series", "sales_price"],
            *([f"Product {row}", f"Series {row}", 1000] for row in range(rows)),
        ],
        "sales_teams": [
            ["sales_agent", "manager", "regional_office"],
            *([f"Rep {row}", f"Manager {row // 3}", f"Region {row // 3}"] for row in range(rows)),
        ],
        "sales_pipeline": [
            [
                *("opportunity_id", "sales_agent", "product", "account"),
                *("deal_stage", "engage_date", "close_date", "close_value"),
            ],
            *deals,
        ],
    }


def _grow(folder: Path, rows: int) -> None:
    for name, lines in _files(rows).items():
        text = io.StringIO()
        csv.writer(text).writerows(lines)
        (folder / f"{name}.csv").write_text(text.getvalue())
    (folder / "plan.json").write_text(json.dumps(PLAN))
    said = {"tenant": "acme", "stdout": io.StringIO()}
    call_command("import_data", folder, profile="crm-opportunities", **said)
    target = {"metric": "bookings", "period": "2017-Q4", "amount": str(rows * 1200), "approve": True}
    call_command("split_target", **target, **said)
    call_command("load_plan", folder / "plan.json", name="Field", effective="2017-10-01", assign=["role:rep"], **said)
    call_command("run_night", date=str(date(2018, 1, 1)), **said)


def _count(client: Client, path: str) -> int:
    with (
        tenant_scope(None),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        answer = client.get(path)
    assert answer.status_code == 200, path
    return sum(not query["sql"].startswith(_BOOKKEEPING) for query in asked)


def _counts(company: Company, addresses: dict[str, str], client_for: Callable[..., Client]) -> dict[str, int]:
    return {line.name: _count(client_for(company.members[_reader(line)]), addresses[line.name]) for line in _PAGES}


def _reader(line: Line) -> str:
    """Whoever sees most: an executive, HR, the admin, in that order; else the first whom the page lets in."""
    allowed = [name for name, status in zip(MEMBERS, line.statuses, strict=True) if status == 200]
    return next((name for name in ("eve", "hana", "ada") if name in allowed), allowed[0])


def test_no_page_asks_more_with_more_rows(company, client_for, tmp_path):
    _grow(tmp_path, _FEW)
    addresses = {line.name: _address(line.name, company) for line in _PAGES}
    few = _counts(company, addresses, client_for)
    _grow(tmp_path, _MANY)
    many = _counts(company, addresses, client_for)
    assert min(many.values()) >= 3, "a page that asks less than who is there has not been counted"
    grown = {name: (few[name], many[name]) for name in few if many[name] > few[name]}
    assert grown == {}, f"queries at {_FEW} and {_MANY} rows: join or prefetch in the page's selector"
    too_many = {name: count for name, count in many.items() if count > MORE.get(name, MOST)}
    assert too_many == {}, f"more than {MOST} queries"
