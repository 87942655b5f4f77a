"""Rows that cannot be taken over, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from salesops.lib.errors import DomainError

KEPT = 1000  # refusals that are listed; all are counted. A file with more has one fault, not a thousand


@dataclass(frozen=True, slots=True)
class Refusal:
    """One fault of one row; rows are counted as in a spreadsheet (the header is row 1). `params` fill the message."""

    file: str
    row: int
    column: str
    code: str
    message: str
    params: dict[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return (
            f"{self.file}, row {self.row}, {self.column}: {self.message % self.params if self.params else self.message}"
        )


def refusal(file: str, row: int, column: str, error: DomainError) -> Refusal:
    params = {name: value if isinstance(value, int) else str(value) for name, value in error.params.items()}
    return Refusal(file, row, column, error.code, error.msgid, params)


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence the importer says without refusing anything."""

    message: str
    params: dict[str, str | int]

    def __str__(self) -> str:
        return self.message % self.params
