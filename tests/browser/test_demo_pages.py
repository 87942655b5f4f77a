"""Every page of the demo company, as each role opens it, in Chromium: axe finds nothing, nothing scrolls sideways, and
nothing of the company beside it is on any of them.

The addresses are found by following the navigation and the links of what it leads to, so that a new page is looked at
without being listed. A kind of page is judged by the first role that opens it: wide in one theme and on a phone in the
other, whichever is its turn, and on the phone in the Chinese whose turn it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from django.conf import settings
from django.db import transaction
from playwright.sync_api import Page

from accounts.people.models import Member
from accounts.tenancy.context import tenant_scope
from salesops.demo import harborlight, loading

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800)]
_LANGUAGES = ("zh-hans", "zh-hant")
_SCHEMES: tuple[tuple[Literal["light", "dark"], ...], ...] = (("light", "dark"), ("dark", "light"))
_ROLES = ("Ada Winter", "Evelyn Cho", "Ruben Castro", "Viktor Hale", "Hana Ito")
_NUMBER = re.compile(r"/\d+(?=/|$)")


@pytest.fixture
def people(db: None) -> dict[str, Member]:

    tenant = loading.load()
    with tenant_scope(tenant.pk), transaction.atomic():
        return {member.full_name: member for member in Member.objects.select_related("user")}


def _kind(address: str) -> str:
    """Two pages of one kind differ only in their numbers, months and query."""
    return re.sub(r"/\d{4}-\d{2}(?=/|$)", "/month", _NUMBER.sub("/1", address.partition("?")[0].partition("#")[0]))


def _links(page: Page) -> list[str]:
    hrefs: list[str] = page.eval_on_selector_all(
        "a[href^='/t/meridian/']", "links => links.map(link => link.getAttribute('href'))"
    )
    return [href for href in hrefs if not re.search(r"/api/|\.(csv|xlsx)$", href)]


def test_each_role_finds_no_broken_inaccessible_or_overflowing_page(
    people: dict[str, Member], page_for: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    troubles: list[str] = []
    judged: set[str] = set()
    for name in _ROLES:
        page = page_for(people[name], "/t/meridian/")
        troubles += [f"{name}: {trouble}" for trouble in _walk(page, axe, judged)]
        page.context.close()
    assert not troubles, "\n".join(troubles)


def _walk(page: Page, axe: Callable[[Page], None], judged: set[str]) -> Iterator[str]:
    """Opens every kind of page that can be reached; looks closely at those that no role before has opened."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    waiting, seen = ["/t/meridian/"], set[str]()
    while waiting:
        address = waiting.pop(0)
        if _kind(address) in seen:
            continue
        seen.add(_kind(address))
        answer = page.goto(address)
        if answer is None or answer.status != 200:
            yield f"{address}: {answer.status if answer else 'no answer'}"
            continue
        page.wait_for_load_state("networkidle")
        if _kind(address) not in judged:
            judged.add(_kind(address))
            yield from _judge(page, address, axe, len(judged))
        waiting += _links(page)
    yield from complaints


def _judge(page: Page, address: str, axe: Callable[[Page], None], turn: int) -> Iterator[str]:
    if harborlight.MARKER in page.content():
        yield f"{address}: shows a row of another company"
    for width, scheme in zip((1440, 390), _SCHEMES[turn % 2], strict=True):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # a colour on its way is none to judge
        yield from _overflow(page, address)
        try:
            axe(page)
        except AssertionError as error:
            yield f"{scheme}, {width} px: {error}"
    language = _LANGUAGES[turn // 2 % len(_LANGUAGES)]
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": page.url}])
    page.reload()
    page.wait_for_load_state("networkidle")
    yield from _overflow(page, f"{address} ({language})")
    page.context.clear_cookies(name=settings.LANGUAGE_COOKIE_NAME)
    page.set_viewport_size({"width": 1440, "height": 900})


def _overflow(page: Page, address: str) -> Iterator[str]:
    overflow: Any = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if overflow > 0:
        yield f"{address}: scrolls sideways by {overflow} px at {page.viewport_size}"
