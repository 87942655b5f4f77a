"""`.env.example` is the list of variables: complete, and without any that nobody reads."""

from __future__ import annotations

import re
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent.parent
_READ = re.compile(r"""(?:\benv|_flag|os\.environ\.get|getenv)\(\s*"([A-Z_]+)"|os\.environ\["([A-Z_]+)"\]""")
_NOT_OURS = {"DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE", "PYTEST_XDIST_WORKER", "PATH", "CI"}


def _sources() -> str:
    folders = ("salesops", "accounts", "pipeline", "targets", "incentives", "reviews", "tools", "tests", "benchmarks")
    return "\n".join(file.read_text() for folder in folders for file in sorted((_ROOT / folder).rglob("*.py")))


def _listed() -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", (_ROOT / ".env.example").read_text(), re.MULTILINE))


def _read_by_compose() -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", (_ROOT / "docker-compose.yml").read_text()))


def test_every_variable_that_is_read_is_listed():
    read = {name for pair in _READ.findall(_sources()) for name in pair if name} - _NOT_OURS
    assert (read | _read_by_compose()) - _listed() == set()


def test_every_variable_that_is_listed_is_read():
    named = set(re.findall(r'"([A-Z_]+)"', _sources())) | _read_by_compose()
    assert _listed() - named == set()
