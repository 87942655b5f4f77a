"""How many statements a page sends. Savepoints are not counted: outside tests the outer one is the transaction."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def statements(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in queries.captured_queries)
