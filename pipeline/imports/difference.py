"""What the records of one noun would change: the same comparison for the check and for the writing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pipeline.imports.records import Tally

R = TypeVar("R")


@dataclass(slots=True)
class Difference(Generic[R]):
    """Records that are new, those that differ from what is there, and the number of the others."""

    created: list[R] = field(default_factory=list)
    changed: list[R] = field(default_factory=list)
    unchanged: int = 0

    @property
    def tally(self) -> Tally:
        return Tally(created=len(self.created), changed=len(self.changed), unchanged=self.unchanged)


def compare(records: Iterable[R], stands: Callable[[R], bool | None]) -> Difference[R]:
    """`stands` answers None when the record's key is not there, and otherwise whether all is as the record says."""
    difference: Difference[R] = Difference()
    for record in records:
        answer = stands(record)
        if answer is None:
            difference.created.append(record)
        elif answer:
            difference.unchanged += 1
        else:
            difference.changed.append(record)
    return difference
