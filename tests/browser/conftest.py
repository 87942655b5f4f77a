"""Real pages in Chromium. Without a browser these tests fail and say so; they do not skip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.people.models import Member
from tools.browser import NAMES, find

_ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


def _chromium() -> str:
    found = find()
    if found is None:
        pytest.fail(f"No Chromium: none of {', '.join(NAMES)} is on PATH, and CHROMIUM is not set.", pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Replaces pytest-playwright's: the system's Chromium instead of a downloaded one."""
    if not (settings.BASE_DIR / "static" / "dist" / "app.css").exists():
        pytest.fail("The front end is not built; run `make build`.", pytrace=False)
    return {"executable_path": _chromium(), "args": _ARGUMENTS}


@pytest.fixture
def page_for(browser: Browser, live_server: Any, client_for: Callable[[Member], Any]) -> Iterator[Callable[..., Page]]:
    """A page of the live server in which the member is signed in: `page_for(acme.rob, "/t/acme/")`.

    `width` and `scheme` (light, dark) give the window's; several members get a browser window each.
    """
    contexts: list[BrowserContext] = []

    def opened(member: Member, path: str = "/", *, width: int = 1440, scheme: str = "light") -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        contexts.append(context)
        session = client_for(member).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Fails on what axe finds wrong with the page for people who use it without eyes, mouse or colours."""

    def check(page: Page) -> None:
        found = Axe().run(page).response["violations"]
        lines = [
            f"{violation['id']} ({violation['impact']}): {violation['help']}\n    "
            + "\n    ".join(node["html"][:200] for node in violation["nodes"])
            for violation in found
        ]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return check


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Page, str], Path]:
    """Keeps a picture in `test-results/`, for looking at beside the mock-ups."""

    def keep(page: Page, name: str) -> Path:
        folder = settings.BASE_DIR / "test-results"
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return keep
