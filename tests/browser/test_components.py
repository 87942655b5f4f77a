"""The component sheet in Chromium: keyboard, width, both themes, three languages, and the product's own strict policy.

The sheet is handed to the browser without a server, so that what fails here is a component and not a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from tests.lib.sheet import drawn, finished_job

SITE = "http://components.localhost"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
FOLDERS = {"app": "dist", "img": "img"}


LANGUAGES = ["en", "zh-hans", "zh-hant"]


def serve(route: Route, theme: str, language: str) -> None:
    path = route.request.url.removeprefix(SITE)
    if path.startswith("/static/"):
        _, _, folder, name = path.split("/")
        route.fulfill(path=Path(settings.BASE_DIR, "static", FOLDERS[folder], name))
    elif path == "/":
        body, headers = drawn(theme=theme, language=language), {"Content-Security-Policy": POLICY}
        route.fulfill(body=body, content_type="text/html", headers=headers)
    elif path == "/design/job/":
        route.fulfill(body=finished_job(language=language), content_type="text/html")
    elif path == "/design/job/waiting/":
        route.fulfill(status=204)
    else:
        route.fulfill(body=f"<title>{path}</title>", content_type="text/html")


@pytest.fixture
def sheet(page: Page) -> Iterator[Callable[..., Page]]:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def opened(*, width: int = 1440, theme: str = "light", language: str = "en") -> Page:
        page.set_viewport_size({"width": width, "height": 900})
        page.route("**/*", lambda route: serve(route, theme, language))
        page.goto(f"{SITE}/")
        return page

    yield opened
    assert complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wrong_for_people_who_use_it_differently(
    sheet: Callable[..., Page], axe: Callable[[Page], None], width: int, theme: str, language: str
) -> None:
    axe(sheet(width=width, theme=theme, language=language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [390, 800, 1440])
def test_the_page_never_scrolls_sideways(sheet: Callable[..., Page], width: int, language: str) -> None:
    assert sheet(width=width, language=language).evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_sticks_out_of_its_card(sheet: Callable[..., Page], width: int) -> None:
    """Long names, long words and Chinese text are cut or broken inside the card that they are in."""
    sticking = """() => [...document.querySelectorAll(".specimens > *")].flatMap(card => {
        const right = card.getBoundingClientRect().right + 1;
        const inside = element => !element.closest(".table-scroll, .chart-frame, .blocks-frame, .pop, .sr, svg");
        return [...card.querySelectorAll("*")].filter(inside)
            .filter(element => element.getBoundingClientRect().right > right)
            .map(element => element.outerHTML.slice(0, 80));
    })"""
    assert sheet(width=width).evaluate(sticking) == []


def test_where_the_keyboard_is_can_be_seen(sheet: Callable[..., Page]) -> None:
    page = sheet()
    ring = "element => getComputedStyle(element).boxShadow + getComputedStyle(element).outlineStyle"
    for selector in (".specimens .btn.primary", ".specimens .chip", ".specimens .tabs a", ".specimens input.input"):
        element = page.locator(selector).first
        before = element.evaluate(ring)
        page.keyboard.press("Tab")
        element.focus()
        assert element.evaluate(ring) != before, selector


def test_the_palette_goes_to_a_page_by_keyboard_alone(sheet: Callable[..., Page], axe: Callable[[Page], None]) -> None:
    page = sheet()
    page.keyboard.press("Control+k")
    page.keyboard.type("p")
    options = page.get_by_role("dialog", name="Go to a page").get_by_role("option")
    expect(options.filter(visible=True)).to_have_text(["Payouts Incentives", "Plans Incentives"])
    axe(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_title("/plans/")


def test_the_palette_says_when_there_is_no_such_page(sheet: Callable[..., Page]) -> None:
    page = sheet()
    page.keyboard.press("/")
    page.keyboard.type("zzz")
    expect(page.get_by_text("Nothing of that name. Press Esc to close.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Page to go to")).to_be_hidden()


def test_a_menu_opens_moves_and_closes_by_keyboard(sheet: Callable[..., Page]) -> None:
    page = sheet()
    summary = page.locator("summary", has_text="Export")
    summary.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="CSV")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="XLSX")).to_be_focused()
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(page.get_by_role("link", name="XLSX")).to_be_hidden()


def test_a_click_elsewhere_closes_a_menu(sheet: Callable[..., Page]) -> None:
    page = sheet()
    page.locator("summary", has_text="Export").click()
    page.get_by_role("heading", name="Figures").click()
    expect(page.get_by_role("link", name="CSV")).to_be_hidden()


def test_a_dialog_opens_and_gives_the_focus_back(sheet: Callable[..., Page], axe: Callable[[Page], None]) -> None:
    page = sheet()
    opener = page.get_by_role("button", name="Approve 35…")
    opener.click()
    expect(page.get_by_role("dialog", name="Approve October for 35 people?")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_the_chosen_theme_shows_at_once(sheet: Callable[..., Page]) -> None:
    page = sheet()
    page.locator("summary", has_text="Melvin Marxen").click()
    page.locator(".side").get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_rows_move_with_the_arrow_keys(sheet: Callable[..., Page]) -> None:
    page = sheet()
    page.get_by_role("link", name="Darcel Schlecht").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Zane Levy")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.get_by_role("link", name="Darcel Schlecht")).to_be_focused()


def test_a_running_job_is_followed_to_its_end(sheet: Callable[..., Page]) -> None:
    page = sheet()
    expect(page.locator("#job-1 progress")).to_be_visible()
    expect(page.locator("#job-1")).to_contain_text("Imported.", timeout=3000)
    expect(page.locator("#job-1 progress")).to_have_count(0)


def test_an_event_of_the_server_becomes_a_toast(sheet: Callable[..., Page], axe: Callable[[Page], None]) -> None:
    page = sheet()
    detail = {"toasts": [{"text": "Saved 3 deals.", "level": "success"}]}
    page.evaluate("detail => document.body.dispatchEvent(new CustomEvent('toast', {bubbles: true, detail}))", detail)
    toast = page.get_by_role("region", name="Messages", exact=True).get_by_text("Saved 3 deals.")
    expect(toast).to_be_visible()
    axe(page)
    page.get_by_role("region", name="Messages", exact=True).get_by_role("button", name="Close").click()
    expect(toast).to_be_hidden()


def test_the_phone_reaches_every_page_from_its_top(sheet: Callable[..., Page], axe: Callable[[Page], None]) -> None:
    page = sheet(width=390)
    expect(page.get_by_role("navigation", name="Main, phone").get_by_role("link")).to_have_count(3)
    page.get_by_label("All pages and your settings").click()
    menu = page.locator(".phone-menu")
    expect(menu.get_by_text("Sign out").or_(menu.get_by_text("Theme"))).to_have_count(2)
    axe(page)


def test_the_keyboard_can_skip_the_navigation(sheet: Callable[..., Page]) -> None:
    page = sheet()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
