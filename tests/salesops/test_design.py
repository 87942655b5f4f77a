"""The sheet draws every component in its states; what holds for it holds for every page made of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.http import Http404
from django.test import Client, RequestFactory
from django.test.signals import template_rendered
from django.urls import NoReverseMatch, get_resolver, reverse

from salesops.design import views
from salesops.lib.templatetags import ui
from tests.lib.sheet import drawn

COMPONENTS = Path(settings.BASE_DIR, "templates", "components")
DESIGN = Path(settings.BASE_DIR, "templates", "design")


@pytest.fixture(scope="module")
def sheet() -> str:
    return drawn(theme="dark")


# --- For developers only ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_there_is_no_such_address_outside_development() -> None:
    assert not settings.DEBUG, "as in production"
    assert Client().get("/design/").status_code == 404
    assert [pattern for pattern in get_resolver().url_patterns if str(pattern.pattern).startswith("design")] == []
    with pytest.raises(NoReverseMatch):
        reverse("design_sheet")


@pytest.mark.parametrize("view", [views.sheet, views.job, views.waiting])
def test_its_views_answer_nothing_outside_development(view: views.View) -> None:
    with pytest.raises(Http404):
        view(RequestFactory().get("/design/"))


# --- Everything has its place on it -----------------------------------------------------------------------------------


def test_every_component_is_drawn() -> None:
    seen: set[str] = set()

    def keep(template: object, **_: object) -> None:
        seen.add(str(getattr(template, "name", "")))

    template_rendered.connect(keep)
    try:
        drawn()
    finally:
        template_rendered.disconnect(keep)
    missing = [file.name for file in sorted(COMPONENTS.glob("*.html")) if f"components/{file.name}" not in seen]
    assert missing == [], "Give each a place in templates/design/, in all its states."


def test_every_tag_and_filter_is_drawn() -> None:
    text = "".join(file.read_text() for file in sorted(DESIGN.glob("*.html")))
    tags = [name for name in sorted(ui.register.tags) if not re.search(rf"{{% {name}[ %]", text)]
    filters = [name for name in sorted(ui.register.filters) if f"|{name}" not in text]
    assert tags + filters == [], "Give each a place in templates/design/, in all its states."


def test_every_part_of_the_sheet_is_on_it() -> None:
    sheet = (DESIGN / "sheet.html").read_text()
    assert [file.name for file in sorted(DESIGN.glob("_*.html")) if f"design/{file.name}" not in sheet] == []


def test_every_tag_is_written_down_in_the_readme() -> None:
    readme = (COMPONENTS / "README.md").read_text()
    inner = {"field", "form_fields"}  # written down as fields
    assert [name for name in sorted(set(ui.register.tags) - inner) if f"{{% {name}" not in readme] == []


def test_every_colour_of_the_sheet_is_a_token() -> None:
    tokens = Path(settings.BASE_DIR, "static", "css", "tokens.css").read_text()
    shown = set(re.findall(r'fill="var\(--([a-z0-9-]+)\)"', drawn()))
    known = set(re.findall(r"--([a-z0-9-]+):\s*light-dark\(#", tokens))
    assert shown <= known
    assert known - shown <= {"on-solid", "accent-hover", "paper", "c1-soft", "grid", "axis"}, "show the new colour"


# --- What holds for every page ----------------------------------------------------------------------------------------


def test_nothing_in_it_needs_an_exception_from_the_content_security_policy(sheet: str) -> None:
    assert not re.findall(r"\sstyle=|\son\w+=|hx-on|javascript:|<style", sheet)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", sheet))


def test_every_id_is_used_once(sheet: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', sheet)
    assert sorted(ids) == sorted(set(ids))


def test_what_an_attribute_points_to_exists(sheet: str) -> None:
    ids = set(re.findall(r'\sid="([^"]+)"', sheet))
    pointed = re.findall(r'\s(?:aria-describedby|aria-labelledby|aria-controls|data-dialog|for)="([^"]+)"', sheet)
    assert {name for names in pointed for name in names.split()} <= ids


def test_the_chosen_theme_is_in_the_first_byte(sheet: str) -> None:
    assert re.match(r'<!doctype html>\s*<html lang="en" data-theme="dark">', sheet)


def test_it_is_drawn_in_the_readers_language() -> None:
    assert '<html lang="zh-hans">' in drawn(language="zh-hans")
    assert '<html lang="zh-hant">' in drawn(language="zh-hant")
