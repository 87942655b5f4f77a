"""Many risks of one kind with one owner become one risk with a list: nobody reads the twenty-first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pipeline.risks.registry import Finding, Severity

MOST = 20  # of a kind per owner, one by one
LISTED = 100  # of a fold, with their evidence: 100 are about 15 kB, and more is a list of deals, not of risks
FOLD = "owner"  # the subject type of a fold
NOBODY = 0  # its subject where the cases have no owner

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Case:
    """What is to stand as one risk. A fold has `cases` > 1 and the subjects of all of them in `folded`."""

    subject_type: str
    subject_id: int
    owner_id: int | None
    customer_id: int | None
    deal_id: int | None
    severity: int
    evidence: dict[str, Any]
    cases: int = 1
    folded: list[int] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return self.subject_type, self.subject_id


def as_case(found: Finding, severity: Severity) -> Case:
    return Case(
        found.subject_type,
        found.subject_id,
        found.owner_id,
        found.customer_id,
        found.deal_id,
        int(Severity.HIGH if found.grave else severity),
        found.evidence,
    )


def fold(cases: Iterable[Case], is_handled: Callable[[Key], bool]) -> list[Case]:
    """The cases, but more than `MOST` of one owner as one. Those that somebody deals with already stay by themselves
    and are not counted: folding would take them out of their hands."""
    single: list[Case] = []
    waiting: dict[int | None, list[Case]] = {}
    for case in cases:
        if is_handled(case.key):
            single.append(case)
        else:
            waiting.setdefault(case.owner_id, []).append(case)
    for owner_id, theirs in waiting.items():
        if len(theirs) > MOST:
            single.append(_folded(owner_id, theirs))
        else:
            single.extend(theirs)
    return single


def _folded(owner_id: int | None, cases: list[Case]) -> Case:
    """The order does not depend on the detector's, so that an unchanged night finds the fold unchanged."""
    ordered = sorted(cases, key=lambda case: (case.severity, case.subject_id))
    listed = [
        {
            "subject": case.subject_id,
            "customer": case.customer_id,
            "deal": case.deal_id,
            "severity": case.severity,
            "evidence": case.evidence,
        }
        for case in ordered[:LISTED]
    ]
    return Case(
        FOLD,
        owner_id or NOBODY,
        owner_id,
        customer_id=None,
        deal_id=None,
        severity=ordered[0].severity,
        evidence={"subject_type": ordered[0].subject_type, "cases": listed},
        cases=len(ordered),
        folded=sorted(case.subject_id for case in ordered),
    )
