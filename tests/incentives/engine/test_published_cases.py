"""Worked examples that others have published: every figure must come out exactly."""

from __future__ import annotations

import json
import os
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

from incentives.engine import calculate
from incentives.engine.case import read_case
from incentives.engine.case_result import case_result

_ROOT = Path(__file__).resolve().parents[3]
_CASES = Path(os.environ.get("SHARED_DATA", _ROOT / "../shared/data")) / "commission-cases"
_PATHS = sorted(_CASES.glob("*.json"))


def test_the_published_cases_are_there() -> None:
    if not _PATHS and os.environ.get("CI") != "true":
        pytest.skip(f"no published cases in {_CASES}; set SHARED_DATA")
    assert _PATHS, f"no published cases in {_CASES}; set SHARED_DATA"


@pytest.mark.parametrize("path", _PATHS, ids=lambda path: path.stem)
def test_a_published_case(path: Path) -> None:
    published = json.loads(path.read_text("utf-8"))
    inputs = read_case(published["case"])
    result = case_result(inputs, calculate(inputs))
    assert {expected["at"]: _at(result, expected["at"]) for expected in published["expect"]} == {
        expected["at"]: _value(expected["value"]) for expected in published["expect"]
    }


def _at(result: dict[str, Any], address: str) -> object:
    """The value at an address of the cases' README; a component period that is not listed has earned 0."""
    head, *rest = address.split("/")
    if head == "errors":
        listed = {(each["participant"], each["component"], each["period"]) for each in result["errors"]}
        return "listed" if tuple(rest) in listed else "absent"
    participant = next(each for each in result["participants"] if each["id"] == head)
    first, period, *steps = rest
    found: Any
    if first == "payouts":
        found = next(each for each in participant["payouts"] if each["period"] == period)
    else:
        periods = {(each["code"], each["period"]): each for each in participant["components"]}
        found = periods.get((first, period), {"earned": "0"})
    for step in steps:
        found = found[int(step)] if isinstance(found, list) else found[step]
    return _value(found)


def _value(text: str) -> object:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text
