"""Passkeys and authenticator codes in Chromium, whose virtual authenticator answers as a laptop's fingerprint would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.tenancy.models import Tenant
from tests.factories import PASSWORD, Acme

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def window(browser: Browser, live_server: Any):
    """A window of somebody who is not signed in. Passkeys belong to a name, so the address is localhost."""
    contexts: list[BrowserContext] = []

    def opened() -> Page:
        context = browser.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"), locale="en")
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def with_fingerprint(page: Page) -> Page:
    """The device has a sensor, and its owner's finger is on it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm_password(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_passkey_is_added_opens_the_door_and_is_removed(window, acme: Acme, axe) -> None:
    page = with_fingerprint(window())
    sign_in(page, "rob@acme.test")
    page.goto("/accounts/2fa/")
    axe(page)
    page.get_by_role("link", name="Add", exact=True).click()
    confirm_password(page)
    axe(page)
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    axe(page)

    page.goto("/accounts/2fa/passkeys/")
    expect(page.get_by_text("Work laptop")).to_be_visible()
    axe(page)
    page.goto("/t/acme/preferences/")
    page.context.clear_cookies()
    page.goto("/t/acme/preferences/")
    axe(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Preferences")).to_be_visible()

    page.goto("/accounts/2fa/passkeys/")
    page.get_by_role("link", name="Remove Work laptop").click()
    if page.get_by_role("heading", name="Is it you?").is_visible():
        confirm_password(page)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("You have none yet.")).to_be_visible()


def test_without_a_key_the_browser_says_so(window, acme: Acme) -> None:
    page = with_fingerprint(window())
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_text("The browser did not give a passkey.")).to_be_visible()


def test_an_admin_is_led_to_an_authenticator_app_and_goes_on(window, acme: Acme, axe) -> None:
    """The company asks for it: sign in, be led there, set it up, work; the next sign-in asks for the code."""
    old = datetime.now(UTC) - timedelta(days=9)
    Tenant.objects.filter(slug="acme").update(requires_second_factor=True, created_at=old)
    page = window()
    sign_in(page, "ada@acme.test")
    expect(page.get_by_text("Your company asks admins and HR")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Turn on").click()
    if page.get_by_role("heading", name="Is it you?").is_visible():
        confirm_password(page)
    axe(page)
    secret = page.locator("code").inner_text()
    page.get_by_label("Authenticator code").fill(code_for(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    recovery = page.locator(".codes code").first.inner_text()

    page.goto("/t/acme/members/")
    expect(page.get_by_role("heading", name="Members")).to_be_visible()
    again = window()
    sign_in(again, "ada@acme.test")
    expect(again.get_by_role("heading", name="Second step")).to_be_visible()
    axe(again)
    again.get_by_label("Code").fill(recovery)
    again.get_by_role("button", name="Sign in", exact=True).click()
    again.wait_for_url("**/t/acme/")


def test_a_theme_chosen_here_is_dark_elsewhere(page_for, acme: Acme) -> None:
    page = page_for(acme.rob, "/t/acme/preferences/")
    page.locator(".side .nav-row").click()
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark").first.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    expect(page_for(acme.rob, "/t/acme/inbox/").locator("html")).to_have_attribute("data-theme", "dark")
