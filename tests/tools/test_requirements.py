"""The locks name packages and hashes only; where they come from is each machine's own business."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent.parent
_LOCKS = [*sorted(_ROOT.glob("requirements/*.txt")), _ROOT / "package-lock.json"]


@pytest.mark.parametrize("lock", _LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_no_address(lock):
    found = [line for line in lock.read_text().splitlines() if "://" in line]
    assert found == [], f"{lock.name} records addresses; make lock (or .npmrc) must leave them out"


@pytest.mark.parametrize("lock", sorted(_ROOT.glob("requirements/*.txt")), ids=lambda lock: lock.name)
def test_every_python_package_is_pinned_with_hashes(lock):
    packages = re.findall(r"^[A-Za-z0-9].*?(?:\\\n.*?)*$", lock.read_text(), re.MULTILINE)
    assert packages
    assert [package for package in packages if "==" not in package or "--hash=sha256:" not in package] == []
