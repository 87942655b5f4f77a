"""Paging by key, on members as an example of rows."""

from __future__ import annotations

import base64
import json

import pytest
from django.http import QueryDict

from accounts.people.models import Member, Role
from salesops.lib.keyset import Page, page, query_with
from tests.factories import Acme

BY = ("sort_name", "id")


@pytest.fixture
def twins(in_acme: Acme) -> None:
    """Forty members of one sort name, so that only the id tells them apart."""
    Member.objects.bulk_create(
        Member(full_name=f"Twin {number:02d}", sort_name="twin", roles=[Role.REP]) for number in range(40)
    )


def names(found: Page[Member]) -> list[str]:
    return [member.full_name for member in found.rows]


@pytest.mark.parametrize("by", [BY, ("-sort_name", "-id")])
@pytest.mark.parametrize("size", [1, 7, 51, 52])
def test_forward_and_back_show_every_row_once(twins: None, by: tuple[str, ...], size: int) -> None:
    everything = list(Member.objects.order_by(*by).values_list("full_name", flat=True))
    pages = [page(Member.objects.all(), by=by, size=size)]
    while pages[-1].next:
        pages.append(page(Member.objects.all(), by=by, cursor=pages[-1].next, size=size))
    assert [name for each in pages for name in names(each)] == everything

    back = [pages[-1]]
    while back[-1].previous:
        back.append(page(Member.objects.all(), by=by, cursor=back[-1].previous, size=size))
    assert [names(each) for each in reversed(back)] == [names(each) for each in pages]


def test_a_row_added_before_the_page_moves_nothing(twins: None) -> None:
    first = page(Member.objects.all(), by=BY, size=10)
    expected = names(page(Member.objects.all(), by=BY, cursor=first.next, size=10))

    Member.objects.create(full_name="Aaron", sort_name="aaron", roles=[Role.REP])

    assert names(page(Member.objects.all(), by=BY, cursor=first.next, size=10)) == expected


@pytest.mark.parametrize(
    "cursor",
    [
        "!",
        "é",
        "AAAA",
        base64.b64encode(b"\xff\xfe").decode(),
        *(
            base64.urlsafe_b64encode(json.dumps(value).encode()).decode()
            for value in (
                None,
                {},
                [],
                ["f"],
                ["f", "a"],
                ["x", "a", 1],
                ["f", "a", 1, 2],
                ["f", {}, 1],
                ["f", "a\0", 1],
                ["f", "a", "b"],
            )
        ),
    ],
)
def test_a_cursor_not_made_here_shows_the_first_page(twins: None, cursor: str) -> None:
    assert names(page(Member.objects.all(), by=BY, cursor=cursor, size=5)) == names(
        page(Member.objects.all(), by=BY, size=5)
    )


def test_nothing_has_no_neighbours(in_acme: Acme) -> None:
    assert page(Member.objects.none(), by=BY) == Page([])


def test_a_neighbours_address_keeps_the_filters() -> None:
    query = QueryDict("search=li&role=rep&cursor=old")

    assert query_with(query, "new") == "?search=li&role=rep&cursor=new"
    assert query_with(query, "") == ""
