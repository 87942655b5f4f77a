"""Reading the cells of one row; its faults are collected, so that a row names all of them at once."""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import date
from decimal import Decimal

from pipeline.imports.refusals import Refusal, refusal
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.money import to_minor

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)  # few enough digits for exact Decimal products
_FIRST_YEAR, _LAST_YEAR = 1900, 2900  # those of the fiscal calendar


class Cells:
    """The cells of one row by column. Each reader answers None (or "") for a blank or a faulty cell."""

    def __init__(self, file: str, number: int, values: dict[str, str]) -> None:
        self.file = file
        self.number = number
        self.values = values
        self.faults: list[Refusal] = []

    def refuse(self, column: str, code: str, message: str, **params: object) -> None:
        self.faults.append(refusal(self.file, self.number, column, DomainError(code, message, None, **params)))

    def text(self, column: str, limit: int) -> str:
        text = self.values[column]
        if len(text) > limit:
            self.refuse(column, "too_long", gettext_noop("The text is longer than %(limit)s characters."), limit=limit)
        return text

    def required(self, column: str, limit: int) -> str:
        text = self.text(column, limit)
        if not text:
            self.refuse(column, "required", gettext_noop("The cell is blank."))
        return text

    def one_of(self, column: str, known: Container[str], code: str, message: str) -> str:
        """A required name that must be known; `message` has a place for the `name`."""
        name = self.required(column, 200)
        if name and name not in known:
            self.refuse(column, code, message, name=name)
        return name

    def day(self, column: str) -> date | None:
        text = self.values[column]
        if not text:
            return None
        try:
            day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            message = gettext_noop("“%(value)s” is not a date; write 2017-03-01.")
            self.refuse(column, "bad_date", message, value=text[:40])
            return None
        return day

    def whole(self, column: str, most: int) -> int | None:
        text = self.values[column]
        if not text:
            return None
        if not _WHOLE.fullmatch(text) or int(text) > most:
            message = gettext_noop("“%(value)s” is not a whole number from 0 to %(most)s.")
            self.refuse(column, "bad_number", message, value=text[:40], most=most)
            return None
        return int(text)

    def money(self, column: str, currency: str, unit: int = 1) -> int | None:
        """Minor units, exact; the cell is in `unit`s of the currency (millions, say)."""
        text = self.values[column]
        if not text:
            return None
        if not _AMOUNT.fullmatch(text):
            self.refuse(column, "not_a_number", gettext_noop("“%(value)s” is not an amount."), value=text[:40])
            return None
        try:
            minor = to_minor(Decimal(text) * unit, currency)
        except DomainError as error:
            self.faults.append(refusal(self.file, self.number, column, error))
            return None
        if minor < 0:
            self.refuse(column, "negative", gettext_noop("“%(value)s” is negative."), value=text[:40])
            return None
        return minor
