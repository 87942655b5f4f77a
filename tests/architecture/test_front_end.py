"""House rules of templates, style sheets and the lock file, each with what to do instead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from accounts.access import navigation

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted(path for path in (ROOT / "static" / "css").rglob("*.css") if path.name != "tokens.css")


def lines_with(pattern: str, files: list[Path]) -> Iterator[str]:
    expression = re.compile(pattern)
    for file in files:
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if expression.search(line):
                yield f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}"


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [
        (r"\sstyle=", "The policy forbids style attributes: write a class, or an SVG attribute."),
        (r"\son[a-z]+=|hx-on", "The policy forbids inline handlers: write an Alpine component in static/js."),
        (r"<style|<script(?![^>]*\ssrc=)", "The policy forbids inline blocks: write a file in static/."),
        (r"js:|javascript:", "The policy forbids evaluated text: put the value into a hidden field."),
        (r"""(src|href)=["']?https?://""", "No request leaves the site: install the file with npm."),
        (r"{% load [^%]*\bui\b", "The tags of salesops.lib.templatetags.ui are built in: drop the load."),
    ],
)
def test_templates_stay_inside_the_content_security_policy(pattern: str, instead: str) -> None:
    assert list(lines_with(pattern, TEMPLATES)) == [], instead


def test_colours_are_written_in_the_tokens_only() -> None:
    found = list(lines_with(r"#[0-9a-fA-F]{3,8}\b|\brgb\(|\bhsl\(", STYLES))
    assert found == [], "Name the colour in static/css/tokens.css, with its dark pair, and use the name."


def test_every_icon_of_a_template_or_the_navigation_is_in_the_sprite() -> None:
    known = set(json.loads((ROOT / "static" / "img" / "icons.json").read_text()))
    named = {entry.icon for entry in navigation._entries}
    named |= {name for file in TEMPLATES for name in re.findall(r'{% (?:icon|empty_state) "([^"]+)"', file.read_text())}
    assert sorted(named - known) == [], (
        "Add the name to static/img/icons.json (Tabler outline) and build the front end."
    )


def test_the_style_sheet_imports_every_file() -> None:
    entry = (ROOT / "static" / "css" / "app.css").read_text()
    folder = ROOT / "static" / "css"
    missing = [str(path.relative_to(folder)) for path in STYLES if path.name != "app.css" and path.name not in entry]
    assert missing == [], "Import the file in static/css/app.css, or delete it."


def test_the_npm_lock_names_no_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    assert "://" not in lock, "Run npm with the repository's .npmrc and strip the funding entries."
    assert '"integrity": "sha512-' in lock


def test_the_page_for_what_is_not_there_is_the_same_bytes_for_everybody() -> None:
    for name in ("404.html", "500.html"):
        text = (ROOT / "templates" / "errors" / name).read_text()
        assert "{%" not in text, f"{name} is served to strangers and when all else has failed: keep it static."
        assert "{{" not in text, f"{name} is served to strangers and when all else has failed: keep it static."
