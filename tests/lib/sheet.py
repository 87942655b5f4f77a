"""The component sheet as the product draws it, for the tests that read it and those that look at it."""

from __future__ import annotations

from django.test import RequestFactory, override_settings
from django.utils import translation

from salesops.design import views


def drawn(*, theme: str = "", language: str = "en") -> str:
    return _page(views.sheet, theme, language)


def finished_job(*, language: str = "en") -> str:
    """What the sheet's running job turns into."""
    return _page(views.job, "", language)


def _page(view: views.View, theme: str, language: str) -> str:
    request = RequestFactory().get("/design/")
    request.COOKIES["theme"] = theme
    with override_settings(DEBUG=True), translation.override(language):
        return view(request).content.decode()
