"""How the API reads a body, and how it says no: problem details (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext
from rest_framework import exceptions
from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.views import exception_handler

from salesops.lib.errors import DomainError, DomainErrors, NotVisible

_TYPE = "application/problem+json"


class StorableJSONParser(JSONParser):
    """Refuses what JSON can say but neither Python's stack nor UTF-8 can hold: nesting without end, half characters."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        try:
            data: dict[str, Any] = super().parse(stream, media_type, parser_context)
            json.dumps(data, ensure_ascii=False).encode()
        except (RecursionError, UnicodeEncodeError):
            raise exceptions.ParseError from None
        return data


def _problem(error: DomainError) -> dict[str, Any]:
    return {"code": error.code, "detail": gettext(error.msgid) % error.params, "field": error.field}


def problem_details(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. A `DomainError` is a 422, a foreign or unknown row a 404 that says nothing."""
    if isinstance(exc, DomainError):
        transaction.set_rollback(True)
        errors = exc.errors if isinstance(exc, DomainErrors) else (exc,)
        status = 403 if exc.code == "forbidden" else 422
        body = {"type": "about:blank", "title": "Refused", "status": status, **_problem(errors[0])}
        return Response(body | {"errors": [_problem(error) for error in errors]}, status=status, content_type=_TYPE)
    if isinstance(exc, NotVisible):
        exc = Http404()
    response = exception_handler(exc, context)
    if response is None:
        return None
    title = getattr(exc, "default_detail", "Not found")
    body = {"type": "about:blank", "title": str(title), "status": response.status_code, "code": _code(exc)}
    response.data = body | ({"errors": response.data} if isinstance(exc, exceptions.ValidationError) else {})
    response.content_type = _TYPE
    return response


def _code(exc: Exception) -> str:
    """The machine-readable name; of many fields' refusals the common one, as each field has its own below."""
    if isinstance(exc, exceptions.ValidationError):
        return "invalid"
    codes = exc.get_codes() if isinstance(exc, exceptions.APIException) else "not_found"
    return codes if isinstance(codes, str) else "invalid"
