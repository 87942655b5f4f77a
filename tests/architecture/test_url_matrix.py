"""Every address, asked by everybody: the table of url_table.py is complete and true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.tenancy.context import tenant_scope
from tests.architecture.url_objects import BODIES, OBJECTS, QUERIES
from tests.architecture.url_table import INSIDE, MEMBERS, OUTSIDE, Line, read
from tests.factories import MARKER, Company

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_INSIDE = read(INSIDE)
_OUTSIDE = read(OUTSIDE)
_NEVER = 2**31 - 1


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str, set[str]]]:
    """Each address as (name, path as written, names of its parts)."""
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield entry.name or "", path, set(entry.pattern.converters) | set(entry.pattern.regex.groupindex)
        else:
            for name, inner, parts in _patterns(entry, path):
                yield (f"{entry.namespace}:{name}" if entry.namespace else name), inner, parts


def _routes() -> dict[str, tuple[str, set[str]]]:
    return {name: (path, parts) for name, path, parts in _patterns(get_resolver())}


def _address(name: str, company: Company, **given: Any) -> str:
    parts = _routes()[name][1]
    wanted = parts - {"tenant", *given}
    values = {part: OBJECTS.get(f"{name}.{part}", OBJECTS[part])(company) for part in wanted}
    if _routes()[name][0].startswith("t/"):
        values["tenant"] = "acme"
    return reverse(name, kwargs=values | given) + QUERIES.get(name, "")


def _answer(client: Client, method: str, path: str, name: str = "") -> HttpResponse:
    """The answer, with whatever it has written undone."""
    is_api = "/api/v1/" in path
    sent = json.dumps(BODIES.get(name, {}))
    body = (sent, "application/json") if is_api else ("", "application/x-www-form-urlencoded")
    with transaction.atomic():
        response = client.generic(method, path, *body)
        transaction.set_rollback(True)
    return response


def _objects_of(line: Line) -> set[str]:
    """The parts of the address that name a row; a month or a format is the same in every company."""
    return {part for part in _routes()[line.name][1] if part.endswith("_id")}


# --- The table is complete --------------------------------------------------------------------------------------------


def test_every_address_has_a_name():
    unnamed = [path for name, path, __ in _patterns(get_resolver()) if not name]
    assert unnamed == [], "Name them in urls.py, so that the table and {% url %} can."


def test_every_address_is_in_the_table():
    routes = _routes()
    listed = {line.name for line in (*_INSIDE, *_OUTSIDE)}
    unlisted = sorted(set(routes) - listed)
    assert unlisted == [], "Add a line for each to tests/architecture/url_table.py, with the status for every role."


def test_every_line_of_the_table_is_an_address():
    routes = _routes()
    inside = {name for name, (path, __) in routes.items() if path.startswith("t/<slug:tenant>/")}
    assert [line.name for line in _INSIDE if line.name not in inside] == []
    assert [line.name for line in _OUTSIDE if line.name not in set(routes) - inside] == []


def test_every_part_of_an_address_has_an_object():
    parts = {part for __, parts in _routes().values() for part in parts} - {"tenant"}
    assert sorted(parts - set(OBJECTS)) == [], "Say in url_objects.py which row stands there."


# --- The table is true ------------------------------------------------------------------------------------------------


@pytest.fixture
def company(acme: Company) -> Iterator[Company]:
    with tenant_scope(acme.tenant.pk):
        yield acme


@pytest.mark.parametrize("line", _INSIDE, ids=lambda line: line.name)
def test_members_get_the_status_of_their_role(line, company, client_for):
    path = _address(line.name, company)
    with tenant_scope(None):
        answers = [_answer(client_for(company.members[who]), line.methods[0], path, line.name) for who in MEMBERS]
    got = dict(zip(MEMBERS, [answer.status_code for answer in answers], strict=True))
    assert got == dict(zip(MEMBERS, line.statuses, strict=True)), f"{line.methods[0]} {path}"
    assert not any(MARKER.encode() in answer.getvalue() for answer in answers), "another company's rows show"


@pytest.mark.parametrize("line", _INSIDE, ids=lambda line: line.name)
def test_strangers_get_the_same_404_as_for_anything(line, company, stranger, client_for):
    path = _address(line.name, company)
    client = client_for(stranger.admin)
    with tenant_scope(None):
        nothing = _answer(client, "GET", "/t/no-such-company/nothing/")
        answers = [_answer(client, method, path) for method in line.methods]
    assert [(answer.status_code, answer.getvalue()) for answer in answers] == [(404, nothing.content)] * len(answers)


@pytest.mark.parametrize("line", _INSIDE, ids=lambda line: line.name)
def test_the_anonymous_are_asked_to_sign_in(line, company):
    path = _address(line.name, company)
    with tenant_scope(None):
        answer = _answer(Client(), line.methods[0], path)
    if "/api/v1/" in path:
        assert answer.status_code == 401
    else:
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("account_login"))


@pytest.mark.parametrize("line", [line for line in _INSIDE if _objects_of(line)], ids=lambda line: line.name)
def test_another_companys_id_is_no_id(line, company, stranger, client_for):
    """Whoever may use the address gets 404 for the stranger's row, the same as for a row that never was."""
    name = next((name for name, status in zip(MEMBERS, line.statuses, strict=True) if status not in {403, 404}), None)
    if name is None:
        pytest.fail(f"{line.name}: nobody gets anything here, so the row of url_objects.py is not rob's")
    with tenant_scope(stranger.tenant.pk):
        foreign = _address(line.name, stranger)
    never = _address(line.name, company, **dict.fromkeys(_objects_of(line), _NEVER))
    with tenant_scope(None):
        client = client_for(company.members[name])
        theirs, nothing = (_answer(client, line.methods[0], path, line.name) for path in (foreign, never))
    assert (theirs.status_code, nothing.status_code) == (404, 404)
    assert theirs.content == nothing.content


@pytest.mark.parametrize("line", _INSIDE, ids=lambda line: line.name)
def test_other_methods_are_refused(line, company, client_for):
    """Above all, nothing is changed by a GET. The API asks for the permission first, so it may say 403 for 405."""
    path = _address(line.name, company)
    no = {403, 405} if "/api/v1/" in path else {405}
    allowed = [name for name, status in zip(MEMBERS, line.statuses, strict=True) if status not in {403, 404}]
    with tenant_scope(None):
        client = client_for(company.members[allowed[0]])
        refused = {method for method in _METHODS if _answer(client, method, path).status_code in no}
    assert refused == set(_METHODS) - set(line.methods)


@pytest.mark.parametrize("line", _OUTSIDE, ids=lambda line: line.name)
def test_addresses_outside_every_company(line, acme, client_for):
    path = _address(line.name, acme)
    statuses = tuple(_answer(client, line.methods[0], path).status_code for client in (Client(), client_for(acme.rob)))
    assert statuses == line.statuses, f"{line.methods[0]} {path}"
