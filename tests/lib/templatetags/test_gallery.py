"""The gallery draws every component once; what holds for it holds for every page made of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.lib.gallery import drawn

COMPONENTS = Path(settings.BASE_DIR, "templates", "components")


@pytest.fixture(scope="module")
def gallery() -> str:
    return drawn(theme="dark")


def test_nothing_in_it_needs_an_exception_from_the_content_security_policy(gallery: str) -> None:
    assert not re.findall(r"\sstyle=|\son\w+=|hx-on|javascript:|<style", gallery)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", gallery))


def test_every_id_is_used_once(gallery: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', gallery)
    assert sorted(ids) == sorted(set(ids))


def test_what_an_attribute_points_to_exists(gallery: str) -> None:
    ids = set(re.findall(r'\sid="([^"]+)"', gallery))
    pointed = re.findall(r'\s(?:aria-describedby|aria-labelledby|aria-controls|data-dialog|for)="([^"]+)"', gallery)
    assert {name for names in pointed for name in names.split()} <= ids


def test_the_chosen_theme_is_in_the_first_byte(gallery: str) -> None:
    assert re.match(r'<!doctype html>\s*<html lang="en" data-theme="dark">', gallery)


def test_every_component_is_written_down_in_the_readme_and_drawn_in_the_gallery() -> None:
    readme = (COMPONENTS / "README.md").read_text()
    gallery = (COMPONENTS / "gallery.html").read_text()
    tags = {"table_scroll", "empty"} | {file.stem for file in COMPONENTS.glob("[a-z]*.html")} - {"gallery"}
    assert [tag for tag in sorted(tags) if tag not in readme] == []
    assert [tag for tag in sorted(tags - {"field", "form_fields"}) if tag not in gallery] == []
