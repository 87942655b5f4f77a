"""Long lists page by page, by key instead of by offset: the last page costs what the first does, and a row added
meanwhile neither repeats nor hides another."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import QueryDict

M = TypeVar("M", bound=models.Model)
_FORWARD, _BACK = "f", "b"


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """The rows of one page, and the cursors of its neighbours (empty where there is none)."""

    rows: list[M]
    next: str = ""
    previous: str = ""


def page(queryset: models.QuerySet[M], *, by: Sequence[str], cursor: str = "", size: int = 50) -> Page[M]:
    """One page in the order of `by`: field names, all ascending or all with “-”, the last of them unique.

    A cursor that was not made here, or belongs to another list, shows the first page.
    """
    names = [name.removeprefix("-") for name in by]
    descending = by[0].startswith("-")
    direction, values = _read(cursor, len(names))
    backwards = direction == _BACK
    if values is not None:
        queryset = _after(queryset, names, values, "lt" if descending != backwards else "gt")
    order = [f"-{name}" if descending != backwards else name for name in names]
    found = list(queryset.order_by(*order)[: size + 1])
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page(rows)
    onward = more or backwards
    back = more if backwards else values is not None
    return Page(
        rows,
        next=_write(_FORWARD, rows[-1], names) if onward else "",
        previous=_write(_BACK, rows[0], names) if back else "",
    )


def query_with(query: QueryDict, cursor: str, name: str = "cursor") -> str:
    """The address of a neighbouring page with the filters kept: `?search=li&cursor=…`; empty without a cursor."""
    if not cursor:
        return ""
    changed = query.copy()
    changed[name] = cursor
    return f"?{changed.urlencode()}"


def _after(queryset: models.QuerySet[M], names: list[str], values: list[Any], comparison: str) -> models.QuerySet[M]:
    """Rows past the given key: a > x or (a = x and b > y) …, with the bound on the first field that an index uses."""
    condition = Q()
    equal: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        condition |= Q(**equal, **{f"{name}__{comparison}": value})
        equal[name] = value
    try:
        return queryset.filter(condition, **{f"{names[0]}__{comparison}e": values[0]})
    except (ValidationError, ValueError, TypeError):
        return queryset


def _write(direction: str, row: models.Model, names: list[str]) -> str:
    values = [getattr(row, name) for name in names]
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps([direction, *plain]).encode()).decode().rstrip("=")


def _read(cursor: str, length: int) -> tuple[str, list[Any] | None]:
    try:
        direction, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, TypeError):
        return _FORWARD, None
    scalar = all(isinstance(value, str | int) and "\0" not in str(value) for value in values)
    if direction not in {_FORWARD, _BACK} or len(values) != length or not scalar:
        return _FORWARD, None
    return direction, values
