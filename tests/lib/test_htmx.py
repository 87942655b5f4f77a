"""The traps of swapping fragments, each met once here; the browser's side of them is in tests/browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.test import RequestFactory

from salesops.lib.htmx import HtmxSessionExpiredMiddleware, invalid, redirect, render

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _templates(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "list.html").write_text("<html>{% include '_table.html' %}</html>")
    (tmp_path / "_table.html").write_text("<table>{{ rows }}</table>")
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [tmp_path]}]


def get(headers: dict[str, str] | None = None, path: str = "/t/acme/deals/") -> HttpRequest:
    return RequestFactory().get(path, headers=headers)


def answer(request: HttpRequest, **options: Any) -> HttpResponse:
    return render(request, "list.html", {"rows": 3}, fragment="_table.html", **options)


def test_a_plain_request_gets_the_page() -> None:
    assert answer(get()).content == b"<html><table>3</table></html>"


def test_htmx_gets_the_fragment() -> None:
    assert answer(get(HTMX)).content == b"<table>3</table>"


def test_a_boosted_link_gets_the_page() -> None:
    assert b"<html>" in answer(get({**HTMX, "HX-Boosted": "true"})).content


def test_the_back_button_gets_the_page() -> None:
    assert b"<html>" in answer(get({**HTMX, "HX-History-Restore-Request": "true"})).content


def test_a_view_without_a_fragment_always_answers_with_its_page() -> None:
    assert b"<html>" in render(get(HTMX), "list.html", {"rows": 3}).content


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_cache_keeps_page_and_fragment_apart(headers: dict[str, str]) -> None:
    vary = answer(get(headers)).headers["Vary"]
    assert {"HX-Request", "HX-Boosted", "HX-History-Restore-Request"} <= set(vary.split(", "))


@pytest.mark.parametrize(("headers", "body"), [({}, b"<html>"), (HTMX, b"<table>")])
def test_an_invalid_form_answers_422(headers: dict[str, str], body: bytes) -> None:
    response = invalid(get(headers), "list.html", {"rows": 0}, fragment="_table.html")
    assert response.status_code == 422
    assert response.content.startswith(body)


def test_events_are_sent_with_a_fragment_only() -> None:
    triggers: dict[str, dict[str, Any]] = {"deals-changed": {"count": 2}}
    assert json.loads(answer(get(HTMX), triggers=triggers).headers["HX-Trigger"]) == {"deals-changed": {"count": 2}}
    assert "HX-Trigger" not in answer(get(), triggers=triggers).headers


def test_a_message_becomes_a_toast_of_the_fragment() -> None:
    request = get(HTMX)
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    messages.success(request, "Saved 3 deals.")
    events = json.loads(answer(request).headers["HX-Trigger"])
    assert events == {"toast": {"toasts": [{"text": "Saved 3 deals.", "level": "success"}]}}


def test_a_message_of_a_page_is_left_for_the_page() -> None:
    request = get()
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    messages.success(request, "Saved 3 deals.")
    assert "HX-Trigger" not in answer(request).headers


def test_a_plain_form_is_redirected_with_303() -> None:
    response = redirect(get(), "/t/acme/deals/7/")
    assert (response.status_code, response.headers["Location"]) == (303, "/t/acme/deals/7/")


def test_htmx_is_redirected_as_a_window() -> None:
    response = redirect(get(HTMX), "/t/acme/deals/7/")
    assert (response.status_code, response.headers["HX-Redirect"]) == (200, "/t/acme/deals/7/")
    assert "Location" not in response.headers


def test_a_boosted_form_follows_the_303_itself() -> None:
    assert redirect(get({**HTMX, "HX-Boosted": "true"}), "/t/acme/").status_code == 303


def signed_out(request: HttpRequest) -> HttpResponse:
    return HtmxSessionExpiredMiddleware(lambda _: HttpResponseRedirect(f"{resolve_url('account_login')}?next=/x/"))(
        request
    )  # type: ignore[return-value]


def test_an_ended_session_moves_the_window_to_the_sign_in_page_and_back_to_the_page_seen() -> None:
    seen = "http://testserver/t/acme/deals/?stage=won"
    response = signed_out(get({**HTMX, "HX-Current-URL": seen}, path="/t/acme/deals/table/"))
    assert response.status_code == 200
    login = resolve_url("account_login")
    assert response.headers["HX-Redirect"] == f"{login}?next=%2Ft%2Facme%2Fdeals%2F%3Fstage%3Dwon"


def test_another_sites_address_is_never_the_way_back() -> None:
    response = signed_out(get({**HTMX, "HX-Current-URL": "https://evil.example/t/acme/"}))
    assert response.headers["HX-Redirect"] == resolve_url("account_login")


def test_an_ended_session_redirects_a_plain_request_as_ever() -> None:
    assert signed_out(get()).status_code == 302


def test_other_redirects_are_left_alone() -> None:
    middleware = HtmxSessionExpiredMiddleware(lambda _: HttpResponseRedirect("/t/acme/deals/"))
    assert middleware(get(HTMX)).status_code == 302
