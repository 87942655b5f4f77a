"""Addresses of the page that a number opens onto."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from pipeline.facts import Basis, Kind, Slice
from salesops.lib.errors import NotVisible

_MANY = {"participants": "participant", "teams": "team", "regions": "region", "customers": "customer"}
_BASES: tuple[Basis, ...] = ("booked", "invoiced", "collected", "refunded")
_KINDS: tuple[Kind, ...] = ("direct", "overlay")
_MOST_IDS = 2000  # of one kind in an address; a longer one is nobody's link


def credits_url(tenant_slug: str, where: Slice) -> str:
    """The address of the list of exactly the lines that the slice adds up."""
    query: list[tuple[str, object]] = [("first", where.first), ("last", where.last), ("basis", where.basis)]
    for attribute, name in _MANY.items():
        query += [(name, id) for id in sorted(getattr(where, attribute) or ())]
    query += [(name, value) for name in ("deal", "up_to", "kind") if (value := getattr(where, name)) is not None]
    return f"{reverse('credit_list', kwargs={'tenant': tenant_slug})}?{urlencode(query)}"


def slice_of(query: QueryDict, today: date) -> Slice:
    """The slice that an address asks for; without days everything up to today. Nonsense is no page (`NotVisible`)."""
    try:
        many: dict[str, Any] = {attribute: _ids(query.getlist(name)) for attribute, name in _MANY.items()}
        return Slice(
            first=date.fromisoformat(query.get("first") or "1900-01-01"),
            last=date.fromisoformat(query.get("last") or today.isoformat()),
            basis=_BASES[_BASES.index(query.get("basis") or "booked")],
            deal=next(iter(_ids(query.getlist("deal")) or ()), None),
            up_to=next(iter(_ids(query.getlist("up_to")) or ()), None),
            kind=_KINDS[_KINDS.index(kind)] if (kind := query.get("kind")) else None,
            **many,
        )
    except ValueError:
        raise NotVisible from None


def _ids(texts: list[str]) -> list[int] | None:
    if not texts:
        return None
    if len(texts) > _MOST_IDS or not all(text.isascii() and text.isdecimal() and len(text) < 19 for text in texts):
        raise ValueError
    return [int(text) for text in texts]
