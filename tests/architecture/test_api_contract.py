"""Every operation of openapi.yaml answers as the document says, whatever it is sent: schemathesis, in this process.

Requests are made up from the document, reads and writes, with the token of a member who has every role. Rows in the
address are real ones half of the time. What fails is a 500, a body that is not described, or an error that is no
problem document; what was written is undone. The examples are always the same, and few.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.core.transport import Response
from schemathesis.schemas import APIOperation

from accounts.access.actor import Actor
from accounts.access.tokens import create_token
from accounts.people.models import Member, Role
from accounts.tenancy.context import tenant_scope
from salesops.lib import clock
from tests.architecture.url_objects import OBJECTS
from tests.factories import Company

Ask = Callable[[str, str, dict[str, Any], dict[str, str], Any], Any]  # method, path, query, headers, body
_EXAMPLES = 4
_PREFIX = "/t/{tenant}/api/v1/"


def _document() -> dict[str, Any]:
    generated = SchemaGenerator().get_schema(public=True)
    document: dict[str, Any] = json.loads(json.dumps(generated, default=str))
    return document


_SCHEMA = schemathesis.openapi.from_dict(_document())
_OPERATIONS: list[APIOperation] = [result.ok() for result in _SCHEMA.get_all_operations()]


@pytest.fixture
def company(acme: Company) -> Iterator[Company]:
    with tenant_scope(acme.tenant.pk):
        yield acme


@pytest.fixture
def program(company: Company, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """A client that works by a token of the admin, who for once has every role."""
    Member.objects.filter(pk=company.members["ada"].pk).update(roles=list(Role))
    member, today = Member.objects.get(pk=company.members["ada"].pk), clock.today("UTC")
    __, secret = create_token(
        actor=Actor(company.tenant, member), name="contract", as_of=today, expires_on=today + timedelta(days=1)
    )
    monkeypatch.setattr("accounts.access.rest.TokenThrottle.rate", "1000000/min")
    client = Client(raise_request_exception=False)

    def ask(method: str, path: str, query: dict[str, Any], headers: dict[str, str], body: Any) -> Any:
        sent = "" if body is None else json.dumps(body)
        with tenant_scope(None):
            return client.generic(
                method,
                path,
                sent,
                "application/json",
                query_params=query,
                headers={**headers, "Authorization": f"Bearer {secret}"},
            )

    return ask


def _address(case: Case, company: Company, *, real: bool) -> str:
    """The operation's path with a row of the company's in it, or with what was made up."""
    parts = {name: _in_range(value) for name, value in (case.path_parameters or {}).items()} | {"tenant": "acme"}
    made_up = case.path.format(**parts)
    try:
        route = resolve(made_up).url_name or ""
    except Resolver404:  # not an address at all
        return made_up
    if real:
        for name in set(parts) - {"tenant"}:
            parts[name] = str(OBJECTS.get(f"{route}.{name}", OBJECTS[name])(company))
    return case.path.format(**parts)


def _in_range(value: object) -> str:
    """A row's id is positive; any other number is no address."""
    return str(abs(value) % 2**31) if isinstance(value, int) else quote(str(value), safe="")


def _sendable(headers: Any) -> dict[str, str]:
    """What a header can hold; the rest a client could not send."""
    pairs = {str(name): str(value) for name, value in dict(headers or {}).items()}
    return {name: value for name, value in pairs.items() if value.isprintable() and value.isascii()}


@pytest.mark.parametrize("operation", _OPERATIONS, ids=lambda operation: operation.label)
def test_it_answers_as_the_document_says(operation: APIOperation, company: Company, program: Ask) -> None:
    if operation.path.startswith(_PREFIX):
        turns = iter([True, False] * _EXAMPLES * 10)

        @settings(
            max_examples=_EXAMPLES,
            database=None,
            derandomize=True,
            phases=[Phase.generate],  # a failing request is short enough as it is
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def check(case: Case) -> None:
            with transaction.atomic():
                _check(case, company, program, real=next(turns))
                transaction.set_rollback(True)

        check()


def _check(case: Case, company: Company, program: Ask, *, real: bool) -> None:
    path, query = _address(case, company, real=real), dict(case.query or {})
    headers = _sendable(case.headers)
    if "If-Match" in headers and real:
        headers["If-Match"] = program("GET", path, {}, {}, None).headers.get("ETag", '"none"')
    body = case.body if case.method in {"POST", "PUT", "PATCH"} and not _is_unset(case.body) else None
    answer = program(case.method, path, query, headers, body)
    said = f"{case.method} {path} {query} {json.dumps(body, ensure_ascii=True, default=str)[:300]}"
    assert answer.status_code < 500, f"{answer.status_code}: {said}"
    if answer.status_code == 404 and answer["Content-Type"].startswith("text/html"):
        return  # not an address: the one page that everybody gets
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json", said
        assert answer.json()["status"] == answer.status_code, said
        return
    documented = case.operation.definition.raw["responses"]
    assert str(answer.status_code) in documented, f"{answer.status_code} is not in the document: {said}"
    if answer.status_code != 204:
        case.validate_response(_as_response(answer), checks=[schemathesis.checks.response_schema_conformance])


def _is_unset(body: object) -> bool:
    return type(body).__name__ == "NotSet"


def _as_response(answer: Any) -> Response:
    request = requests.Request("GET", "http://testserver/").prepare()
    return Response(
        status_code=answer.status_code,
        headers={name.lower(): [value] for name, value in answer.items()},
        content=answer.content,
        request=request,
        elapsed=0.0,
        verify=False,
    )
