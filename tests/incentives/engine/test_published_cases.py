"""Worked examples that others have published: what can be computed must be exact, the rest must be refused by path."""

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
from salesops.lib.errors import DomainErrors

_ROOT = Path(__file__).resolve().parents[3]
_CASES = Path(os.environ.get("SHARED_DATA", _ROOT / "../shared/data")) / "commission-cases"
_PATHS = sorted(_CASES.glob("*.json"))

# Which published examples need what is not built yet; an entry leaves this list when its term is built.
REFUSED = {
    "accel-04": "plan.components[0].type",
    "accel-07": "plan.components[0].type",
    "cap-02": "plan.components[0].cap",
    "claw-01a": "plan.components[0].clawback",
    "claw-01b": "plan.components[0].clawback",
    "claw-03": "plan.components[0].clawback",
    "decel-02": "plan.components[0].rate.method",
    "drawnon-02": "plan.draw",
    "drawrec-01": "plan.draw",
    "drawrec-03": "plan.draw",
    "drawrec-05": "plan.draw",
    "drawrec-07": "plan.draw",
    "drawrec-09": "plan.draw",
    "drawrec-11": "plan.draw",
    "floor-02": "plan.guarantee",
    "marg-13": "plan.components[0].rate.accumulates",
    "multi-06": "plan.components[0].holdback",
    "over-01": "plan.components[1].type",
    "over-03": "plan.components[0].type",
    "pool-02": "plan.components[0].type",
    "pror-02": "plan.components[0].prorate",
    "retro-06": "plan.components[0].rate.base",
    "retro-08": "plan.components[0].rate.base",
    "spiff-02": "plan.components[0].type",
    "spiff-04": "plan.components[0].type",
    "split-02a": "plan.components[1].type",
    "unit-01": "plan.components[0].rate.by",
}


def test_the_published_cases_are_there() -> None:
    if not _PATHS and os.environ.get("CI") != "true":
        pytest.skip(f"no published cases in {_CASES}; set SHARED_DATA")
    assert _PATHS, f"no published cases in {_CASES}; set SHARED_DATA"
    assert {path.stem for path in _PATHS} >= REFUSED.keys()


@pytest.mark.parametrize("path", _PATHS, ids=lambda path: path.stem)
def test_a_published_case(path: Path) -> None:
    published = json.loads(path.read_text("utf-8"))
    if path.stem in REFUSED:
        with pytest.raises(DomainErrors) as refusal:
            read_case(published["case"])
        assert REFUSED[path.stem] in [error.field for error in refusal.value.errors]
        return
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
