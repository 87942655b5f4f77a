"""The gallery draws every component once; what holds for it holds for every page made of them."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace as Sample
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory

COMPONENTS = Path(settings.BASE_DIR, "templates", "components")


class DealForm(forms.Form):
    customer = forms.CharField()
    discount = forms.CharField(help_text="In percent of the list price.")
    stage = forms.ChoiceField(choices=[("engaging", "Engaging"), ("won", "Won")])
    urgent = forms.BooleanField(required=False)
    kind = forms.ChoiceField(choices=[("new", "New"), ("renewal", "Renewal")], widget=forms.RadioSelect)


def sample() -> dict[str, Any]:
    form = DealForm({"customer": "Treequote"})
    form.add_error(None, "The period is locked.")
    entry = Sample(label="Payouts", url="/t/acme/payouts/", icon="cash", current=True, count=3)
    job = Sample(id=1, kind_label="Import", url="/t/acme/jobs/1/", progress_done=61240, progress_total=100000)
    return {
        "navigation": [Sample(key="incentives", label="Incentives", entries=[entry])],
        "actor": Sample(full_name="Melvin Marxen"),
        "tenant": Sample(name="Acme", slug="acme"),
        "memberships": [Sample(name="Acme", slug="acme"), Sample(name="Other", slug="other")],
        "theme": "dark",
        "terms": [Sample(label="Payable", minor=74125, sign="=", hint="", url="#")],
        "steps": ["Draft", "In review", "Approved", "Paid"],
        "job": Sample(**vars(job), state="running", has_ended=False),
        "finished_job": Sample(**vars(job) | {"id": 2}, state="dead", has_ended=True, error="Stopped at row 11."),
        "ratio": Fraction(842, 1000),
        "pace": Fraction(436, 1000),
        "history": [3, None, 8],
        "history_line": [1, 3, 2],
        "parts": [1932, 1771],
        "form": form,
        "tab_items": [Sample(label="All", url="#", current=True, count=8800, icon="")],
    }


@pytest.fixture(scope="module")
def gallery() -> str:
    return render_to_string("components/gallery.html", sample(), request=RequestFactory().get("/"))


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
    drawn = (COMPONENTS / "gallery.html").read_text()
    tags = {"table_scroll", "empty"} | {file.stem for file in COMPONENTS.glob("[a-z]*.html")} - {"gallery"}
    assert [tag for tag in sorted(tags) if tag not in readme] == []
    assert [tag for tag in sorted(tags - {"field", "form_fields"}) if tag not in drawn] == []
